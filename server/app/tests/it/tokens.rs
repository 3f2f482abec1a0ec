//! Tokens for MCP clients, and the teams that share them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn every_owner_has_one_token_that_can_be_seen_again_and_rotated() {
    let app = TestApp::signed_in().await;
    let team = app
        .post("/api/teams", json!({ "name": "Ops", "description": null }))
        .await;
    let list = app.get("/api/tokens").await;
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(
        (&list[0]["isOrganizationToken"], &list[0]["team"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(list[1]["team"]["id"], team["id"]);
    assert_eq!(
        app.get("/api/tokens").await[1]["id"],
        list[1]["id"],
        "it is made once"
    );

    let path = format!("/api/tokens/{}", list[0]["id"].as_str().unwrap());
    let value = app.get(&format!("{path}/value")).await["value"].clone();
    assert!(
        value
            .as_str()
            .unwrap()
            .starts_with(list[0]["tokenStart"].as_str().unwrap())
    );
    let rotated = app.post(&format!("{path}/rotate"), json!({})).await["value"].clone();
    assert_ne!(rotated, value);
    assert_eq!(app.get(&format!("{path}/value")).await["value"], rotated);

    let mine = app.get("/api/user-tokens/me").await;
    let mine_value = app.get("/api/user-tokens/me/value").await["value"].clone();
    assert!(
        mine_value
            .as_str()
            .unwrap()
            .starts_with(mine["tokenStart"].as_str().unwrap())
    );
    assert_ne!(
        app.post("/api/user-tokens/me/rotate", json!({})).await["value"],
        mine_value
    );
    let other = format!("/api/tokens/{}/value", mine["id"].as_str().unwrap());
    app.refusal(Method::GET, &other, None, (404, "api_not_found_error"))
        .await;
}

#[tokio::test]
async fn a_team_has_members_in_the_order_of_joining_and_agents() {
    let app = TestApp::signed_in().await;
    let me = app.get("/api/auth/get-session").await["user"]["id"].clone();
    let team = app.post("/api/teams", json!({ "name": "Ops" })).await;
    let path = format!("/api/teams/{}", team["id"].as_str().unwrap());
    let joined = app
        .post(&format!("{path}/members"), json!({ "userId": me }))
        .await;
    assert_eq!(
        (&joined["role"], &joined["userId"]),
        (&json!("member"), &me)
    );
    let again = Some(json!({ "userId": me, "role": "admin" }));
    app.refusal(
        Method::POST,
        &format!("{path}/members"),
        again,
        (409, "api_conflict_error"),
    )
    .await;
    let members = app.get(&format!("{path}/members")).await;
    assert_eq!(members.as_array().unwrap().len(), 1);

    let body = json!({ "name": "A", "agentType": "mcp_gateway", "teams": [team["id"]], "toolExposureMode": "search_and_run_only" });
    let agent = app.post("/api/agents", body).await;
    assert_eq!(agent["teams"], json!([{ "id": team["id"], "name": "Ops" }]));
    assert_eq!(agent["toolExposureMode"], "search_and_run_only");

    let change = json!({ "convertToolResultsToToon": true });
    let (_, changed) = app.send(Method::PUT, &path, Some(change)).await;
    assert_eq!(
        (&changed["name"], &changed["convertToolResultsToToon"]),
        (&json!("Ops"), &json!(true))
    );
    let group = app
        .post(
            &format!("{path}/external-groups"),
            json!({ "groupIdentifier": "cn=ops" }),
        )
        .await;
    assert_eq!(
        app.get(&format!("{path}/external-groups")).await[0]["groupIdentifier"],
        "cn=ops"
    );
    for rest in [
        format!("external-groups/{}", group["id"].as_str().unwrap()),
        format!("members/{}", me.as_str().unwrap()),
    ] {
        let (status, body) = app
            .send(Method::DELETE, &format!("{path}/{rest}"), None)
            .await;
        assert_eq!((status.as_u16(), body), (200, json!({ "success": true })));
    }
    let (status, _) = app.send(Method::DELETE, &path, None).await;
    assert_eq!(status, 200);
    app.refusal(Method::GET, &path, None, (404, "api_not_found_error"))
        .await;
    assert_eq!(app.get("/api/tokens").await.as_array().unwrap().len(), 1);
}
