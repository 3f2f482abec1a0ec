//! Whose trace a call is a part of, as a provider and a tool's server are told; and a collector that never answers.

use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::mcp::FakeMcpServer;
use testkit::provider::{FakeProvider, Reply};
use testkit::wait;
use tokio::net::TcpListener;

use crate::gateway::Gateway;
use crate::harness::{PASSWORD, TestApp};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct World {
    app: TestApp,
    provider: FakeProvider,
    tools: FakeMcpServer,
    agent: String,
}

async fn world(variables: &[(&str, &str)]) -> World {
    let provider = FakeProvider::start().await.unwrap();
    provider.always_reply(Reply::json(200, r#"{"model":"gpt-5"}"#));
    let tools = FakeMcpServer::start().await.unwrap();
    let upstream = provider.url().unwrap().to_string();
    let mut all = vec![
        ("ARCHESTRA_OPENAI_BASE_URL", upstream.as_str()),
        ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8"),
    ];
    all.extend(variables);
    let app = TestApp::start_with(&all).await;
    assert_eq!(
        app.sign_in(&app.client, PASSWORD).await.status(),
        StatusCode::OK
    );
    let agent = app.get("/api/agents/default").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let item =
        json!({ "name": "traced", "serverType": "remote", "serverUrl": tools.url().unwrap() });
    let item = app.post("/api/internal_mcp_catalog", item).await;
    let server =
        json!({ "catalogId": item["id"], "name": "traced", "scope": "org", "agentIds": [agent] });
    app.post("/api/mcp_server", server).await;
    World {
        app,
        provider,
        tools,
        agent,
    }
}

impl World {
    /// What the provider is told of a call whose client is in the middle of a trace.
    async fn complete(&self) -> String {
        let url = self.app.url("/v1/openai/chat/completions");
        let call = self.app.client.post(url).bearer_auth("sk-client");
        let body = json!({ "model": "gpt-5", "messages": [] });
        let answer = call
            .header("traceparent", PARENT)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let received = self.provider.last().unwrap();
        received.headers["traceparent"].to_str().unwrap().to_owned()
    }

    /// What the tool's server is told, in a header and in `_meta`.
    async fn call_tool(&self) -> (Option<String>, Value) {
        let gateway = Gateway::of(&self.app, &self.agent).await;
        let tool = "traced__test_simple_text".to_owned();
        wait::until("the tool is there", async || {
            gateway.tools().await.contains(&tool).then_some(())
        })
        .await;
        let params =
            json!({ "name": tool, "arguments": {}, "_meta": { "traceparent": PARENT, "own": 1 } });
        let result = gateway.request("tools/call", params).await;
        assert_ne!(result["isError"], true, "{result}");
        let received = self.tools.received();
        let mut calls = received.iter().rev();
        let call = calls
            .find(|call| call.message["method"] == "tools/call")
            .unwrap();
        let header = call.headers.get("traceparent");
        let header = header.map(|header| header.to_str().unwrap().to_owned());
        (header, call.message["params"]["_meta"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_call_goes_to_is_told_whose_trace_it_is_a_part_of() {
    let world = world(&[(
        "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:9",
    )])
    .await;
    let told = world.complete().await;
    assert!(
        told.starts_with(&format!("00-{TRACE}-")) && told != PARENT,
        "{told}"
    );

    let (header, meta) = world.call_tool().await;
    assert_eq!(header.as_deref(), meta["traceparent"].as_str());
    let header = header.unwrap();
    assert!(
        header.starts_with(&format!("00-{TRACE}-")) && header != PARENT,
        "{header}"
    );
    assert_eq!(meta["own"], 1);
    world.app.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_traces_are_made_a_callers_goes_through_as_it_is() {
    // Nobody said where traces go; something else may well listen at the usual place of a machine that runs tests.
    let world = world(&[]).await;
    world.app.running.platform.traces.want(false);
    assert_eq!(world.complete().await, PARENT);
    let (header, meta) = world.call_tool().await;
    assert_eq!(header, None);
    assert_eq!(
        (&meta["traceparent"], &meta["own"]),
        (&json!(PARENT), &json!(1))
    );
    world.app.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_takes_everything_and_never_answers_holds_up_no_call_and_no_stop() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let world = world(&[("ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    for _ in 0..300 {
        world.complete().await;
    }
    // It has been asked, and is not answering.
    let (_held, _) = silent.accept().await.unwrap();
    world.complete().await;
    let stopping = world.app.running.stop();
    tokio::time::timeout(std::time::Duration::from_secs(8), stopping)
        .await
        .unwrap();
}
