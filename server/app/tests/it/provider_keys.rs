//! Provider keys: tried before they are saved, and resolved in order.

mod canary;
mod payment;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::{FakeProvider, Reply};

use crate::harness::TestApp;

const KEYS: &str = "/api/llm-provider-api-keys";
const INVALID: (u16, &str) = (400, "api_validation_error");
const CONFLICT: (u16, &str) = (409, "api_conflict_error");
const FORBIDDEN: (u16, &str) = (403, "api_authorization_error");
const MISSING: (u16, &str) = (404, "api_not_found_error");

fn models(ids: &[&str]) -> Reply {
    let models: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    Reply::json(200, json!({ "data": models }).to_string())
}

/// A server whose `OpenAI` is a fake that lists two models, with `variables` beside that.
async fn app_with(provider: &FakeProvider, variables: &[(&str, &str)]) -> TestApp {
    provider.always_reply(models(&["gpt-4o", "text-embedding-3-small"]));
    let url = provider.url().unwrap();
    let base = [
        ("ARCHESTRA_OPENAI_BASE_URL", url.as_str()),
        ("ARCHESTRA_ANTHROPIC_BASE_URL", url.as_str()),
    ];
    let variables: Vec<(&str, &str)> = base.iter().chain(variables).copied().collect();
    let app = TestApp::start_with(&variables).await;
    let status = app.sign_in(&app.client, crate::harness::PASSWORD).await;
    assert_eq!(status.status(), StatusCode::OK);
    app
}

async fn add(app: &TestApp, name: &str, more: Value) -> Value {
    let mut body = json!({ "name": name, "provider": "openai", "apiKey": format!("sk-{name}") });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    app.post(KEYS, body).await
}

fn path_of(key: &Value, rest: &str) -> String {
    format!("{KEYS}/{}{rest}", key["id"].as_str().unwrap())
}

