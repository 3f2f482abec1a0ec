//! The proxy pays with the key that the agent in the URL resolves to, at the address of that key.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::FakeProvider;

use super::{INVALID, KEYS, add, agent, app_with, models, path_of};
use crate::harness::{answer, browser};

#[tokio::test]
async fn the_proxy_pays_with_the_key_of_the_agent_in_the_url() {
    let provider = FakeProvider::start().await.unwrap();
    let own_server = FakeProvider::start().await.unwrap();
    own_server.always_reply(models(&["llama3.2"]));
    let variables = [
        ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.1"),
        ("ARCHESTRA_CHAT_OPENAI_API_KEY", "sk-environment"),
    ];
    let app = app_with(&provider, &variables).await;
    let ours = app
        .post("/api/auth/api-key/create", json!({ "name": "cli" }))
        .await["key"]
        .clone();
    let agent = agent(&app, "Support").await;
    let call = async || {
        let request = browser().post(app.url(&format!("/v1/openai/{agent}/chat/completions")));
        let request = request
            .bearer_auth(ours.as_str().unwrap())
            .body(r#"{"model":"m"}"#);
        answer(request.send().await.unwrap()).await.0
    };
    let used = |fake: &FakeProvider| fake.last().unwrap().headers.get("authorization").cloned();
    assert_eq!(call().await, StatusCode::OK);
    assert_eq!(used(&provider).unwrap(), "Bearer sk-environment");
    let default = add(&app, "Default", json!({ "isPrimary": true })).await;
    call().await;
    assert_eq!(used(&provider).unwrap(), "Bearer sk-Default");

    let base_url = own_server.url().unwrap().join("v1").unwrap();
    let own =
        json!({ "name": "Mine", "provider": "openai", "baseUrl": base_url, "profileIds": [agent] });
    let own = app.post(KEYS, own).await;
    assert_eq!(
        (&own["secretId"], &own["secretStorageType"]),
        (&Value::Null, &json!("none"))
    );
    assert_eq!(call().await, StatusCode::OK);
    assert_eq!(own_server.last().unwrap().target, "/v1/chat/completions");
    assert_eq!(used(&own_server), None);
    let value = Some(json!({ "apiKey": "sk-new" }));
    app.send(Method::PATCH, &path_of(&own, ""), value).await;
    call().await;
    assert_eq!(used(&own_server).unwrap(), "Bearer sk-new");
    let elsewhere = Some(json!({ "baseUrl": null }));
    let why = app
        .refusal(Method::PATCH, &path_of(&own, ""), elsewhere, INVALID)
        .await;
    assert!(why.contains("enter it again"), "{why}");
    let away = Some(json!({ "baseUrl": null, "apiKey": "sk-moved" }));
    app.send(Method::PATCH, &path_of(&own, ""), away).await;
    call().await;
    assert_eq!(used(&provider).unwrap(), "Bearer sk-moved");
    app.send(Method::DELETE, &path_of(&own, ""), None).await;
    call().await;
    assert_eq!(used(&provider).unwrap(), "Bearer sk-Default");
    app.send(Method::DELETE, &path_of(&default, ""), None).await;
    call().await;
    assert_eq!(used(&provider).unwrap(), "Bearer sk-environment");
}
