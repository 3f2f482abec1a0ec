//! What is kept of requests.

use serde_json::{Value, json};

use crate::harness::{TestGateway, message};

#[tokio::test]
async fn handshakes_lists_and_calls_are_on_record() {
    let (gateway, _fixture) = TestGateway::with_fixture(true).await;
    let session = gateway.session("2025-11-25", json!({})).await;
    session.rpc("tools/list", json!({})).await;
    session
        .rpc(
            "tools/call",
            json!({ "name": "test_simple_text", "arguments": { "a": 1 } }),
        )
        .await;
    gateway.modern("server/discover", json!({})).await;
    let records = gateway.records(4).await;
    let methods: Vec<&str> = records
        .iter()
        .map(|record| record.method.as_str())
        .collect();
    assert_eq!(
        methods,
        ["initialize", "tools/list", "tools/call", "server/discover"]
    );
    assert_eq!(records[0].mcp_server_name, "mcp-gateway");
    let call = &records[2];
    assert_eq!(call.mcp_server_name, "fixture");
    assert_eq!(call.tool_name.as_deref(), Some("test_simple_text"));
    assert_eq!(call.agent_id, Some(gateway.agent));
    assert_eq!(call.token_kind.as_deref(), Some("organization"));
    assert_eq!(call.client.as_deref(), Some("tests"));
    assert_eq!(call.session_id, records[0].session_id);
    assert!(!call.is_error && call.duration_us > 0);
    let bodies = db::mcp_tool_calls::bodies(&gateway.test.platform.db, &[call.id]).await;
    let bodies = bodies.unwrap().remove(0);
    let text = |body: &[u8]| String::from_utf8(domain::recorder::inflate(body)).unwrap();
    assert_eq!(text(&bodies.arguments), r#"{"a":1}"#);
    assert!(text(&bodies.result).contains("simple text response"));
}

#[tokio::test]
async fn what_failed_is_on_record_with_its_reason() {
    let (gateway, _fixture) = TestGateway::with_fixture(true).await;
    gateway
        .rpc("tools/call", json!({ "name": "nothing", "arguments": {} }))
        .await;
    gateway
        .rpc(
            "tools/call",
            json!({ "name": "test_error_handling", "arguments": {} }),
        )
        .await;
    let records = gateway.records(2).await;
    assert!(records.iter().all(|record| record.is_error));
    assert!(records[0].error.as_deref().unwrap().contains("nothing"));
    assert_eq!(records[1].mcp_server_name, "fixture");
}

#[tokio::test]
async fn pings_and_notifications_are_not_kept() {
    let gateway = TestGateway::start().await;
    gateway.rpc("ping", json!({})).await;
    gateway
        .post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
        .await;
    let listed: Value = gateway
        .post(&message("tools/list", json!({})))
        .await
        .json()
        .await
        .unwrap();
    assert!(listed["result"].is_object());
    let records = gateway.records(1).await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].method, "tools/list");
}

#[tokio::test]
async fn calls_of_known_tools_are_counted() {
    let (gateway, _fixture) = TestGateway::with_fixture(true).await;
    for name in ["test_simple_text", "test_error_handling", "made_up"] {
        gateway
            .rpc("tools/call", json!({ "name": name, "arguments": {} }))
            .await;
    }
    let platform = &gateway.test.platform;
    let text = platform.metrics.encode(platform).unwrap();
    let counted = |tool: &str, status: &str| {
        let labels =
            format!("mcp_server_name=\"fixture\",tool_name=\"{tool}\",status=\"{status}\"");
        text.lines().any(|line| {
            line.starts_with("mcp_tool_calls_total{")
                && line.contains(&labels)
                && line.ends_with(" 1")
        })
    };
    assert!(counted("test_simple_text", "success"), "{text}");
    assert!(counted("test_error_handling", "error"), "{text}");
    assert!(!text.contains("made_up"));
}