async fn agent(app: &TestApp, name: &str) -> String {
    let agent = app.post("/api/agents", json!({ "name": name })).await;
    agent["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_tried_saved_listed_changed_and_deleted() {
    let provider = FakeProvider::start().await.unwrap();
    let app = app_with(&provider, &[]).await;
    let key = add(&app, "Main", json!({ "isPrimary": true })).await;
    let asked = provider.last().unwrap();
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("GET", "/models")
    );
    assert_eq!(asked.headers["authorization"], "Bearer sk-Main");
    assert_eq!(
        (&key["isPrimary"], &key["isOrganizationDefault"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&key["scope"], &key["baseUrl"], &key["teamId"]),
        (&json!("org"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&key["modelCount"], &key["secretStorageType"]),
        (&json!(2), &json!("database"))
    );
    assert!(key["secretId"].is_string() && key["lastTestedAt"].is_string());

    let tried = provider.received().len();
    let renamed = json!({ "name": "Renamed" });
    let (status, changed) = app
        .send(Method::PATCH, &path_of(&key, ""), Some(renamed))
        .await;
    assert_eq!(
        (status, &changed["name"]),
        (StatusCode::OK, &json!("Renamed"))
    );
    assert_eq!(changed["secretId"], key["secretId"]);
    assert_eq!(provider.received().len(), tried, "a name needs no test");

    let value = json!({ "apiKey": " sk-other\n" });
    let (status, changed) = app
        .send(Method::PATCH, &path_of(&key, ""), Some(value))
        .await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        provider.last().unwrap().headers["authorization"],
        "Bearer sk-other"
    );
    assert_ne!(changed["secretId"], key["secretId"]);
    assert_eq!(app.get(KEYS).await.as_array().unwrap().len(), 1);

    let (status, gone) = app.send(Method::DELETE, &path_of(&key, ""), None).await;
    assert_eq!((status, gone), (StatusCode::OK, json!({ "success": true })));
    app.refusal(Method::GET, &path_of(&key, ""), None, MISSING)
        .await;
    let left = "SELECT count(*)::text FROM secrets WHERE name LIKE 'provider-key-%'";
    assert_eq!(app.database.text(left).await.unwrap().as_deref(), Some("0"));
    assert_eq!(app.get("/api/llm-models").await, json!([]));
}

#[tokio::test]
async fn what_the_provider_refuses_is_not_saved_and_said_in_its_own_words() {
    let provider = FakeProvider::start().await.unwrap();
    let app = app_with(&provider, &[]).await;
    let words = r#"{"error":{"message":"Incorrect API key provided: sk-Wrong.","type":"invalid_request_error"}}"#;
    provider.always_reply(Reply::json(401, words));
    let body = json!({ "name": "Wrong", "provider": "openai", "apiKey": "sk-Wrong" });
    for path in [KEYS.to_owned(), format!("{KEYS}/test")] {
        let why = app
            .refusal(Method::POST, &path, Some(body.clone()), CONFLICT)
            .await;
        assert!(
            why.starts_with("OpenAI refused this key: “")
                && why.contains("Incorrect API key provided: ….”"),
            "{why}"
        );
        assert!(
            why.contains("HTTP 401") && !why.contains("sk-Wrong"),
            "{why}"
        );
    }
    provider.always_reply(Reply::body(404, "text/html", "<h1>nothing here</h1>"));
    let why = app
        .refusal(Method::POST, KEYS, Some(body.clone()), CONFLICT)
        .await;
    assert!(
        why.contains("nothing here") && why.contains("Did you mean"),
        "{why}"
    );
    provider.always_reply(Reply::json(200, "{}"));
    let why = app
        .refusal(Method::POST, KEYS, Some(body.clone()), CONFLICT)
        .await;
    assert!(why.contains("not a list of models"), "{why}");
    assert_eq!(app.get(KEYS).await, json!([]));
    let left = "SELECT count(*)::text FROM secrets WHERE name LIKE 'provider-key-%'";
    assert_eq!(app.database.text(left).await.unwrap().as_deref(), Some("0"));

    provider.always_reply(models(&["gpt-4o"]));
    let tested = app.post(&format!("{KEYS}/test"), body).await;
    assert_eq!(
        tested,
        json!({ "ok": true, "modelCount": 1, "models": ["gpt-4o"] })
    );
    provider.stop().await;
    let body = json!({ "name": "Away", "provider": "openai", "apiKey": "sk-Away" });
    let why = app.refusal(Method::POST, KEYS, Some(body), CONFLICT).await;
    assert!(
        why.contains("could not be reached at http://127.0.0.1:"),
        "{why}"
    );
}

/// What cannot be meant, what is said about it, and as what.
fn refused(team: &Value) -> Vec<(Value, &'static str, (u16, &'static str))> {
    vec![
        (
            json!({ "provider": "openai", "apiKey": "k" }),
            "name",
            INVALID,
        ),
        (json!({ "name": "x", "apiKey": "k" }), "provider", INVALID),
        (
            json!({ "name": "x", "provider": "made-up", "apiKey": "k" }),
            "one of anthropic, azure",
            INVALID,
        ),
        (
            json!({ "name": "x", "provider": "openai" }),
            "apiKey is required",
            INVALID,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "scope": "galaxy" }),
            "scope",
            INVALID,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "scope": "team" }),
            "teamId",
            CONFLICT,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "scope": "team", "teamId": team, "isPrimary": true }),
            "default",
            CONFLICT,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "baseUrl": "ftp://x" }),
            "http",
            INVALID,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "baseUrl": "http://10.0.0.7/v1" }),
            "ARCHESTRA_MCP_ALLOWED_NETWORKS",
            FORBIDDEN,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "baseUrl": "http://169.254.169.254/" }),
            "metadata",
            FORBIDDEN,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "vaultSecretPath": "p", "vaultSecretKey": "k" }),
            "either",
            INVALID,
        ),
        (
            json!({ "name": "x", "provider": "openai", "apiKey": "k", "profileIds": [team] }),
            "profile",
            CONFLICT,
        ),
    ]
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_says_what_is_wrong() {
    let provider = FakeProvider::start().await.unwrap();
    let app = app_with(&provider, &[]).await;
    let team = app.post("/api/teams", json!({ "name": "Ops" })).await["id"].clone();
    for (body, says, expected) in refused(&team) {
        let why = app
            .refusal(Method::POST, KEYS, Some(body.clone()), expected)
            .await;
        assert!(why.contains(says), "{body}: {why}");
    }
    let key = add(&app, "Ops", json!({ "scope": "team", "teamId": team })).await;
    assert_eq!((&key["teamName"], &key["teamId"]), (&json!("Ops"), &team));
    let why = app
        .refusal(Method::POST, &path_of(&key, "/set-default"), None, CONFLICT)
        .await;
    assert!(why.contains("scope org"), "{why}");
}

