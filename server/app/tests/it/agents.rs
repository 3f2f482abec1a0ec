//! Agents: created, changed by merge patches, one of them the default.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

async fn put(app: &TestApp, id: &Value, body: Value) -> Value {
    let (status, body) = app
        .send(
            Method::PUT,
            &format!("/api/agents/{}", id.as_str().unwrap()),
            Some(body),
        )
        .await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_merge_patch_changes_what_it_names_and_null_clears() {
    let app = TestApp::signed_in().await;
    let labels = json!([{ "key": "team", "value": "b" }, { "key": "env", "value": "a" }]);
    let body = json!({
        "name": "Ops", "agentType": "llm_proxy", "scope": "org", "teams": [], "description": "  spaced ",
        "labels": labels, "llmModel": "gpt-x", "suggestedPrompts": [{ "summaryTitle": "t", "prompt": "p" }],
    });
    let created = app.post("/api/agents", body).await;
    assert_eq!(
        created["description"], "  spaced ",
        "text comes back byte for byte"
    );
    assert_eq!(created["labels"], labels, "in the order given");
    assert_eq!(created["llmModel"], "gpt-x");

    let id = &created["id"];
    assert_eq!(put(&app, id, json!({})).await["description"], "  spaced ");
    let changed = put(
        &app,
        id,
        json!({ "description": null, "llmModel": null, "name": "Ops 2" }),
    )
    .await;
    assert_eq!(
        (
            &changed["description"],
            &changed["llmModel"],
            &changed["name"]
        ),
        (&Value::Null, &Value::Null, &json!("Ops 2"))
    );
    assert_eq!(changed["labels"], labels, "what was not named stays");

    let read = app
        .get(&format!("/api/agents/{}", id.as_str().unwrap()))
        .await;
    assert_eq!(read["suggestedPrompts"][0]["prompt"], "p");
    assert_eq!(
        app.get("/api/agents/labels/keys").await,
        json!(["env", "team"])
    );
    assert_eq!(
        app.get("/api/agents/labels/values?key=team").await,
        json!(["b"])
    );
}

#[tokio::test]
async fn there_is_always_exactly_one_default() {
    let app = TestApp::signed_in().await;
    let first = app.get("/api/agents/default").await;
    let second = app
        .post(
            "/api/agents",
            json!({ "name": "Second", "isDefault": true }),
        )
        .await;
    assert_eq!(app.get("/api/agents/default").await["id"], second["id"]);
    let all = app.get("/api/agents/all").await;
    assert_eq!(
        all.as_array()
            .unwrap()
            .iter()
            .filter(|agent| agent["isDefault"] == true)
            .count(),
        1
    );

    let path = format!("/api/agents/{}", second["id"].as_str().unwrap());
    app.refusal(Method::DELETE, &path, None, (409, "api_conflict_error"))
        .await;
    app.refusal(
        Method::PUT,
        &path,
        Some(json!({ "isDefault": false })),
        (400, "api_validation_error"),
    )
    .await;
    put(&app, &first["id"], json!({ "isDefault": true })).await;
    let (status, body) = app.send(Method::DELETE, &path, None).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "success": true })));
    app.refusal(Method::GET, &path, None, (404, "api_not_found_error"))
        .await;
}

#[tokio::test]
async fn concurrent_changes_to_one_agent_all_arrive() {
    let app = TestApp::signed_in().await;
    let agent = app.post("/api/agents", json!({ "name": "Shared" })).await;
    let fields = [
        "description",
        "icon",
        "systemPrompt",
        "llmModel",
        "identityProviderId",
        "incomingEmailAllowedDomain",
    ];
    futures_util::future::join_all(
        fields.map(|field| put(&app, &agent["id"], json!({ field: format!("new {field}") }))),
    )
    .await;
    let read = app
        .get(&format!("/api/agents/{}", agent["id"].as_str().unwrap()))
        .await;
    for field in fields {
        assert_eq!(read[field], format!("new {field}"));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_field() {
    let app = TestApp::signed_in().await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": "   " }), "name"),
        (json!({ "name": "x", "agentType": "robot" }), "agentType"),
        (json!({ "name": "x", "scope": "galaxy" }), "scope"),
        (json!({ "name": 7 }), "name"),
    ] {
        let message = app
            .refusal(
                Method::POST,
                "/api/agents",
                Some(body),
                (400, "api_validation_error"),
            )
            .await;
        assert!(message.contains(field), "{message}");
    }
    let twice = json!({ "name": "x", "labels": [{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }] });
    let conflict = (409, "api_conflict_error");
    let message = app.refusal(Method::POST, "/api/agents", Some(twice), conflict);
    assert!(message.await.contains("label"));
}

#[tokio::test]
async fn a_list_is_paged_searched_and_sorted() {
    let app = TestApp::signed_in().await;
    for name in ["beta", "Alpha", "gamma 100%", "Beta two"] {
        app.post("/api/agents", json!({ "name": name })).await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|agent| agent["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = app
        .get("/api/agents?sortBy=name&sortDirection=asc&limit=2&offset=1")
        .await;
    assert_eq!(names(&page), ["beta", "Beta two"]);
    assert_eq!(
        page["pagination"],
        json!({ "currentPage": 1, "limit": 2, "total": 5, "totalPages": 3, "hasNext": true, "hasPrev": true })
    );
    assert_eq!(
        names(
            &app.get("/api/agents?name=BETA&sortBy=name&sortDirection=asc")
                .await
        ),
        ["beta", "Beta two"]
    );
    assert_eq!(
        names(&app.get("/api/agents?name=100%25").await),
        ["gamma 100%"]
    );
}
