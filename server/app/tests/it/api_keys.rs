//! API keys: shown once, good raw and as a bearer token, gone when deleted.

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{TestApp, browser};

async fn status_with(app: &TestApp, authorization: &str) -> StatusCode {
    let request = browser()
        .get(app.url("/api/agents"))
        .header(AUTHORIZATION, authorization);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_key_works_raw_and_as_bearer_until_it_is_deleted() {
    let app = TestApp::signed_in().await;
    let created = app
        .post("/api/auth/api-key/create", json!({ "name": "terraform" }))
        .await;
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("archestra_") && key.len() > 60, "{key}");
    assert!(key.starts_with(created["start"].as_str().unwrap()));

    assert_eq!(status_with(&app, key).await, StatusCode::OK);
    assert_eq!(
        status_with(&app, &format!("Bearer {key}")).await,
        StatusCode::OK
    );
    assert_eq!(
        status_with(&app, "archestra_made_up").await,
        StatusCode::UNAUTHORIZED
    );

    let listed = app.get("/api/auth/api-key/list").await;
    assert_eq!(listed[0]["name"], "terraform");
    assert!(listed[0]["lastRequest"].is_string());
    assert!(
        !listed.to_string().contains(key),
        "a list never shows a key"
    );

    app.post(
        "/api/auth/api-key/delete",
        json!({ "keyId": created["id"] }),
    )
    .await;
    assert_eq!(status_with(&app, key).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_the_hash_of_a_key_and_of_a_session_is_in_the_database() {
    let app = TestApp::signed_in().await;
    let created = app
        .post("/api/auth/api-key/create", json!({ "name": "secret" }))
        .await;
    let key = created["key"].as_str().unwrap();
    let rows = "SELECT (SELECT string_agg(k::text, ' ') FROM api_keys k) || (SELECT string_agg(s::text, ' ') FROM sessions s)";
    let rows = app.database.text(rows).await.unwrap().unwrap();
    assert!(rows.contains("secret"), "the rows were read");
    assert!(!rows.contains(&key[14..]), "the key itself is stored");
}

#[tokio::test]
async fn a_lifetime_must_be_a_lifetime() {
    let app = TestApp::signed_in().await;
    for seconds in [0, -5, i64::MAX] {
        let body = json!({ "name": "x", "expiresIn": seconds });
        let path = "/api/auth/api-key/create";
        app.refusal(
            Method::POST,
            path,
            Some(body),
            (400, "api_validation_error"),
        )
        .await;
    }
    let body = json!({ "name": "short", "expiresIn": 3600 });
    assert!(app.post("/api/auth/api-key/create", body).await["expiresAt"].is_string());
}
