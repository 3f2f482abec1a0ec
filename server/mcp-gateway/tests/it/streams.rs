//! Clients that listen for what servers say of their own accord.

use std::time::Duration;

use serde_json::json;

use crate::harness::{TestGateway, message, next_event};

#[tokio::test]
async fn a_listening_session_hears_of_changes_behind_and_here() {
    let (gateway, fixture) = TestGateway::with_fixture(false).await;
    let session = gateway.session("2025-11-25", json!({})).await;
    let mut stream = session.request(reqwest::Method::GET).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut buffer = String::new();
    // The gateway opens its own stream to the server beside the first call, so that may be too early to be heard.
    let heard = loop {
        let call = json!({ "name": "test_trigger_prompt_change", "arguments": {} });
        session.rpc("tools/call", call).await;
        let next = next_event(&mut stream, &mut buffer);
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(500), next).await {
            break heard;
        }
    };
    assert_eq!(heard["method"], "notifications/prompts/list_changed");
    gateway.change_agent(json!({ "toolPrefix": true })).await;
    let heard = next_event(&mut stream, &mut buffer).await;
    assert_eq!(heard["method"], "notifications/tools/list_changed");
    drop(fixture);
}

#[tokio::test]
async fn a_subscription_of_2026_is_acknowledged_and_hears_what_it_asked_for() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        gateway
            .rpc(
                "tools/call",
                json!({ "name": "test_simple_text", "arguments": {} }),
            )
            .await;
        let wanted = json!({ "notifications": { "promptsListChanged": true } });
        let mut stream = gateway
            .modern_request("subscriptions/listen", wanted)
            .send()
            .await
            .unwrap();
        let mut buffer = String::new();
        let first = next_event(&mut stream, &mut buffer).await;
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
        assert_eq!(
            first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
            1
        );
        gateway
            .rpc(
                "tools/call",
                json!({ "name": "test_trigger_tool_change", "arguments": {} }),
            )
            .await;
        gateway
            .rpc(
                "tools/call",
                json!({ "name": "test_trigger_prompt_change", "arguments": {} }),
            )
            .await;
        let heard = next_event(&mut stream, &mut buffer).await;
        assert_eq!(heard["method"], "notifications/prompts/list_changed");
        assert_eq!(
            heard["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
            1
        );
    }
}

#[tokio::test]
async fn a_stream_needs_a_session() {
    let gateway = TestGateway::start().await;
    let refused = gateway.request(reqwest::Method::GET).send().await.unwrap();
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn a_subscription_to_a_resource_is_accepted() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        let session = gateway.session("2025-11-25", json!({})).await;
        let uri = json!({ "uri": "test://watched-resource" });
        for method in ["resources/subscribe", "resources/unsubscribe"] {
            let answer = session.rpc(method, uri.clone()).await;
            assert_eq!(answer["result"], json!({}), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_client_that_cancels_ends_its_call() {
    let (gateway, _fixture) = TestGateway::with_fixture(false).await;
    let session = gateway
        .session("2025-11-25", json!({ "elicitation": {} }))
        .await;
    let call = json!({ "name": "test_elicitation", "arguments": { "message": "?" } });
    let mut stream = session.post(&message("tools/call", call)).await;
    let mut buffer = String::new();
    next_event(&mut stream, &mut buffer).await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    assert_eq!(session.post(&cancel).await.status(), 202);
    let ended = next_event(&mut stream, &mut buffer).await;
    assert!(
        ended["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cancelled"),
        "{ended}"
    );
}
