//! The handshake of the old era, and sessions that outlive a replica.

use serde_json::{Value, json};

use crate::harness::{TestGateway, message, serve};

#[tokio::test]
async fn every_version_with_a_handshake_is_spoken() {
    let gateway = TestGateway::start().await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let session = gateway.session(version, json!({})).await;
        assert_eq!(session.hello["protocolVersion"], version);
        assert_eq!(
            session.hello["serverInfo"]["name"],
            format!("archestra-agent-{}", gateway.agent)
        );
        assert!(session.hello["capabilities"]["tools"].is_object());
        let listed = session.rpc("tools/list", json!({})).await;
        assert!(listed["result"]["tools"].is_array());
    }
    let newer = gateway.session("2099-01-01", json!({})).await;
    assert_eq!(newer.hello["protocolVersion"], "2025-11-25");
}

#[tokio::test]
async fn a_session_goes_on_at_another_replica_and_ends_at_all() {
    let gateway = TestGateway::start().await;
    let session = gateway.session("2025-11-25", json!({})).await;
    let other = format!("{}/v1/mcp/{}", serve(&gateway.test).await, gateway.agent);
    let ping = message("ping", json!({})).to_string();
    let at_other = async || {
        let request = gateway.client.post(&other).bearer_auth(&gateway.token);
        let request = request.header("mcp-session-id", &session.id);
        request.body(ping.clone()).send().await.unwrap()
    };
    assert_eq!(at_other().await.status(), 200);
    let third = format!("{}/v1/mcp/{}", serve(&gateway.test).await, gateway.agent);
    assert_eq!(
        session
            .request(reqwest::Method::DELETE)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        session.post(&message("ping", json!({}))).await.status(),
        404
    );
    let request = gateway
        .client
        .post(&third)
        .bearer_auth(&gateway.token)
        .header("mcp-session-id", &session.id);
    assert_eq!(
        request.body(ping.clone()).send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn a_session_that_was_not_given_out_is_not_found() {
    let gateway = TestGateway::start().await;
    let session = gateway.session("2025-11-25", json!({})).await;
    let mut forged = session.id.clone();
    forged.replace_range(3..4, if &forged[3..4] == "A" { "B" } else { "A" });
    for id in [forged.as_str(), "nonsense", ""] {
        let request = gateway
            .request(reqwest::Method::POST)
            .header("mcp-session-id", id);
        let answer = request
            .body(message("ping", json!({})).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 404, "{id}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], -32000);
        assert_eq!(body["id"], 1);
    }
}

#[tokio::test]
async fn batches_are_answered_where_they_exist() {
    let gateway = TestGateway::start().await;
    let batch = json!([
        message("ping", json!({})),
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        { "jsonrpc": "2.0", "id": "x", "method": "unknown/method" },
        7,
    ]);
    let session = gateway.session("2025-03-26", json!({})).await;
    let answers: Value = session.post(&batch).await.json().await.unwrap();
    assert_eq!(answers.as_array().unwrap().len(), 3, "{answers}");
    assert_eq!(answers[1]["error"]["code"], -32601);
    assert_eq!(answers[2]["error"]["code"], -32600);
    let later = gateway.session("2025-06-18", json!({})).await;
    assert_eq!(later.post(&batch).await.status(), 400);
}
