//! How many calls of tools may be made, over one database and two processes.

use db::limits::Limit;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::mcp::FakeMcpServer;
use testkit::platform::{Options, TestPlatform};
use uuid::Uuid;

use crate::harness::{TestGateway, fixture, message, serve};

struct World {
    gateway: TestGateway,
    server: FakeMcpServer,
    /// Another process.
    other: String,
    replica: TestPlatform,
}

impl World {
    /// One tool that answers with its arguments.
    async fn start() -> Self {
        let gateway = TestGateway::start_with(json!({ "builtinTools": false }), |_| {}).await;
        let server = fixture(true).await;
        server.set_tools(vec![
            json!({ "name": "echo", "inputSchema": { "type": "object" } }),
        ]);
        gateway.install("mail", server.url().unwrap()).await;
        let nowhere = "http://127.0.0.1:9".parse().unwrap();
        let options = Options::with_upstream(&nowhere);
        let replica = gateway.test.replica(options).await.unwrap();
        Self {
            other: serve(&replica).await,
            gateway,
            server,
            replica,
        }
    }

    async fn limit(&self, kind: &str, tool: Option<&str>, value: i64) {
        let platform = &self.gateway.test.platform;
        let now = platform.clock.now();
        let limit = Limit {
            id: Uuid::now_v7(),
            entity_type: "agent".to_owned(),
            entity_id: self.gateway.agent.to_string(),
            limit_type: kind.to_owned(),
            limit_value: value,
            models: None,
            mcp_server_name: Some("mail".to_owned()),
            tool_name: tool.map(str::to_owned),
            last_cleanup: None,
            created_at: now,
            updated_at: now,
        };
        db::limits::insert(&platform.db, &limit).await.unwrap();
        self.gateway.test.refresh().await.unwrap();
        self.replica.refresh().await.unwrap();
    }

    async fn call(&self, address: &str) -> Value {
        let params = json!({ "name": "mail__echo", "arguments": {} });
        let url = format!("{address}/v1/mcp/{}", self.gateway.agent);
        let request = self.gateway.client.post(url);
        let answer = request
            .bearer_auth(&self.gateway.token)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .body(message("tools/call", params).to_string())
            .send();
        let answer: Value = answer.await.unwrap().json().await.unwrap();
        answer["result"].clone()
    }

    fn calls(&self) -> usize {
        let received = self.server.received();
        let calls = received.iter();
        calls
            .filter(|request| request.message["method"] == "tools/call")
            .count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_let_exactly_as_many_calls_through_as_the_limit_says() {
    let world = World::start().await;
    world.limit("tool_calls", Some("echo"), 9).await;
    let calls = (0..40).map(|number| {
        let at = [&world.gateway.address, &world.other][number % 2];
        world.call(at)
    });
    let mut through = 0;
    for result in join_all(calls).await {
        if result["isError"] != true {
            through += 1;
            continue;
        }
        let said = result["content"][0]["text"].as_str().unwrap();
        assert!(
            said.starts_with("The limit of 9 calls of echo for the agent"),
            "{said}"
        );
        assert_eq!(
            result["_meta"]["archestra/link"],
            "http://localhost:3000/limits"
        );
    }
    assert_eq!((through, world.calls()), (9, 9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_another_limit_refuses_is_not_counted() {
    let world = World::start().await;
    world.limit("mcp_server_calls", None, 5).await;
    world.limit("tool_calls", Some("mail__echo"), 0).await;
    let refused = world.call(&world.other).await;
    assert_eq!(refused["isError"], true, "{refused}");
    let sql = "SELECT COALESCE(sum(calls), 0) FROM limit_usage";
    let used = world.gateway.test.database.text(sql).await.unwrap();
    assert_eq!(used.as_deref(), Some("0"));
    assert_eq!(world.calls(), 0);
}
