//! Servers in containers of a real engine: installed, called, killed, stopped, deleted.

use std::process::Command;
use std::sync::Arc;

use runtimes::docker::engine::Place;
use runtimes::docker::{Config, Docker};
use runtimes::runtime::Runtime;
use secrecy::SecretString;
use serde_json::json;
use testkit::docker_images::{self, Image};
use testkit::wait;
use uuid::Uuid;

use crate::world::{World, new, now};

/// What a test started in the engine goes with it.
pub(crate) struct Engine(String);

impl Engine {
    pub(crate) fn new() -> Option<Self> {
        match docker_images::engine() {
            Ok(()) => Some(Self(Uuid::new_v4().to_string())),
            Err(reason) => {
                skip(&reason);
                None
            }
        }
    }

    pub(crate) fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::new(Docker::new(Config {
            place: Place {
                host: Some("unix:///var/run/docker.sock".to_owned()),
                ..Place::default()
            },
            base_image: "local/no-such-base:1".to_owned(),
            instance: self.0.clone(),
        }))
    }

    /// Ids of its containers, running or not.
    pub(crate) fn containers(&self) -> Vec<String> {
        let ours = format!("label=mcp-server-instance={}", self.0);
        let listed = docker(&["ps", "--all", "--quiet", "--filter", &ours]);
        listed.lines().map(str::to_owned).collect()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for container in self.containers() {
            docker(&["rm", "--force", "--volumes", &container]);
        }
    }
}

#[expect(clippy::print_stderr, reason = "who runs the tests should know")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

#[expect(clippy::disallowed_methods, reason = "a look from outside")]
pub(crate) fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_installed_called_and_deleted_with_everything_it_had() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let image = docker_images::image(Image::Everything);
    let config = json!({
        "dockerImage": image,
        "environment": [{"key": "CANARY", "type": "secret", "promptOnInstallation": true, "required": true}],
    });
    let item = world.local("Every Thing", config).await;
    let refused = world.servers().install(new(&item)).await.unwrap_err();
    assert!(refused.to_string().contains("CANARY"), "{refused}");

    let agent = domain::agents::new(testkit::platform::ORGANIZATION, "Ops", now());
    db::agents::insert(world.db(), &agent).await.unwrap();
    let mut wanted = new(&item);
    wanted.agent_ids = vec![agent.id];
    let secret = SecretString::from("canary-hunter2");
    wanted
        .values
        .environment
        .insert("CANARY".to_owned(), secret);
    let server = world.servers().install(wanted).await.unwrap();
    let server = world.until(server.id, "success").await;

    let tools = world.tools().await;
    assert!(
        tools.iter().any(|tool| tool.name == "every_thing__echo"),
        "{tools:?}"
    );
    let assigned = db::agent_tools::of_agent(world.db(), agent.id)
        .await
        .unwrap();
    assert_eq!(assigned.len(), tools.len());
    let answer = world
        .call(server.id, "echo", json!({"message": "hello"}))
        .await;
    assert!(answer.contains("hello"), "{answer}");
    let container = engine.containers().remove(0);
    assert!(
        docker(&["inspect", &container]).contains("canary-hunter2"),
        "where it belongs"
    );
    assert!(!format!("{server:?}").contains("hunter2"));

    assert!(world.servers().delete(server.id).await.unwrap());
    assert!(world.row(server.id).await.is_none());
    wait::until("nothing is left", async || {
        engine.containers().is_empty().then_some(())
    })
    .await;
    let secret = server.secret_id.unwrap();
    wait::until("its secret is gone", async || {
        let left = world.test.platform.secrets.get(secret).await.unwrap();
        left.is_none().then_some(())
    })
    .await;
    world.test.stop().await;
}

/// From its end to its next start a call is told so.
async fn answers_again(world: &World, server: Uuid) {
    let arguments = json!({"message": "again"});
    let answer = wait::until("it answers again", async || {
        let called = world.try_call(server, "echo", arguments.clone());
        called.await.ok()
    });
    let answer = answer.await;
    assert!(answer.contains("again"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_dies_is_started_again_and_says_why() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let image = docker_images::image(Image::Everything);
    let item = world
        .local("everything", json!({"dockerImage": image}))
        .await;
    let server = world.install(&item).await;
    world.until(server.id, "success").await;
    docker(&["kill", &engine.containers()[0]]);
    answers_again(&world, server.id).await;
    let crash = world.row(server.id).await.unwrap().last_crash.unwrap();
    assert_eq!(crash["exitCode"], 137, "{crash}");
    assert!(!crash["log"].as_array().unwrap().is_empty(), "{crash}");
    assert_eq!(engine.containers().len(), 1);
    world.test.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_start_says_so_and_the_others_go_on() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let image = docker_images::image(Image::Everything);
    let good = world.local("good", json!({"dockerImage": image})).await;
    let bad = world
        .local(
            "bad",
            json!({"dockerImage": image, "arguments": ["no-such-mode"]}),
        )
        .await;
    let missing = world
        .local("missing", json!({"dockerImage": "local/no-such-image:1"}))
        .await;
    let (good, bad, missing) = (
        world.install(&good).await,
        world.install(&bad).await,
        world.install(&missing).await,
    );
    let row = world.until(bad.id, "error").await;
    assert!(
        row.error.as_deref().unwrap().contains("no-such-mode"),
        "{:?}",
        row.error
    );
    let row = world.until(missing.id, "error").await;
    assert!(
        row.error.as_deref().unwrap().contains("no-such-image"),
        "{:?}",
        row.error
    );
    world.until(good.id, "success").await;
    assert!(world.servers().connection(missing.id).await.is_err());
    world.call(good.id, "echo", json!({"message": "x"})).await;
    world.test.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_stays_stopped_until_it_is_started() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let image = docker_images::image(Image::Everything);
    let item = world
        .local("everything", json!({"dockerImage": image}))
        .await;
    let server = world.install(&item).await;
    world.until(server.id, "success").await;
    world.servers().set_running(server.id, false).await.unwrap();
    wait::until("it stopped", async || {
        docker(&[
            "ps",
            "--quiet",
            "--filter",
            &format!("id={}", engine.containers()[0]),
        ])
        .is_empty()
        .then_some(())
    })
    .await;
    world.until(server.id, "idle").await;
    let refused = world.servers().connection(server.id).await.err().unwrap();
    assert!(refused.to_string().contains("stopped"), "{refused}");
    world.servers().set_running(server.id, true).await.unwrap();
    world.until(server.id, "success").await;
    world.servers().restart(server.id).await.unwrap();
    world.until(server.id, "success").await;
    world.call(server.id, "echo", json!({"message": "x"})).await;
    world.test.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_speaks_http_in_its_container_is_reached_and_reached_again_after_a_crash() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let config = json!({
        "dockerImage": docker_images::image(Image::Everything),
        "arguments": ["streamableHttp"],
        "environment": [{"key": "PORT", "type": "number", "promptOnInstallation": false, "value": "3001"}],
        "transportType": "streamable-http",
        "httpPort": 3001,
    });
    let item = world.local("over http", config).await;
    let server = world.install(&item).await;
    world.until(server.id, "success").await;
    let answer = world
        .call(server.id, "echo", json!({"message": "hello"}))
        .await;
    assert!(answer.contains("hello"), "{answer}");
    docker(&["kill", &engine.containers()[0]]);
    answers_again(&world, server.id).await;
    assert_eq!(world.row(server.id).await.unwrap().restarts, 1);
    world.test.stop().await;
}
