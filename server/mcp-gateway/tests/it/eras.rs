//! Clients of one era with servers of the other.

use serde_json::{Value, json};

use crate::harness::{TestGateway, events, message, next_event};

#[tokio::test]
async fn a_client_of_2026_discovers_and_calls_whatever_the_server_speaks() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        let (status, found) = gateway.modern("server/discover", json!({})).await;
        assert_eq!(
            (status, &found["result"]["supportedVersions"]),
            (200, &json!(["2026-07-28"]))
        );
        assert_eq!(found["result"]["resultType"], "complete");
        assert!(found["result"]["ttlMs"].is_u64() && found["result"]["cacheScope"] == "private");
        for (method, params) in [
            ("tools/list", json!({})),
            ("prompts/list", json!({})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("resources/read", json!({ "uri": "test://static-text" })),
        ] {
            let (_, answer) = gateway.modern(method, params).await;
            assert_eq!(
                answer["result"]["resultType"], "complete",
                "{method} {answer}"
            );
            assert!(answer["result"]["ttlMs"].is_u64(), "{method} {answer}");
        }
        let (_, called) = gateway
            .modern(
                "tools/call",
                json!({ "name": "test_simple_text", "arguments": {} }),
            )
            .await;
        assert_eq!(called["result"]["resultType"], "complete");
        assert!(called["result"]["content"][0]["text"].is_string());
    }
}

