//! Over standard streams in the era without sessions.

use mcp::client::{CallEvent, CallOptions, Input};
use mcp::era::Era;
use mcp::object::raw;
use serde_json::json;

use crate::scripted::connected_stateless;
use crate::stdio::listening;
use crate::{options, value};

#[tokio::test]
async fn in_the_stateless_era_every_request_says_who_calls() {
    let (client, mut server) = connected_stateless(options()).await;
    assert_eq!(client.server().era(), Era::Stateless);
    let options = CallOptions {
        capabilities: Some(raw(&json!({ "elicitation": {} }))),
        ..CallOptions::default()
    };
    let sent = Some(raw(
        &json!({ "name": "a", "_meta": { "traceparent": "00-1-1-01" } }),
    ));
    let call = client.request("tools/call", sent, options);
    let script = async {
        let request = server.next().await;
        let meta = &request["params"]["_meta"];
        assert_eq!(meta["traceparent"], "00-1-1-01");
        assert_eq!(
            meta["io.modelcontextprotocol/protocolVersion"],
            "2026-07-28"
        );
        assert_eq!(
            meta["io.modelcontextprotocol/clientInfo"]["name"],
            "archestra"
        );
        let capabilities = &meta["io.modelcontextprotocol/clientCapabilities"];
        assert_eq!(*capabilities, json!({ "elicitation": {} }));
        server
            .answer(&request, &json!({ "resultType": "complete" }))
            .await;
    };
    tokio::join!(call, script).0.unwrap();
}

#[tokio::test]
async fn a_result_that_asks_is_answered_and_asked_again() {
    let (client, mut server) = connected_stateless(options()).await;
    let (mut options, mut received) = listening();
    options.input = Input::Ask;
    let call = client.request("tools/call", Some(raw(&json!({ "name": "a" }))), options);
    let answering = async {
        while let Some(event) = received.recv().await {
            if let CallEvent::Request(question) = event {
                let answer = json!({ "asked": question.method });
                question.answer(Ok(raw(&answer))).await.unwrap();
            }
        }
    };
    let script = async {
        let first = server.next().await;
        let asks = json!({
            "resultType": "input_required",
            "inputRequests": { "one": { "method": "roots/list" }, "two": { "method": "elicitation/create", "params": {} } },
            "requestState": "sealed",
        });
        server.answer(&first, &asks).await;
        let second = server.next().await;
        assert_ne!(first["id"], second["id"]);
        assert_eq!(second["params"]["name"], "a");
        assert_eq!(second["params"]["requestState"], "sealed");
        let answers =
            json!({ "one": { "asked": "roots/list" }, "two": { "asked": "elicitation/create" } });
        assert_eq!(second["params"]["inputResponses"], answers);
        // Without questions and with another state: the state alone goes back.
        let waits = json!({ "resultType": "input_required", "requestState": "later" });
        server.answer(&second, &waits).await;
        let third = server.next().await;
        assert_eq!(third["params"]["requestState"], "later");
        assert!(third["params"].get("inputResponses").is_none());
        server
            .answer(&third, &json!({ "resultType": "complete", "done": true }))
            .await;
    };
    let (outcome, (), ()) = tokio::join!(call, answering, script);
    assert_eq!(value(&outcome.unwrap())["done"], true);
}