/// A combination of what there is, made over the API, and what it resolves to.
async fn check(app: &TestApp, agent: &str, own: &Value, default: &Value, flags: [bool; 3]) {
    let [has_own, has_default, has_variable] = flags;
    let profiles = if has_own { json!([agent]) } else { json!([]) };
    let body = Some(json!({ "profileIds": profiles }));
    app.send(Method::PUT, &path_of(own, "/profiles"), body)
        .await;
    let verb = if has_default {
        "/set-default"
    } else {
        "/unset-default"
    };
    app.post(&path_of(default, verb), json!({})).await;
    let (source, id, says) = match flags {
        [true, ..] => ("profile", own["id"].clone(), "“Own”"),
        [_, true, _] => ("organization", default["id"].clone(), "“Default”"),
        [.., true] => (
            "environment",
            Value::Null,
            "ARCHESTRA_CHAT_OPENAI_API_KEY of the server",
        ),
        _ => ("none", Value::Null, "Settings → Chat"),
    };
    for query in ["provider=openai", "model=gpt-4o", "model=gpt-99"] {
        let found = app
            .get(&format!("{KEYS}/resolve?agentId={agent}&{query}"))
            .await;
        assert_eq!(found["source"], source, "{flags:?} {query}");
        assert_eq!(found["key"]["id"], id, "{flags:?} {query}");
        assert_eq!(found["variable"].is_string(), source == "environment");
        let text = found["explanation"].as_str().unwrap();
        assert!(text.contains(says), "{text}");
        assert_eq!(
            found["providerReason"].is_string(),
            query.starts_with("model")
        );
        let used: Vec<bool> = found["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["used"] == true)
            .collect();
        let expected = [
            has_own,
            !has_own && has_default,
            !has_own && !has_default && has_variable,
        ];
        assert_eq!(used, expected, "{flags:?}");
    }
}

#[tokio::test]
async fn the_order_of_resolution_holds_for_every_combination() {
    for has_variable in [false, true] {
        let provider = FakeProvider::start().await.unwrap();
        let variable = [("ARCHESTRA_CHAT_OPENAI_API_KEY", "sk-environment")];
        let app = app_with(&provider, if has_variable { &variable } else { &[] }).await;
        let agent = agent(&app, "Support").await;
        let own = add(&app, "Own", json!({})).await;
        let default = add(&app, "Default", json!({})).await;
        for (has_own, has_default) in [(false, false), (false, true), (true, false), (true, true)] {
            let flags = [has_own, has_default, has_variable];
            check(&app, &agent, &own, &default, flags).await;
        }
    }
}

#[tokio::test]
async fn there_is_one_default_and_one_key_of_a_provider_for_a_profile() {
    let provider = FakeProvider::start().await.unwrap();
    let app = app_with(&provider, &[]).await;
    let (one, two) = (agent(&app, "One").await, agent(&app, "Two").await);
    let first = add(
        &app,
        "First",
        json!({ "isOrganizationDefault": true, "profileIds": [one] }),
    )
    .await;
    let second = add(&app, "Second", json!({ "isOrganizationDefault": true })).await;
    let claude = json!({ "provider": "anthropic", "isPrimary": true });
    let claude = add(&app, "Claude", claude).await;
    assert_eq!(provider.last().unwrap().headers["x-api-key"], "sk-Claude");
    let defaults = async || {
        let keys = app.get(KEYS).await;
        let keys = keys.as_array().unwrap().iter();
        keys.filter(|key| key["isPrimary"] == true)
            .map(|key| key["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(defaults().await, ["Claude", "Second"]);

    let old = "/api/chat-api-keys";
    let both = json!({ "chatApiKeyIds": [second["id"], claude["id"]], "profileIds": [one, two] });
    assert_eq!(
        app.post(&format!("{old}/bulk-assign"), both).await["assigned"],
        4
    );
    let twice = json!({ "chatApiKeyIds": [first["id"], second["id"]], "profileIds": [one] });
    let path = format!("{old}/bulk-assign");
    app.refusal(Method::POST, &path, Some(twice), INVALID).await;
    assert_eq!(
        app.get(&path_of(&first, "")).await["profiles"],
        json!([]),
        "the other key took its place"
    );
    let shown = app
        .get(&format!("{old}/{}", second["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        shown["profiles"],
        json!([{ "id": one, "name": "One" }, { "id": two, "name": "Two" }])
    );
    app.post(
        &format!("{old}/{}/set-default", first["id"].as_str().unwrap()),
        json!({}),
    )
    .await;
    assert_eq!(defaults().await, ["Claude", "First"]);
    app.send(Method::DELETE, &format!("/api/agents/{one}"), None)
        .await;
    assert_eq!(
        app.get(&path_of(&second, "")).await["profiles"],
        json!([{ "id": two, "name": "Two" }])
    );
}
