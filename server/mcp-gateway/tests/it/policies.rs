//! What people wrote as policies: which calls are made, and what of a result is shown.

use db::tool_policies::{Kind, ToolPolicy};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{TestGateway, fixture};

struct World {
    gateway: TestGateway,
    server: testkit::mcp::FakeMcpServer,
    tool: Uuid,
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
        let snapshot = gateway.test.platform.snapshot.load().clone();
        let tool = snapshot.tools_of(gateway.agent)[0].tool.id;
        Self {
            gateway,
            server,
            tool,
        }
    }

    async fn policy(&self, kind: Kind, conditions: Value, action: &str, note: Option<&str>) {
        let platform = &self.gateway.test.platform;
        let now = platform.clock.now();
        let policy = ToolPolicy {
            id: Uuid::now_v7(),
            tool_id: self.tool,
            conditions,
            action: action.to_owned(),
            note: note.map(str::to_owned),
            created_at: now,
            updated_at: now,
        };
        db::tool_policies::insert(&platform.db, kind, &policy)
            .await
            .unwrap();
        self.gateway.test.refresh().await.unwrap();
    }

    async fn call(&self, arguments: Value) -> Value {
        let params = json!({ "name": "mail__echo", "arguments": arguments });
        self.gateway.rpc("tools/call", params).await["result"].clone()
    }

    /// How often metrics say that a guardrail stood in the way.
    fn blocked(&self, reason: &str) -> usize {
        let platform = &self.gateway.test.platform;
        let text = platform.metrics.encode(platform).unwrap();
        let labels =
            format!("mcp_server_name=\"mail\",tool_name=\"mail__echo\",reason=\"{reason}\"");
        let counted = text
            .lines()
            .find(|line| line.starts_with("llm_blocked_tools_total{") && line.contains(&labels));
        counted.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    }

    fn calls(&self) -> usize {
        let received = self.server.received();
        let calls = received
            .iter()
            .filter(|request| request.message["method"] == "tools/call");
        calls.count()
    }
}

fn when(key: &str, operator: &str, value: &str) -> Value {
    json!([{ "key": key, "operator": operator, "value": value }])
}

#[tokio::test]
async fn a_call_that_a_policy_blocks_never_reaches_its_server_and_says_why() {
    let world = World::start().await;
    let outside = when("to", "notContains", "@ours.example");
    world
        .policy(
            Kind::Invocation,
            outside,
            "block_always",
            Some("mail stays in the house"),
        )
        .await;
    let refused = world.call(json!({ "to": "eve@evil.example" })).await;
    assert_eq!(refused["isError"], true);
    let text = refused["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("mail__echo") && text.contains("mail stays in the house"),
        "{text}"
    );
    assert_eq!(world.calls(), 0);
    let allowed = world.call(json!({ "to": "ann@ours.example" })).await;
    assert_ne!(allowed["isError"], true);
    assert_eq!(world.calls(), 1);
    assert_eq!(world.blocked("policy"), 1);
}

#[tokio::test]
async fn a_call_that_needs_approval_is_not_made_for_a_client_that_can_ask_nobody() {
    let world = World::start().await;
    world
        .policy(Kind::Invocation, json!([]), "require_approval", None)
        .await;
    let refused = world.call(json!({})).await;
    assert_eq!(refused["isError"], true);
    assert!(
        refused["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("approval")
    );
    assert_eq!(world.calls(), 0);
    assert_eq!(world.blocked("approval"), 1);
}

#[tokio::test]
async fn an_agent_whose_context_is_untrusted_calls_only_what_that_allows() {
    let world = World::start().await;
    world
        .policy(
            Kind::Invocation,
            json!([]),
            "block_when_context_is_untrusted",
            None,
        )
        .await;
    assert_ne!(world.call(json!({})).await["isError"], true);
    let db = &world.gateway.test.platform.db;
    db::agents::update::<db::Error>(db, world.gateway.agent, |agent| {
        agent.consider_context_untrusted = true;
        Ok(())
    })
    .await
    .unwrap();
    world.gateway.test.refresh().await.unwrap();
    assert_eq!(world.call(json!({})).await["isError"], true);
    let fine = when("kind", "equal", "read");
    world
        .policy(
            Kind::Invocation,
            fine,
            "allow_when_context_is_untrusted",
            None,
        )
        .await;
    assert_ne!(world.call(json!({ "kind": "read" })).await["isError"], true);
}

#[tokio::test]
async fn a_result_that_a_policy_blocks_is_seen_by_nobody_and_one_it_distrusts_is_marked() {
    let world = World::start().await;
    let secret = when("from", "equal", "eve");
    world
        .policy(Kind::Result, secret, "block_always", None)
        .await;
    world
        .policy(Kind::Result, json!([]), "mark_as_untrusted", None)
        .await;
    let blocked = world.call(json!({ "from": "eve", "body": "canary" })).await;
    assert!(!blocked.to_string().contains("canary"), "{blocked}");
    assert_eq!(blocked["isError"], true);
    let marked = world.call(json!({ "from": "ann", "body": "canary" })).await;
    assert!(marked.to_string().contains("canary"));
    assert_eq!(marked["_meta"]["archestra/untrusted"], true);
    assert_eq!(world.blocked("result"), 1);
}
