//! The real program with servers in containers: one of them killed in the middle of a call, then the program itself.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stderr, reason = "figures and skipped tests are told")]

use std::process::Command;
use std::time::Instant;

use reqwest::Response;
use serde_json::{Value, json};
use testkit::docker_images::{self, Image};
use testkit::provider::FakeProvider;
use testkit::wait;

use crate::gateway::Gateway;
use crate::harness::{answer, browser};
use crate::program::Program;

struct World {
    program: Program,
    gateway: Gateway,
    everything: String,
    neighbour: String,
}

impl World {
    async fn start() -> Self {
        let provider = FakeProvider::start().await.unwrap();
        let program = Program::start(&provider).await;
        let agent = program.json("/api/agents/default").await;
        let agent = agent["id"].as_str().unwrap();
        let everything = install(&program, agent, "Everything", Image::Everything).await;
        let neighbour = install(&program, agent, "Time", Image::Time).await;
        let tokens = program.json("/api/tokens").await;
        let token = tokens[0]["id"].as_str().unwrap();
        let token = program.json(&format!("/api/tokens/{token}/value")).await;
        let gateway = Gateway {
            client: browser(),
            url: program.url(&format!("/v1/mcp/{agent}")),
            token: token["value"].as_str().unwrap().to_owned(),
        };
        Self {
            program,
            gateway,
            everything,
            neighbour,
        }
    }

    /// A call of half a minute that has told of its first progress.
    async fn long_call(&self) -> Response {
        let tools = self.gateway.tools().await;
        let tool = tools.iter().find(|name| name.contains("long")).unwrap();
        let params = json!({ "name": tool, "arguments": { "duration": 30, "steps": 100 }, "_meta": { "progressToken": 7 } });
        let mut response = self
            .gateway
            .post("tools/call", &params)
            .send()
            .await
            .unwrap();
        let first = response.chunk().await.unwrap().unwrap();
        let first = String::from_utf8_lossy(&first);
        assert!(first.contains("notifications/progress"), "{first}");
        response
    }

    async fn echoes(&self) {
        let arguments = json!({ "message": "hello" });
        self.gateway.call("everything__echo", arguments).await;
    }

    async fn neighbour_answers(&self) {
        let arguments = json!({ "timezone": "UTC" });
        self.gateway.call("time__get_current_time", arguments).await;
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.program.kill();
        for server in [&self.everything, &self.neighbour] {
            docker(&["rm", "--force", &containers(server)]);
        }
    }
}

impl Program {
    async fn json(&self, path: &str) -> Value {
        answer(self.get(path).await).await.1
    }
}

async fn install(program: &Program, agent: &str, name: &str, image: Image) -> String {
    let config = json!({ "dockerImage": docker_images::image(image), "transportType": "stdio" });
    let item = json!({ "name": name, "serverType": "local", "localConfig": config });
    let item = program.post("/api/internal_mcp_catalog", &item).await;
    let server = json!({ "catalogId": item["id"], "name": name, "agentIds": [agent] });
    let server = program.post("/api/mcp_server", &server).await;
    let id = server["id"].as_str().unwrap().to_owned();
    until_running(program, &id).await;
    id
}

async fn until_running(program: &Program, server: &str) {
    let path = format!("/api/mcp_server/{server}");
    wait::until("the server runs", async || {
        let server = program.json(&path).await;
        (server["localInstallationStatus"] == "success" && server["state"] == "running")
            .then_some(())
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "a look from outside")]
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn containers(server: &str) -> String {
    let label = format!("label=mcp-server-id={server}");
    docker(&["ps", "--all", "--no-trunc", "--quiet", "--filter", &label])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_killed_in_the_middle_of_a_call_is_an_error_and_runs_again() {
    if let Err(why) = docker_images::engine() {
        eprintln!("SKIPPED: {why}");
        return;
    }
    let world = World::start().await;
    let call = world.long_call().await;
    let killed = Instant::now();
    docker(&["kill", &containers(&world.everything)]);
    let end = call.text().await.unwrap();
    eprintln!("from the kill to the error: {:?}", killed.elapsed());
    assert!(
        end.contains("\"isError\":true") || end.contains("\"error\""),
        "{end}"
    );
    for _ in 0..20 {
        world.neighbour_answers().await;
    }
    until_running(&world.program, &world.everything).await;
    eprintln!("from the kill to running again: {:?}", killed.elapsed());
    world.echoes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_takes_up_its_containers_and_makes_no_others() {
    if let Err(why) = docker_images::engine() {
        eprintln!("SKIPPED: {why}");
        return;
    }
    let mut world = World::start().await;
    let before = [&world.everything, &world.neighbour].map(|server| containers(server));
    let _call = world.long_call().await;
    world.program.kill();
    world.program.spawn();
    world.program.wait_until_ready().await;
    let ready = Instant::now();
    until_running(&world.program, &world.everything).await;
    until_running(&world.program, &world.neighbour).await;
    world.echoes().await;
    world.neighbour_answers().await;
    eprintln!("from ready to the first results: {:?}", ready.elapsed());
    let after = [&world.everything, &world.neighbour].map(|server| containers(server));
    assert_eq!(before, after);
    for server in [&world.everything, &world.neighbour] {
        let path = format!("/api/mcp_server/{server}");
        world.program.delete(&path).await;
        wait::until("its container is gone", async || {
            containers(server).is_empty().then_some(())
        })
        .await;
    }
}
