//! Stored secrets over HTTP: where they are, who uses them, and never what they are.

mod database_url;
mod references;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::bao::{Bao, ROOT};

use crate::harness::{PASSWORD, TestApp};

async fn with_vault(bao: &Bao, manager: &str) -> TestApp {
    let app = TestApp::start_with(&[
        ("ARCHESTRA_SECRETS_MANAGER", manager),
        ("ARCHESTRA_HASHICORP_VAULT_ADDR", bao.address.as_str()),
        ("ARCHESTRA_HASHICORP_VAULT_TOKEN", ROOT),
    ])
    .await;
    assert_eq!(app.sign_in(&app.client, PASSWORD).await.status(), 200);
    app
}

async fn add_item(app: &TestApp) -> Value {
    let item = json!({ "name": "Weather", "serverType": "local", "localConfig": {
        "command": "npx", "environment": [{ "key": "TOKEN", "type": "secret", "value": "s3cr3t-canary",
            "promptOnInstallation": false, "required": true }] } });
    app.post("/api/internal_mcp_catalog", item).await
}

#[tokio::test]
async fn secrets_are_listed_rotated_and_checked_in_the_database() {
    let app = TestApp::signed_in().await;
    let item = add_item(&app).await;
    let status = app.get("/api/secrets/type").await;
    assert_eq!(
        (&status["type"], &status["meta"]["degraded"]),
        (&json!("DB"), &json!(false))
    );
    let found = app
        .get("/api/secrets?search=CATALOG&sortBy=updatedAt&sortDirection=desc")
        .await;
    let secret = &found["data"][0];
    assert_eq!(found["pagination"]["total"], 1);
    assert_eq!(secret["usedBy"][0]["name"], "Weather");
    assert_eq!(
        (&secret["kind"], &secret["store"]),
        (&json!("mcpCatalog"), &json!("database"))
    );
    assert!(!found.to_string().contains("s3cr3t-canary"));
    let path = format!("/api/secrets/{}", secret["id"].as_str().unwrap());
    let field = secret["fields"][0].as_str().unwrap();
    let rotated = app
        .post(
            &format!("{path}/rotate"),
            json!({ "values": { field: "another-canary" } }),
        )
        .await;
    assert!(!rotated.to_string().contains("another-canary"));
    let wrong = Some(json!({ "values": { "made-up": "x" } }));
    let conflict = (409, "api_conflict_error");
    let said = app
        .refusal(Method::POST, &format!("{path}/rotate"), wrong, conflict)
        .await;
    assert!(said.contains("made-up"), "{said}");
    let said = app
        .refusal(Method::DELETE, &path, None, (409, "api_conflict_error"))
        .await;
    assert!(said.contains("Weather"), "{said}");
    let path = format!("/api/internal_mcp_catalog/{}", item["id"].as_str().unwrap());
    let item = app.get(&path).await;
    assert!(
        item.to_string().contains("another-canary"),
        "its owner still reads it"
    );
    let checked = app.post("/api/secrets/check-connectivity", json!({})).await;
    assert!(checked["secretCount"].as_i64().unwrap() >= 1);
}

#[tokio::test]
async fn a_store_that_lacks_its_variables_falls_back_and_says_so_everywhere() {
    let app = TestApp::start_with(&[("ARCHESTRA_SECRETS_MANAGER", "Vault")]).await;
    assert_eq!(app.sign_in(&app.client, PASSWORD).await.status(), 200);
    let status = app.get("/api/secrets/type").await;
    assert_eq!(
        (&status["type"], &status["meta"]["configured"]),
        (&json!("DB"), &json!("VAULT"))
    );
    let reason = status["meta"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("ARCHESTRA_HASHICORP_VAULT_ADDR"),
        "{reason}"
    );
    let ready = app.get("/ready").await;
    assert_eq!(ready["checks"]["secrets"]["status"], "degraded");
    add_item(&app).await;
}

#[tokio::test]
async fn values_go_to_vault_and_only_where_they_are_is_here() {
    let bao = Bao::start().await.unwrap();
    let app = with_vault(&bao, "vault").await;
    add_item(&app).await;
    let found = app.get("/api/secrets?store=vault&search=catalog").await;
    let place = found["data"][0]["where"].as_str().unwrap();
    let kept = bao.done("GET", place, Value::Null).await.unwrap();
    assert!(kept.to_string().contains("s3cr3t-canary"), "{place}");
    let checked = app
        .post(
            "/api/secrets/check-connectivity",
            json!({ "store": "vault" }),
        )
        .await;
    assert!(checked["detail"].as_str().unwrap().contains("comes back"));
    let conflict = (409, "api_conflict_error");
    let team = app.post("/api/teams", json!({ "name": "Payments" })).await;
    let path = format!("/api/teams/{}/vault-folder", team["id"].as_str().unwrap());
    let said = app.refusal(Method::GET, &path, None, conflict).await;
    assert!(said.contains("READONLY_VAULT"), "{said}");
}

#[tokio::test]
async fn teams_pick_from_their_folders_in_a_vault_that_is_only_read() {
    let bao = Bao::start().await.unwrap();
    let body = json!({ "data": { "api_key": "hunter2hunter2" } });
    bao.done("POST", "secret/data/teams/payments/stripe", body)
        .await
        .unwrap();
    let app = with_vault(&bao, "READONLY_VAULT").await;
    assert_eq!(app.get("/api/secrets/type").await["type"], "BYOS_VAULT");
    assert_eq!(app.get("/api/features").await["byosVaultKvVersion"], "2");
    let team = app.post("/api/teams", json!({ "name": "Payments" })).await;
    let path = format!("/api/teams/{}/vault-folder", team["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await, Value::Null);
    let folder = json!({ "vaultPath": "/secret/data/teams/payments/" });
    assert_eq!(
        app.post(&path, folder).await["vaultPath"],
        "secret/data/teams/payments"
    );
    let checked = app
        .post(&format!("{path}/check-connectivity"), json!({}))
        .await;
    assert_eq!(
        (&checked["connected"], &checked["secretCount"]),
        (&json!(true), &json!(1))
    );
    let secrets = app.get(&format!("{path}/secrets")).await;
    assert_eq!(secrets[0]["path"], "secret/data/teams/payments/stripe");
    let keys = format!("{path}/secrets/keys");
    let found = app
        .post(&keys, json!({ "secretPath": secrets[0]["path"] }))
        .await;
    assert_eq!(found, json!({ "keys": ["api_key"] }));
    let outside = Some(json!({ "secretPath": "secret/data/teams/payroll/bank" }));
    app.refusal(
        Method::POST,
        &keys,
        outside,
        (403, "api_authorization_error"),
    )
    .await;
    let (status, _) = app.send(Method::DELETE, &path, None).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_vault_that_is_only_read_and_does_not_answer_is_told_by_the_readiness() {
    let mut bao = Bao::start().await.unwrap();
    let app = with_vault(&bao, "READONLY_VAULT").await;
    assert_eq!(app.get("/ready").await["checks"]["secrets"]["status"], "ok");
    bao.end().unwrap();
    app.send(
        Method::POST,
        "/api/secrets/check-connectivity",
        Some(json!({})),
    )
    .await;
    let checked = &app.get("/ready").await["checks"]["secrets"];
    assert_eq!(checked["status"], "degraded", "{checked}");
    assert!(
        checked["detail"].as_str().unwrap().contains("Vault"),
        "{checked}"
    );
}
