//! Models: listed with the key that would pay, kept for hours, priced, and hidden by people.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::{FakeProvider, Reply};

use crate::harness::TestApp;

const LIST: &str = r#"{"data":[{"id":"gpt-4o","created":1715367049},{"id":"my-model"},{"id":"text-embedding-3-small"}]}"#;

async fn start(provider: &FakeProvider, key: &str) -> TestApp {
    provider.always_reply(Reply::json(200, LIST));
    let url = provider.url().unwrap();
    let variables = [
        ("ARCHESTRA_OPENAI_BASE_URL", url.as_str()),
        ("ARCHESTRA_CHAT_OPENAI_API_KEY", key),
    ];
    let app = TestApp::start_with(&variables).await;
    app.sign_in(&app.client, crate::harness::PASSWORD).await;
    app
}

async fn add_key(app: &TestApp) -> Value {
    let body =
        json!({ "name": "Main", "provider": "openai", "apiKey": "sk-main", "isPrimary": true });
    app.post("/api/llm-provider-api-keys", body).await
}

fn ids(models: &Value) -> Vec<&str> {
    let models = models.as_array().unwrap().iter();
    models.map(|model| model["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pickers_list_once_in_hours_and_serve_the_last_list_while_the_provider_is_away() {
    let provider = FakeProvider::start().await.unwrap();
    let app = start(&provider, "").await;
    assert_eq!(
        app.get("/api/chat/models").await,
        json!([]),
        "without any key"
    );
    add_key(&app).await;
    let asked = provider.received().len();
    let models = app.get("/api/chat/models").await;
    assert_eq!(
        ids(&models),
        ["gpt-4o", "my-model"],
        "embeddings do not chat"
    );
    assert_eq!(models[0]["displayName"], "gpt-4o");
    assert_eq!(models[0]["createdAt"], "2024-05-10T18:50:49Z");
    assert_eq!(models[0]["pricePerMillionInput"], "2.5");
    assert_eq!(models[1]["pricePerMillionInput"], Value::Null);
    assert_eq!(app.get("/api/chat/models?provider=openai").await, models);
    assert_eq!(provider.received().len(), asked, "saving has listed them");

    app.database
        .execute("UPDATE provider_keys SET tested_at = now() - interval '7 hours'")
        .await
        .unwrap();
    let known = async || {
        app.running
            .platform
            .snapshot
            .refresh(&app.running.platform.db)
            .await
            .unwrap();
        app.get("/api/chat/models?provider=openai").await
    };
    provider.always_reply(Reply::json(500, "{}"));
    assert_eq!(known().await, models);
    assert_eq!(provider.received().len(), asked + 1);
    provider.always_reply(Reply::json(200, r#"{"data":[{"id":"gpt-5"}]}"#));
    assert_eq!(ids(&known().await), ["gpt-5"]);
}

#[tokio::test]
async fn the_environments_key_lists_models_too() {
    let provider = FakeProvider::start().await.unwrap();
    let app = start(&provider, "sk-environment").await;
    let models = app.get("/api/chat/models?provider=openai").await;
    assert_eq!(ids(&models), ["gpt-4o", "my-model"]);
    assert_eq!(
        provider.last().unwrap().headers["authorization"],
        "Bearer sk-environment"
    );
    app.get("/api/chat/models").await;
    assert_eq!(provider.received().len(), 1, "the list is kept");
    assert_eq!(app.get("/api/llm-models").await[0]["apiKeys"], json!([]));
}

#[tokio::test]
async fn terraform_finds_models_at_once_and_says_things_about_them() {
    let provider = FakeProvider::start().await.unwrap();
    let app = start(&provider, "").await;
    let key = add_key(&app).await;
    let models = app.get("/api/llm-models").await;
    let model = models[0].clone();
    assert_eq!(model["modelId"], "gpt-4o");
    assert_eq!(model["apiKeys"][0]["id"], key["id"]);
    assert_eq!(
        (&model["inputModalities"], &model["priceSource"]),
        (&Value::Null, &json!("default"))
    );
    let path = format!("/api/llm-models/{}", model["id"].as_str().unwrap());
    let change = async |body: Value| app.send(Method::PATCH, &path, Some(body)).await;
    let (status, priced) = change(json!({ "customPricePerMillionInput": "0.50" })).await;
    assert_eq!(status, StatusCode::OK, "{priced}");
    assert_eq!(
        priced["customPricePerMillionInput"], "0.50",
        "byte for byte"
    );
    assert_eq!(priced["customPricePerMillionOutput"], Value::Null);
    assert_eq!(
        priced["pricePerMillionOutput"],
        model["pricePerMillionOutput"]
    );
    assert_eq!(
        (&priced["isCustomPrice"], &priced["priceSource"]),
        (&json!(true), &json!("custom"))
    );
    let table = app.get("/api/token-prices").await.to_string();
    assert!(
        table.contains(r#""pricePerMillionInput":"0.50""#),
        "one truth"
    );

    let (_, shown) = change(json!({ "inputModalities": ["text", "image"], "ignored": true, "embeddingDimensions": 768 })).await;
    assert_eq!(shown["inputModalities"], json!(["text", "image"]));
    assert_eq!(ids(&app.get("/api/chat/models").await), ["my-model"]);
    let (_, cleared) = change(json!({ "customPricePerMillionInput": null, "customPricePerMillionOutput": null,
        "ignored": false, "embeddingDimensions": null, "inputModalities": null, "outputModalities": null })).await;
    assert_eq!(
        (&cleared["isCustomPrice"], &cleared["inputModalities"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        cleared["pricePerMillionInput"],
        model["pricePerMillionInput"]
    );
}

#[tokio::test]
async fn what_cannot_be_said_of_a_model_is_refused() {
    let provider = FakeProvider::start().await.unwrap();
    let app = start(&provider, "").await;
    add_key(&app).await;
    let models = app.get("/api/llm-models").await;
    let path = format!("/api/llm-models/{}", models[0]["id"].as_str().unwrap());
    for body in [
        json!({ "customPricePerMillionInput": "cheap" }),
        json!({ "inputModalities": ["smell"] }),
        json!({ "embeddingDimensions": 5 }),
    ] {
        app.refusal(
            Method::PATCH,
            &path,
            Some(body),
            (400, "api_validation_error"),
        )
        .await;
    }
}

#[tokio::test]
async fn listing_everything_anew_says_which_key_failed() {
    let provider = FakeProvider::start().await.unwrap();
    let app = start(&provider, "").await;
    let key = add_key(&app).await;
    let sync = async || app.post("/api/llm-models/sync", json!({})).await;
    assert_eq!(
        sync().await,
        json!({ "success": true, "synced": 3, "failed": [] })
    );
    provider.always_reply(Reply::json(401, r#"{"error":{"message":"withdrawn"}}"#));
    let failed = &sync().await["failed"][0];
    assert_eq!(
        (&failed["keyId"], &failed["name"]),
        (&key["id"], &json!("Main"))
    );
    assert!(failed["error"].as_str().unwrap().contains("withdrawn"));
    assert_eq!(
        app.get("/api/llm-models").await.as_array().unwrap().len(),
        3,
        "none is lost"
    );
}
