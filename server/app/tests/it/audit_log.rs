//! The log of changes over HTTP: whoever changes something is in it, with what was before and after.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::people::Person;

async fn about(app: &TestApp, resource: &str) -> Vec<Value> {
    let page = app
        .get(&format!("/api/audit-log?resource={resource}&limit=500"))
        .await;
    page["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_change_is_found_with_who_made_it_from_where_and_what_it_changed() {
    let app = TestApp::signed_in().await;
    let team = app.post("/api/teams", json!({ "name": "Core" })).await;
    let path = format!("/api/teams/{}", team["id"].as_str().unwrap());
    let body = Some(json!({ "name": "Kernel" }));
    app.send(Method::PUT, &path, body).await;
    app.send(Method::GET, &path, None).await;
    app.send(Method::DELETE, &path, None).await;
    let log = about(&app, "teams").await;
    let told: Vec<_> = log.iter().map(|one| &one["action"]).collect();
    assert_eq!(told, ["delete", "update", "create"]);
    let update = &log[1];
    assert_eq!(update["before"], json!({ "name": "Core" }));
    assert_eq!(update["after"], json!({ "name": "Kernel" }));
    assert_eq!(update["actor"]["kind"], "user");
    assert_eq!(update["actor"]["email"], "admin@localhost.ai");
    assert_eq!(update["from"]["address"], "127.0.0.1");
    assert_eq!(
        update["request"],
        json!({ "method": "PUT", "route": "/api/teams/{id}", "permission": "team:update" })
    );
    assert_eq!(update["resourceId"], team["id"]);
    let found = app.get("/api/audit-log?search=KERNEL&action=update").await;
    assert_eq!(found["pagination"]["total"], 1);
    let facets = app.get("/api/audit-log/facets").await;
    assert_eq!(facets["actors"][0]["name"], "Admin");
}

#[tokio::test]
async fn no_secret_gets_into_the_log_and_nobody_else_reads_it() {
    let app = TestApp::signed_in().await;
    let key = app
        .post("/api/auth/api-key/create", json!({ "name": "ci" }))
        .await;
    let secret = "sk-a-key-that-must-not-be-seen";
    let provider = json!({ "name": "Mine", "provider": "openai", "apiKey": secret });
    app.send(Method::POST, "/api/llm-provider-api-keys", Some(provider))
        .await;
    let ann = Person::join(&app, "ann", "editor", &[]).await;
    let text = app
        .client
        .get(app.url("/api/audit-log/export"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let key = key["key"].as_str().unwrap();
    for secret in [secret, key, "correct horse battery", "argon2"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    for resource in ["users", "sessions", "api_keys", "invitations"] {
        assert!(
            text.contains(&format!("\"resource\": \"{resource}\"")),
            "{resource}"
        );
    }
    for path in ["", "/facets", "/export", "/verify"] {
        let path = format!("/api/audit-log{path}");
        assert_eq!(
            ann.send(&app, Method::GET, &path, None).await.0,
            403,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_changed_entry_is_named_and_the_chain_can_be_checked_from_the_file_alone() {
    let app = TestApp::signed_in().await;
    for name in ["A", "B", "C"] {
        app.post("/api/teams", json!({ "name": name })).await;
    }
    let verified = app.get("/api/audit-log/verify").await;
    assert_eq!(verified["intact"], true, "{verified}");
    let file = app.client.get(app.url("/api/audit-log/export"));
    let file = file.send().await.unwrap().text().await.unwrap();
    let mut hash = vec![0; 32];
    for line in file.lines() {
        let (head, entry) = line.split_once("\"entry\":").unwrap();
        let entry = entry.strip_suffix('}').unwrap();
        hash.extend_from_slice(entry.as_bytes());
        hash = <sha2::Sha256 as sha2::Digest>::digest(&hash).to_vec();
        assert!(head.contains(&db::audit_log::hex(&hash)), "{line}");
    }
    assert_eq!(verified["head"]["hash"], db::audit_log::hex(&hash));

    let forge = "ALTER TABLE audit_log DISABLE TRIGGER audit_log_only_grows;
         UPDATE audit_log SET entry = replace(entry, '127.0.0.1', '10.0.0.1') WHERE id = 2";
    app.database.execute(forge).await.unwrap();
    let verified = app.get("/api/audit-log/verify").await;
    assert_eq!(
        (&verified["intact"], &verified["broken"]["id"]),
        (&json!(false), &json!(2))
    );
}
