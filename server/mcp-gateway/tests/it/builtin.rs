//! The server's own tools.

use chrono::Utc;
use domain::clock::{Clock as _, SystemClock};
use domain::tokens::Owner;
use serde_json::{Value, json};

use crate::harness::{ADMIN, TestGateway, fixture, message, token, user};

fn now() -> chrono::DateTime<Utc> {
    SystemClock.now()
}

async fn token_of(gateway: &TestGateway, user: &str) -> String {
    token(&gateway.test, Owner::User(user)).await
}

async fn call(gateway: &TestGateway, token: &str, name: &str, arguments: Value) -> Value {
    let body = message(
        "tools/call",
        json!({ "name": format!("archestra__{name}"), "arguments": arguments }),
    );
    let request = gateway
        .client
        .post(gateway.url())
        .bearer_auth(token)
        .body(body.to_string());
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["result"].clone()
}

#[tokio::test]
async fn an_agent_is_made_and_given_tools_by_a_person_with_the_right() {
    let gateway = TestGateway::start().await;
    let server = fixture(true).await;
    let server_id = gateway.install("fixture", server.url().unwrap()).await;
    db::users::insert(&gateway.test.platform.db, &user("reader", "member", now()))
        .await
        .unwrap();
    let admin = token_of(&gateway, ADMIN).await;
    let reader = token_of(&gateway, "reader").await;

    for token in [&reader, &gateway.token] {
        let refused = call(&gateway, token, "create_profile", json!({ "name": "New" })).await;
        assert_eq!(refused["isError"], true, "{refused}");
    }
    let made = call(&gateway, &admin, "create_profile", json!({ "name": "New" })).await;
    let made = made["structuredContent"]["id"].as_str().unwrap().to_owned();
    gateway.test.refresh().await.unwrap();
    let tools = call(
        &gateway,
        &admin,
        "get_mcp_server_tools",
        json!({ "mcpServerId": server_id }),
    )
    .await;
    let tool = tools["structuredContent"]["tools"][0]["id"].clone();
    let wanted = json!({ "assignments": [{ "profileId": made, "toolId": tool }] });
    let assigned = call(&gateway, &admin, "bulk_assign_tools_to_profiles", wanted).await;
    assert_eq!(assigned["structuredContent"]["assigned"], 1, "{assigned}");
    gateway.test.refresh().await.unwrap();
    let profile = call(&gateway, &reader, "get_profile", json!({ "id": made })).await;
    assert_eq!(profile["structuredContent"]["tools"], 1);
}

#[tokio::test]
async fn everybody_sees_who_they_are_and_what_they_may_use() {
    let gateway = TestGateway::start().await;
    let server = fixture(true).await;
    gateway.install("fixture", server.url().unwrap()).await;
    let admin = token_of(&gateway, ADMIN).await;
    let me = call(&gateway, &admin, "whoami", json!({})).await;
    assert_eq!(me["structuredContent"]["caller"]["user"]["id"], ADMIN);
    let nobody = call(&gateway, &gateway.token, "whoami", json!({})).await;
    assert_eq!(
        nobody["structuredContent"]["caller"]["kind"],
        "organization"
    );
    let servers = call(&gateway, &gateway.token, "get_mcp_servers", json!({})).await;
    assert_eq!(
        servers["structuredContent"]["servers"][0]["name"],
        "fixture"
    );
    let found = call(
        &gateway,
        &gateway.token,
        "search_private_mcp_registry",
        json!({ "query": "FIX" }),
    )
    .await;
    assert_eq!(found["structuredContent"]["items"][0]["name"], "fixture");
    let usage = call(
        &gateway,
        &gateway.token,
        "get_profile_token_usage",
        json!({}),
    )
    .await;
    assert!(usage["structuredContent"]["agents"].is_array(), "{usage}");
}

#[tokio::test]
async fn a_request_for_a_server_is_filed_for_its_person() {
    let gateway = TestGateway::start().await;
    let admin = token_of(&gateway, ADMIN).await;
    let wanted = json!({ "externalCatalogId": "github", "requestReason": "issues" });
    let refused = call(
        &gateway,
        &gateway.token,
        "create_mcp_server_installation_request",
        wanted.clone(),
    )
    .await;
    assert_eq!(refused["isError"], true);
    let filed = call(
        &gateway,
        &admin,
        "create_mcp_server_installation_request",
        wanted,
    )
    .await;
    assert_eq!(filed["structuredContent"]["status"], "pending", "{filed}");
    let rows = db::installation_requests::list(&gateway.test.platform.db, None, None)
        .await
        .unwrap();
    assert_eq!(rows[0].requested_by, ADMIN);
}

#[tokio::test]
async fn tools_on_demand_are_found_and_run_by_two_that_are_listed() {
    let settings = json!({ "toolExposureMode": "search_and_run_only" });
    let gateway = TestGateway::start_with(settings, |_| {}).await;
    let server = fixture(true).await;
    gateway.install("fixture", server.url().unwrap()).await;
    let listed = gateway.rpc("tools/list", json!({})).await;
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 2);
    let found = call(
        &gateway,
        &gateway.token,
        "search_tools",
        json!({ "query": "simple text" }),
    )
    .await;
    assert_eq!(
        found["structuredContent"]["tools"][0]["name"], "fixture__test_simple_text",
        "{found}"
    );
    let run = json!({ "name": "fixture__test_simple_text", "arguments": {} });
    let ran = call(&gateway, &gateway.token, "run_tool", run).await;
    assert!(
        ran["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("simple text"),
        "{ran}"
    );
    let records = gateway.records(3).await;
    let last = records.last().unwrap();
    assert_eq!(last.tool_name.as_deref(), Some("fixture__test_simple_text"));
    assert_eq!(last.mcp_server_name, "fixture");
    let (_, modern) = gateway
        .modern(
            "tools/call",
            json!({ "name": "archestra__search_tools", "arguments": { "query": "x" } }),
        )
        .await;
    assert_eq!(modern["result"]["resultType"], "complete");
}