#[tokio::test]
async fn what_2026_has_removed_is_not_found() {
    let gateway = TestGateway::start().await;
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "unknown/method",
    ] {
        let (status, answer) = gateway.modern(method, json!({})).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (404, &json!(-32601)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_server_of_either_era_can_ask_a_client_with_a_session() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        let session = gateway
            .session("2025-11-25", json!({ "elicitation": {} }))
            .await;
        let call =
            json!({ "name": "test_elicitation", "arguments": { "message": "Who are you?" } });
        let mut stream = session.post(&message("tools/call", call)).await;
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        let mut buffer = String::new();
        let question = next_event(&mut stream, &mut buffer).await;
        assert_eq!(question["method"], "elicitation/create");
        assert_eq!(question["params"]["message"], "Who are you?");
        let answer = json!({
            "jsonrpc": "2.0",
            "id": question["id"],
            "result": { "action": "accept", "content": { "username": "ada", "email": "ada@example.com" } },
        });
        assert_eq!(session.post(&answer).await.status(), 202);
        let result = next_event(&mut stream, &mut buffer).await;
        let text = result["result"]["content"][0]["text"].as_str().unwrap();
        assert!(
            text.contains("action=accept") && text.contains("ada"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn another_session_cannot_answer_a_question() {
    let (gateway, _fixture) = TestGateway::with_fixture(false).await;
    let session = gateway
        .session("2025-11-25", json!({ "elicitation": {} }))
        .await;
    let other = gateway
        .session("2025-11-25", json!({ "elicitation": {} }))
        .await;
    let call = json!({ "name": "test_elicitation", "arguments": { "message": "?" } });
    let mut stream = session.post(&message("tools/call", call)).await;
    let mut buffer = String::new();
    let question = next_event(&mut stream, &mut buffer).await;
    let answer = |action: &str| json!({ "jsonrpc": "2.0", "id": question["id"], "result": { "action": action } });
    other.post(&answer("accept")).await;
    session.post(&answer("decline")).await;
    let result = next_event(&mut stream, &mut buffer).await;
    assert!(
        result["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("action=decline"),
        "{result}"
    );
}

#[tokio::test]
async fn a_server_of_the_old_era_asks_a_client_of_2026_by_its_answer() {
    let (gateway, _fixture) = TestGateway::with_fixture(false).await;
    let can = json!({ "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } });
    let call = json!({ "name": "test_elicitation", "arguments": { "message": "Who are you?" }, "_meta": can });
    let (_, asked) = gateway.modern("tools/call", call.clone()).await;
    let asked = &asked["result"];
    assert_eq!(asked["resultType"], "input_required");
    let question = &asked["inputRequests"]["question"];
    assert_eq!(question["method"], "elicitation/create");
    let mut again = call.clone();
    again["requestState"] = asked["requestState"].clone();
    let (_, reminded) = gateway.modern("tools/call", again.clone()).await;
    assert_eq!(
        reminded["result"]["resultType"], "input_required",
        "{reminded}"
    );
    again["requestState"] = reminded["result"]["requestState"].clone();
    again["inputResponses"] = json!({ "question": { "action": "accept", "content": { "username": "ada", "email": "a@b.c" } } });
    let (_, done) = gateway.modern("tools/call", again.clone()).await;
    assert_eq!(done["result"]["resultType"], "complete", "{done}");
    assert!(
        done["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("ada")
    );
    let (_, late) = gateway.modern("tools/call", again.clone()).await;
    assert_eq!(late["error"]["code"], -32602, "{late}");
    again["requestState"] = format!("{}x", asked["requestState"].as_str().unwrap()).into();
    let (_, forged) = gateway.modern("tools/call", again).await;
    assert_eq!(forged["error"]["code"], -32602, "{forged}");
    assert_eq!(
        gateway
            .records(3)
            .await
            .iter()
            .filter(|record| !record.is_error)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_is_not() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        let call = json!({ "name": "test_elicitation", "arguments": { "message": "?" } });
        let session = gateway.session("2025-11-25", json!({})).await;
        let text = session
            .post(&message("tools/call", call.clone()))
            .await
            .text()
            .await
            .unwrap();
        assert!(!text.contains("elicitation/create\""), "{text}");
        let without: Value = gateway.rpc("tools/call", call).await;
        assert!(without["result"].is_object() || without["error"].is_object());
    }
}

#[tokio::test]
async fn progress_and_log_messages_come_before_the_result() {
    for stateless in [true, false] {
        let (gateway, _fixture) = TestGateway::with_fixture(stateless).await;
        let session = gateway.session("2025-11-25", json!({})).await;
        let call = json!({ "name": "test_tool_with_progress", "arguments": {}, "_meta": { "progressToken": "mine" } });
        let text = session
            .post(&message("tools/call", call))
            .await
            .text()
            .await
            .unwrap();
        let heard = events(&text);
        let progress: Vec<&Value> = heard
            .iter()
            .filter(|event| event["method"] == "notifications/progress")
            .collect();
        assert_eq!(progress.len(), 3, "{text}");
        assert!(
            progress
                .iter()
                .all(|event| event["params"]["progressToken"] == "mine")
        );
        assert!(heard.last().unwrap()["result"].is_object());

        let call = message(
            "tools/call",
            json!({ "name": "test_tool_with_logging", "arguments": {} }),
        );
        let logs = |text: &str| {
            events(text)
                .iter()
                .filter(|event| event["method"] == "notifications/message")
                .count()
        };
        assert_eq!(logs(&session.post(&call).await.text().await.unwrap()), 3);
        session
            .rpc("logging/setLevel", json!({ "level": "error" }))
            .await;
        assert_eq!(logs(&session.post(&call).await.text().await.unwrap()), 0);

        let quiet = json!({ "name": "test_tool_with_logging", "arguments": {} });
        let text = gateway
            .modern_request("tools/call", quiet)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(logs(&text), 0, "{text}");
        let meta = json!({ "io.modelcontextprotocol/logLevel": "info" });
        let loud = json!({ "name": "test_tool_with_logging", "arguments": {}, "_meta": meta });
        let text = gateway
            .modern_request("tools/call", loud)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(logs(&text), 3, "{text}");
    }
}

#[tokio::test]
async fn a_missing_resource_is_named_in_the_words_of_the_clients_era() {
    let (gateway, _fixture) = TestGateway::with_fixture(false).await;
    let (_, modern) = gateway
        .modern("resources/read", json!({ "uri": "test://nothing" }))
        .await;
    assert_eq!(modern["error"]["code"], -32602, "{modern}");
    assert_eq!(modern["error"]["data"]["uri"], "test://nothing");
}
