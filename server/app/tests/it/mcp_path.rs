//! The whole way of an MCP server: into the registry, into a container, onto an agent, and called through the gateway.

#![expect(clippy::print_stderr, reason = "figures and skipped tests are told")]

use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::docker_images::{self, Image};
use testkit::wait;

use crate::gateway::Gateway;
use crate::harness::{PASSWORD, TestApp};

/// A local server of this image, installed for an agent and ready.
async fn install(app: &TestApp, agent: &str, name: &str, local_config: Value) -> String {
    let item = json!({ "name": name, "serverType": "local", "localConfig": local_config });
    let item = app.post("/api/internal_mcp_catalog", item).await;
    let server = json!({ "catalogId": item["id"], "name": name, "agentIds": [agent] });
    let server = app.post("/api/mcp_server", server).await;
    let id = server["id"].as_str().unwrap().to_owned();
    ready(app, &id).await;
    id
}

async fn ready(app: &TestApp, server: &str) {
    let path = format!("/api/mcp_server/{server}/installation-status");
    wait::until("the server is installed", async || {
        let status = app.get(&path).await;
        assert_ne!(status["localInstallationStatus"], "error", "{status}");
        (status["localInstallationStatus"] == "success").then_some(())
    })
    .await;
}

async fn default_agent(app: &TestApp) -> String {
    let agent = app.get("/api/agents/default").await;
    agent["id"].as_str().unwrap().to_owned()
}

/// Whether to go on; without an engine these tests say so and end.
fn with_engine() -> bool {
    docker_images::engine()
        .inspect_err(|why| eprintln!("SKIPPED: {why}"))
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containers_tool_is_called_soon_after_an_empty_install_and_leaves_nothing() {
    if !with_engine() {
        return;
    }
    let image = docker_images::image(Image::Filesystem);
    let app = TestApp::signed_in().await;
    let agent = default_agent(&app).await;
    let began = Instant::now();
    let config = json!({ "dockerImage": image, "arguments": ["/tmp"], "transportType": "stdio" });
    let server = install(&app, &agent, "Files", config).await;
    let gateway = Gateway::of(&app, &agent).await;
    let tools = gateway.tools().await;
    let listing = "files__list_directory".to_owned();
    assert!(tools.contains(&listing), "{tools:?}");
    gateway.call(&listing, json!({ "path": "/tmp" })).await;
    let took = began.elapsed();
    eprintln!("from an empty install to a tool's result: {took:?}");

    let logged = wait::until("the call is on record", async || {
        let log = app.get("/api/mcp-tool-calls?limit=20").await;
        let calls = log["data"].as_array().unwrap().clone();
        let ours = |call: &&Value| call["method"] == "tools/call";
        calls.iter().find(ours).cloned()
    })
    .await;
    assert_eq!(logged["mcpServerName"], "Files", "{logged}");

    let path = format!("/api/mcp_server/{server}");
    let (status, _) = app.send(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    wait::until("its container is gone", async || {
        let found = app.running.platform.runtimes.get("docker").unwrap();
        let listed = found.list().await.unwrap();
        (!listed.iter().any(|found| found.id.to_string() == server)).then_some(())
    })
    .await;
    // It stays assigned, for the next installation; until then a call says where to install it.
    let params = json!({ "name": listing, "arguments": { "path": "/tmp" } });
    let refused = gateway.request("tools/call", params).await;
    assert_eq!(refused["isError"], true, "{refused}");
    let text = refused["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("install="), "{text}");
}

/// A real server, and a call of one of its tools; `fetch` has only what leaves the machine.
struct Real {
    name: &'static str,
    image: Image,
    arguments: Value,
    environment: Value,
    call: Option<(&'static str, Value)>,
}

fn real(name: &'static str, image: Image, arguments: Value) -> Real {
    Real {
        name,
        image,
        arguments,
        environment: json!([]),
        call: None,
    }
}

impl Real {
    fn calling(self, tool: &'static str, arguments: Value) -> Self {
        Self {
            call: Some((tool, arguments)),
            ..self
        }
    }

    fn config(&self) -> Value {
        json!({
            "dockerImage": docker_images::image(self.image), "arguments": self.arguments,
            "environment": self.environment, "transportType": "stdio",
        })
    }

    fn prefix(&self) -> String {
        format!("{}__", self.name.to_lowercase())
    }
}

fn eight_servers() -> [Real; 8] {
    let thought = json!({ "thought": "x", "nextThoughtNeeded": false, "thoughtNumber": 1, "totalThoughts": 1 });
    let memory = json!([{ "key": "MEMORY_FILE_PATH", "type": "plain_text", "value": "/tmp/memory.json", "promptOnInstallation": false }]);
    [
        real("Everything", Image::Everything, json!([]))
            .calling("echo", json!({ "message": "hi" })),
        real("Files", Image::Filesystem, json!(["/tmp"]))
            .calling("list_directory", json!({ "path": "/tmp" })),
        Real {
            environment: memory,
            ..real("Memory", Image::Memory, json!([])).calling("read_graph", json!({}))
        },
        real("Thinking", Image::SequentialThinking, json!([]))
            .calling("sequentialthinking", thought),
        real("Time", Image::Time, json!(["--local-timezone", "UTC"]))
            .calling("get_current_time", json!({ "timezone": "UTC" })),
        real("Git", Image::Git, json!([]))
            .calling("git_status", json!({ "repo_path": "/repository" })),
        real("Fetch", Image::Fetch, json!([])),
        real("Sqlite", Image::Sqlite, json!(["--db-path", "/tmp/x.db"]))
            .calling("list_tables", json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_real_servers_answer_behind_one_url() {
    if !with_engine() {
        return;
    }
    let app = TestApp::signed_in().await;
    let agent = default_agent(&app).await;
    let servers = eight_servers();
    let mut ids = Vec::new();
    for server in &servers {
        ids.push(install(&app, &agent, server.name, server.config()).await);
    }
    let gateway = Gateway::of(&app, &agent).await;
    let tools = gateway.tools().await;
    for server in servers {
        let prefix = server.prefix();
        let has_tools = tools.iter().any(|tool| tool.starts_with(&prefix));
        assert!(has_tools, "{}: {tools:?}", server.name);
        if let Some((tool, arguments)) = server.call {
            gateway.call(&format!("{prefix}{tool}"), arguments).await;
        }
    }
    for id in ids {
        let path = format!("/api/mcp_server/{id}");
        let (status, body) = app.send(Method::DELETE, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_server_answers_soon_after_an_empty_start_without_an_engine() {
    let began = Instant::now();
    let nowhere = [("DOCKER_HOST", "unix:///nonexistent/docker.sock")];
    let app = TestApp::start_with(&nowhere).await;
    let signed_in = app.sign_in(&app.client, PASSWORD).await;
    assert_eq!(signed_in.status(), StatusCode::OK);
    let agent = default_agent(&app).await;
    let gateway = Gateway::of(&app, &agent).await;
    let tool = "archestra__whoami";
    assert!(gateway.tools().await.iter().any(|name| name == tool));
    let answer = gateway.call(tool, json!({})).await;
    let elapsed = began.elapsed();
    eprintln!("from an empty start without an engine to a tool's result: {elapsed:?}");
    assert_eq!(
        answer["structuredContent"]["agent"]["id"], agent,
        "{answer}"
    );

    let runtimes = app.get("/api/runtimes").await;
    let docker = runtimes
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "docker");
    let health = &docker.unwrap()["health"];
    assert!(health["fix"]["text"].is_string(), "{runtimes}");
}
