//! The private registry: items by merge patch, secrets in and out, the offers that items are made from.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

async fn put(app: &TestApp, id: &Value, body: Value) -> Value {
    let path = format!("/api/internal_mcp_catalog/{}", id.as_str().unwrap());
    let (status, body) = app.send(Method::PUT, &path, Some(body)).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn read(app: &TestApp, id: &Value) -> Value {
    app.get(&format!(
        "/api/internal_mcp_catalog/{}",
        id.as_str().unwrap()
    ))
    .await
}

fn local(name: &str) -> Value {
    json!({
        "name": name, "serverType": "local", "description": "  spaced ", "requiresAuth": false, "scope": "org", "teams": [],
        "labels": [{ "key": "b", "value": "2" }, { "key": "a", "value": "1" }],
        "localConfig": {
            "command": "npx", "arguments": ["-y", "weather", "--units", "0.50"], "transportType": "stdio", "nodePort": 30001,
            "environment": [
                { "key": "TOKEN", "type": "secret", "value": "s3cr3t-canary", "promptOnInstallation": false, "required": true },
                { "key": "LIMIT", "type": "number", "default": 5, "promptOnInstallation": true, "description": "How many" }
            ],
            "imagePullSecrets": [{ "source": "credentials", "server": "ghcr.io", "username": "u", "password": "p4ss-canary" }]
        },
        "userConfig": { "dir": { "type": "directory", "title": "Dir", "description": "Where", "default": ["a", "b"] } }
    })
}

#[tokio::test]
async fn an_item_comes_back_byte_for_byte_and_a_patch_changes_what_it_names() {
    let app = TestApp::signed_in().await;
    let body = local("Weather");
    let created = app.post("/api/internal_mcp_catalog", body.clone()).await;
    for key in [
        "description",
        "labels",
        "localConfig",
        "userConfig",
        "serverType",
        "teams",
    ] {
        assert_eq!(created[key], body[key], "{key}");
    }
    assert_eq!(
        (&created["docsUrl"], &created["oauthConfig"]),
        (&Value::Null, &Value::Null)
    );
    let id = &created["id"];
    assert_eq!(read(&app, id).await["localConfig"], body["localConfig"]);

    let changed = put(&app, id, json!({ "description": null, "version": "1.10" })).await;
    assert_eq!(
        (&changed["description"], &changed["version"]),
        (&Value::Null, &json!("1.10"))
    );
    assert_eq!(
        changed["localConfig"], body["localConfig"],
        "what was not named stays"
    );
    assert_eq!(put(&app, id, json!({})).await["version"], "1.10");

    let oauth = json!({ "name": "Weather", "server_url": "https://w.example", "client_id": "c", "client_secret": "cl13nt-canary",
        "redirect_uris": ["http://x/y"], "scopes": ["b", "a"], "default_scopes": [], "supports_resource_metadata": true });
    let remote = json!({ "serverType": "remote", "serverUrl": "https://w.example/mcp/", "oauthConfig": oauth, "localConfig": null });
    let changed = put(&app, id, remote).await;
    assert_eq!(
        (&changed["serverUrl"], &changed["oauthConfig"]),
        (&json!("https://w.example/mcp/"), &oauth)
    );
    assert_eq!(changed["localConfig"], Value::Null);
}

#[tokio::test]
async fn secrets_of_an_item_are_neither_in_its_row_nor_in_the_list() {
    let app = TestApp::signed_in().await;
    let created = app
        .post("/api/internal_mcp_catalog", local("Weather"))
        .await;
    assert!(created["localConfigSecretId"].is_string());
    let list = app.get("/api/internal_mcp_catalog").await.to_string();
    let sql = "SELECT string_agg(t, ' ') FROM (SELECT mcp_catalog::text FROM mcp_catalog UNION ALL SELECT secrets::text FROM secrets) AS rows(t)";
    let dump = app.database.text(sql).await.unwrap().unwrap();
    for canary in ["s3cr3t-canary", "p4ss-canary"] {
        assert!(!list.contains(canary), "in the list");
        assert!(!dump.contains(canary), "in the database");
    }
    assert!(
        read(&app, &created["id"])
            .await
            .to_string()
            .contains("s3cr3t-canary")
    );
}

#[tokio::test]
async fn an_item_that_could_not_start_is_refused_without_repeating_what_was_sent() {
    let app = TestApp::signed_in().await;
    let invalid = [
        json!({ "name": "x", "serverType": "local", "localConfig": { "arguments": ["canary"] } }),
        json!({ "name": "x", "serverType": "remote", "serverUrl": "javascript:canary" }),
        json!({ "name": "x", "serverType": "remote" }),
        json!({ "name": "x", "serverType": "elsewhere" }),
        json!({ "serverType": "remote", "serverUrl": "https://x" }),
        json!({ "name": "x", "serverType": "local", "localConfig": { "command": "a", "environment": [{ "key": "K", "type": "canary", "promptOnInstallation": false }] } }),
    ];
    for body in invalid {
        let why = app
            .refusal(
                Method::POST,
                "/api/internal_mcp_catalog",
                Some(body),
                (400, "api_validation_error"),
            )
            .await;
        assert!(!why.contains("canary"), "{why}");
    }
    let of_nobody = json!({ "name": "x", "serverType": "remote", "serverUrl": "https://canary", "teams": ["0198a6a4-0000-7000-8000-000000000000"] });
    let why = app
        .refusal(
            Method::POST,
            "/api/internal_mcp_catalog",
            Some(of_nobody),
            (409, "api_conflict_error"),
        )
        .await;
    assert!(!why.contains("canary"), "{why}");
    app.post("/api/internal_mcp_catalog", local("Taken")).await;
    app.refusal(
        Method::POST,
        "/api/internal_mcp_catalog",
        Some(local("Taken")),
        (409, "api_conflict_error"),
    )
    .await;
}

#[tokio::test]
async fn an_item_goes_by_id_or_by_name_and_is_not_found_afterwards() {
    let app = TestApp::signed_in().await;
    let created = app
        .post("/api/internal_mcp_catalog", local("Some Name"))
        .await;
    let path = format!(
        "/api/internal_mcp_catalog/{}",
        created["id"].as_str().unwrap()
    );
    assert_eq!(
        app.get("/api/internal_mcp_catalog/labels/keys").await,
        json!(["a", "b"])
    );
    let (status, body) = app
        .send(
            Method::DELETE,
            "/api/internal_mcp_catalog/by-name/Some%20Name",
            None,
        )
        .await;
    assert_eq!((status.as_u16(), body), (200, json!({ "success": true })));
    for method in [Method::GET, Method::DELETE] {
        app.refusal(method, &path, None, (404, "api_not_found_error"))
            .await;
    }
}

#[tokio::test]
async fn every_built_in_offer_can_be_added_as_it_is() {
    let app = TestApp::signed_in().await;
    let offers = app.get("/api/mcp_catalog/builtin").await;
    let items = offers["items"].as_array().unwrap();
    assert!(items.len() >= 30);
    for item in items {
        assert_eq!(item["catalogId"], Value::Null);
        let added = app.post("/api/internal_mcp_catalog", item.clone()).await;
        assert_eq!(added["name"], item["slug"]);
    }
    let again = app.get("/api/mcp_catalog/builtin").await;
    let known = again["items"]
        .as_array()
        .unwrap()
        .iter()
        .all(|item| item["catalogId"].is_string());
    assert!(known, "an offer does not say that it was added");
}

#[tokio::test]
async fn a_paste_is_reviewed_and_its_result_can_be_added() {
    let app = TestApp::signed_in().await;
    let text = r#"{ "mcpServers": { "github": { "command": "npx", "args": ["-y", "server-github"], "env": { "GITHUB_TOKEN": "ghp_1A2b3C4d5E6f7G8h9I0j" } } } }"#;
    let review = app
        .post("/api/mcp_catalog/import", json!({ "text": text }))
        .await;
    assert_eq!(review["format"], "mcpServers");
    let server = &review["servers"][0];
    assert_eq!(server["secrets"][0]["key"], "GITHUB_TOKEN");
    assert!(!review.to_string().contains("ghp_1A2b"));
    let added = app
        .post("/api/internal_mcp_catalog", server["item"].clone())
        .await;
    assert_eq!(added["localConfig"]["environment"][0]["type"], "secret");
    let why = app
        .refusal(
            Method::POST,
            "/api/mcp_catalog/import",
            Some(json!({ "text": "hello" })),
            (400, "api_validation_error"),
        )
        .await;
    assert!(why.contains("claude mcp add"), "{why}");
}

#[tokio::test]
async fn requests_for_servers_are_talked_about_and_decided_once() {
    let app = TestApp::signed_in().await;
    let root = "/api/mcp_server_installation_requests";
    app.refusal(
        Method::POST,
        root,
        Some(json!({})),
        (400, "api_validation_error"),
    )
    .await;
    let config = json!({ "type": "remote", "name": "Weather", "serverUrl": "https://w.example" });
    let asked = app
        .post(
            root,
            json!({ "customServerConfig": config, "requestReason": "for work" }),
        )
        .await;
    assert_eq!(
        (&asked["status"], &asked["catalogName"]),
        (&json!("pending"), &json!("Weather"))
    );
    let path = format!("{root}/{}", asked["id"].as_str().unwrap());
    let noted = app
        .post(
            &format!("{path}/notes"),
            json!({ "content": "Which region?" }),
        )
        .await;
    assert_eq!(noted["notes"][0]["content"], "Which region?");
    let decided = app
        .post(
            &format!("{path}/approve"),
            json!({ "adminResponse": "fine" }),
        )
        .await;
    assert_eq!(
        (&decided["status"], &decided["adminResponse"]),
        (&json!("approved"), &json!("fine"))
    );
    app.refusal(
        Method::POST,
        &format!("{path}/decline"),
        None,
        (409, "api_conflict_error"),
    )
    .await;
    assert_eq!(app.get(&format!("{root}?status=pending")).await, json!([]));
    assert_eq!(
        app.get(&format!("{root}?status=approved")).await[0]["id"],
        asked["id"]
    );
}
