//! The configuration as a file: the same out of every server that it was put into.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::wait;

use crate::harness::TestApp;

#[tokio::test]
async fn a_file_makes_another_server_the_same_and_the_second_time_nothing() {
    let app = TestApp::signed_in().await;
    let team = app
        .post(
            "/api/teams",
            json!({ "name": "Core", "description": "of all" }),
        )
        .await;
    let agent = json!({ "name": "Ops", "teams": [team["id"]], "systemPrompt": "Say: \"yes\"\n- no #\n",
        "labels": [{ "key": "env", "value": "on" }] });
    app.post("/api/agents", agent).await;
    let role = json!({ "name": "auditor", "permission": { "auditLog": ["read"] } });
    app.post("/api/roles", role).await;
    let limit = json!({ "entityType": "team", "entityId": team["id"], "limitType": "token_cost",
        "limitValue": 5, "model": ["gpt-4o"] });
    app.post("/api/limits", limit).await;
    app.send(
        Method::PATCH,
        "/api/organization",
        Some(json!({ "name": "Ü & Söhne" })),
    )
    .await;
    let file = export(&app).await;
    assert_eq!(file, export(&app).await);

    let other = TestApp::signed_in().await;
    let plan = apply(&other, &file, "?dryRun=true").await;
    assert!(plan["summary"]["create"].as_u64().unwrap() >= 4, "{plan}");
    assert_ne!(export(&other).await, file, "a plan changes nothing");
    let done = apply(&other, &file, "").await;
    assert_eq!(done["summary"]["failed"], 0, "{done:#}");
    assert_eq!(done["summary"], plan["summary"]);
    wait::until("the file comes out again", async || {
        (export(&other).await == file).then_some(())
    })
    .await;
    let again = apply(&other, &file, "").await;
    assert_eq!(
        (&again["summary"]["create"], &again["summary"]["update"]),
        (&json!(0), &json!(0)),
        "{again:#}"
    );
}

#[tokio::test]
async fn a_file_that_says_something_else_is_refused_with_what_is_wrong() {
    let other = TestApp::signed_in().await;
    for (bad, says) in [
        ("version: 1\nteems: []", "teems"),
        ("version: 1\norganization: {nme: x}", "nme"),
        ("a: [", "YAML"),
        ("version: 7", "version"),
    ] {
        let request = other.client.post(other.url("/api/configuration/apply"));
        let text = request
            .body(bad)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(text.contains(says), "{bad}: {text}");
    }
}

pub(crate) async fn export(app: &TestApp) -> String {
    let request = app.client.get(app.url("/api/configuration/export"));
    request.send().await.unwrap().text().await.unwrap()
}

async fn apply(app: &TestApp, file: &str, query: &str) -> Value {
    let url = app.url(&format!("/api/configuration/apply{query}"));
    let response = app.client.post(url).body(file.to_owned()).send().await;
    let (status, body) = crate::harness::answer(response.unwrap()).await;
    assert_eq!(status, 200, "{body}");
    body
}
