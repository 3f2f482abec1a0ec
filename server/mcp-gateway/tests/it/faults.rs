//! Servers that fail and clients that do: each a clear answer, in time.

use std::time::Duration;

use serde_json::{Value, json};

use crate::broken_server::{FakeBrokenServer, Fault};
use crate::harness::TestGateway;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_mins(1);

async fn called(fault: Fault, patience: Duration) -> (TestGateway, Value) {
    let change = |options: &mut testkit::platform::Options| options.tool_call_timeout = patience;
    let gateway = TestGateway::start_with(json!({ "builtinTools": false }), change).await;
    let server = FakeBrokenServer::start(fault).await;
    gateway.install("broken", server.url()).await;
    let answer = gateway
        .rpc(
            "tools/call",
            json!({ "name": "broken__fail", "arguments": {} }),
        )
        .await;
    (gateway, answer)
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (gateway, answer) = called(Fault::Silent, SHORT).await;
    let text = answer["error"]["message"].as_str().unwrap();
    assert!(
        text.contains("broken did not answer")
            && text.contains("ARCHESTRA_MCP_GATEWAY_TOOL_CALL_TIMEOUT_MS"),
        "{text}"
    );
    assert_eq!(answer["error"]["code"], -32603);
    let record = gateway.records(1).await.remove(0);
    assert!(record.is_error && record.error.unwrap().contains("did not answer"));
}

#[tokio::test]
async fn a_server_that_dies_midway_is_an_error_and_not_a_second_call() {
    let (gateway, answer) = called(Fault::Dies, LONG).await;
    let text = answer["error"]["message"].as_str().unwrap();
    assert!(text.starts_with("broken: "), "{text}");
    assert_eq!(gateway.records(1).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_one_is_an_error() {
    let (_gateway, answer) = called(Fault::Malformed, LONG).await;
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("broken: "),
        "{answer}"
    );
}

#[tokio::test]
async fn a_result_of_many_megabytes_comes_through_and_one_without_end_does_not() {
    let (gateway, answer) = called(Fault::Huge(20_000_000), LONG).await;
    assert_eq!(
        answer["result"]["content"][0]["text"]
            .as_str()
            .map(str::len),
        Some(20_000_000),
        "{:.300}",
        answer.to_string()
    );
    assert!(gateway.records(1).await[0].result_bytes > 20_000_000);
    let (_gateway, answer) = called(Fault::Huge(140_000_000), LONG).await;
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("longer than"),
        "{:.300}",
        answer.to_string()
    );
}

#[tokio::test]
async fn what_is_not_json_rpc_is_named() {
    let gateway = TestGateway::start().await;
    for (body, code, status) in [
        ("{", -32700, 400),
        ("7", -32600, 400),
        ("{}", -32600, 400),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, 400),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, 400),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            -32602,
            200,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#,
            -32601,
            200,
        ),
    ] {
        let answer = gateway
            .request(reqwest::Method::POST)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{body}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{body}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_long_is_refused() {
    let change = |options: &mut testkit::platform::Options| options.upstreams.body_limit = 1_000;
    let gateway = TestGateway::start_with(json!({}), change).await;
    let answer = gateway
        .request(reqwest::Method::POST)
        .body(" ".repeat(2_000))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
}
