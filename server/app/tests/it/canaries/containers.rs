//! Two servers in containers: one that is given secrets, and its neighbour, who must not see them.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::docker_images::{self, Image};
use testkit::wait;

use super::servers::item;
use super::world::{Ask, World, secret};

pub(super) struct Containers {
    trusted: String,
    neighbour: String,
}

impl Containers {
    /// None where there is no engine.
    pub(super) async fn start(world: &mut World) -> Option<Self> {
        if let Err(why) = docker_images::engine() {
            eprintln!("SKIPPED, the containers: {why}");
            return None;
        }
        let image = docker_images::image(Image::Everything);
        let mut body = item("Trusted", image, "item-environment", "item-client");
        // It signs in nowhere.
        body["oauthConfig"] = Value::Null;
        let values = json!({ "PROMPTED": secret("prompted") });
        let trusted = install(world, &body, values).await;
        let config =
            json!({ "dockerImage": docker_images::image(Image::Time), "transportType": "stdio" });
        let body = json!({ "name": "Neighbour", "serverType": "local", "localConfig": config });
        let neighbour = install(world, &body, json!({})).await;
        let containers = Self { trusted, neighbour };
        let inspected = docker(&["inspect", &container(&containers.trusted)]);
        assert!(inspected.contains("mcp-server-id"), "{inspected}");
        for action in ["restart", "reinstall", "inspect"] {
            let body = json!({ "method": "tools/list" });
            let path = format!("/api/mcp_server/{}/{action}", containers.trusted);
            world.ask(Ask::ok(Method::POST, path, &body).either()).await;
            until_running(world, &containers.trusted).await;
        }
        let logs = format!("/api/mcp_server/{}/logs", containers.trusted);
        world.ask(Ask::get(logs)).await;
        Some(containers)
    }

    /// What the engine tells of all containers but the one that was given secrets.
    pub(super) fn of_others(&self) -> String {
        let own = container(&self.trusted);
        let all = docker(&["ps", "--all", "--no-trunc", "--quiet"]);
        let others: Vec<&str> = all.lines().filter(|other| *other != own).collect();
        assert!(others.contains(&container(&self.neighbour).as_str()));
        let inspected = others.iter().map(|other| docker(&["inspect", other]));
        inspected.collect()
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        for server in [&self.trusted, &self.neighbour] {
            docker(&["rm", "--force", &container(server)]);
        }
    }
}

async fn install(world: &mut World, item: &Value, values: Value) -> String {
    let name = &item["name"];
    let created = Ask::ok(Method::POST, "/api/internal_mcp_catalog", item);
    let created = world.ask(created.reveals()).await;
    let body = json!({ "catalogId": created["id"], "name": name, "environmentValues": values, "runtime": "docker" });
    let server = world
        .ask(Ask::ok(Method::POST, "/api/mcp_server", &body))
        .await;
    let id = server["id"].as_str().unwrap().to_owned();
    until_running(world, &id).await;
    id
}

async fn until_running(world: &World, server: &str) {
    let path = format!("/api/mcp_server/{server}");
    wait::until("the server runs", async || {
        let server = world.look(&path).await;
        let (status, state) = (&server["localInstallationStatus"], &server["state"]);
        (status == "success" && state == "running").then_some(())
    })
    .await;
}

fn container(server: &str) -> String {
    let label = format!("label=mcp-server-id={server}");
    docker(&["ps", "--all", "--no-trunc", "--quiet", "--filter", &label])
}

#[expect(clippy::disallowed_methods, reason = "a look from outside")]
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
