//! The life of a server in a container, from its start to nothing being left.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use runtimes::progress::ProgressSink;
use runtimes::runtime::Runtime;
use runtimes::spec::{ServerSpec, Transport};
use runtimes::status::{Health, Isolation, State};
use serde_json::{Value, json};
use testkit::docker_images::{Image, debian_with_node};

use super::speaking::{Conversation, opening};
use super::with::{
    IDLE, cli, container_ids, docker, engine, logs, next_status, script, skip, spec, started,
    until_logged,
};

#[tokio::test]
async fn the_engine_is_described() {
    let Some(engine) = engine() else { return };
    let Health::Available {
        version,
        detail,
        isolation,
        hold,
    } = engine.health().await
    else {
        panic!("it runs");
    };
    assert!(!version.is_empty());
    assert!(detail.contains("unix:///var/run/docker.sock"), "{detail}");
    assert_eq!(isolation, Isolation::Container);
    assert_eq!(hold, None, "the tests run on the machine itself");
}

#[tokio::test]
async fn a_real_stdio_server_answers_over_its_streams() {
    let Some(engine) = engine() else { return };
    let spec = spec(Image::Everything);
    started(&engine.docker, &spec).await;
    let stdio = engine.attach(spec.id).await.expect("its streams");
    let mut conversation = Conversation::over(stdio);
    assert_eq!(conversation.initialize().await, "mcp-servers/everything");
    assert!(conversation.tools().await.contains(&"echo".to_owned()));
    let message = "ümläut — 漢字 ".repeat(10_000);
    let answer = conversation.call("echo", json!({"message": message})).await;
    let text = answer["content"][0]["text"].as_str().expect("text");
    assert!(text.contains(&message));
    // What it says to people is in the logs, and nothing of the protocol is.
    let logs = logs(&engine.docker, spec.id, 50, false).await;
    assert!(logs.contains("Starting default"), "{logs}");
    assert!(!logs.contains("jsonrpc"), "{logs}");
}

#[tokio::test]
async fn all_eight_reference_servers_list_their_tools() {
    let Some(engine) = engine() else { return };
    let arguments: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("Filesystem", &["/tmp"][..]),
        ("Sqlite", &["--db-path", "/tmp/test.db"][..]),
    ]);
    for image in Image::ALL {
        let mut spec = spec(image);
        let given = arguments.get(format!("{image:?}").as_str());
        spec.args = given
            .unwrap_or(&&[][..])
            .iter()
            .map(ToString::to_string)
            .collect();
        started(&engine.docker, &spec).await;
        let stdio = engine.attach(spec.id).await.expect("its streams");
        let mut conversation = Conversation::over(stdio);
        conversation.initialize().await;
        assert!(!conversation.tools().await.is_empty(), "{image:?}");
        engine.remove(spec.id).await.expect("it goes");
    }
}

fn http_spec() -> ServerSpec {
    ServerSpec {
        args: vec!["streamableHttp".to_owned()],
        env: BTreeMap::from([("PORT".to_owned(), "3001".to_owned())]),
        transport: Transport::Http {
            port: 3001,
            path: "/mcp".to_owned(),
        },
        ..spec(Image::Everything)
    }
}

#[tokio::test]
async fn an_http_server_answers_as_soon_as_its_start_returns() {
    let Some(engine) = engine() else { return };
    let spec = http_spec();
    started(&engine.docker, &spec).await;
    let endpoint = engine.endpoint(spec.id).await.expect("an address");
    assert_eq!(endpoint.host_str(), Some("127.0.0.1"));
    let initialize =
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening()});
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
        .post(endpoint)
        .header("accept", "application/json, text/event-stream")
        .json(&initialize)
        .send()
        .await
        .expect("an answer");
    assert!(answer.status().is_success());
    let text = answer.text().await.expect("a body");
    assert!(text.contains("mcp-servers/everything"), "{text}");
    let attached = engine.attach(spec.id).await;
    assert!(attached.is_err_and(|error| error.to_string().contains("over HTTP")));
}

#[tokio::test]
async fn starting_what_runs_changes_nothing() {
    let Some(engine) = engine() else { return };
    let spec = script(IDLE);
    started(&engine.docker, &spec).await;
    let before = container_ids(spec.id);
    started(&engine.docker, &spec).await;
    assert_eq!(container_ids(spec.id), before);
    assert_eq!(engine.status(spec.id).await.expect("a status").restarts, 0);
}

#[tokio::test]
async fn two_starts_at_once_make_one_container() {
    let Some(engine) = engine() else { return };
    let spec = script(IDLE);
    let silent = ProgressSink::silent();
    let starts = (0..8).map(|_| engine.start(&spec, &silent));
    for started in futures_util::future::join_all(starts).await {
        started.expect("it starts");
    }
    assert_eq!(container_ids(spec.id).len(), 1);
}

#[tokio::test]
async fn a_changed_configuration_replaces_the_container_and_keeps_its_last_words() {
    let Some(engine) = engine() else { return };
    let mut spec = script("console.error('first run'); process.stdin.resume()");
    started(&engine.docker, &spec).await;
    until_logged(&engine.docker, spec.id, "first run\n").await;
    let before = container_ids(spec.id);
    spec.args[1] = "console.error('second run'); process.stdin.resume()".to_owned();
    started(&engine.docker, &spec).await;
    let after = container_ids(spec.id);
    assert_eq!(after.len(), 1);
    assert_ne!(before, after);
    let previous = logs(&engine.docker, spec.id, 50, true).await;
    assert_eq!(previous, "first run\n");
}

#[tokio::test]
async fn a_restarted_program_finds_and_uses_what_it_had_started() {
    let Some(engine) = engine() else { return };
    let spec = spec(Image::Memory);
    started(&engine.docker, &spec).await;
    let before = container_ids(spec.id);
    let mut first = Conversation::over(engine.attach(spec.id).await.expect("its streams"));
    first.initialize().await;
    drop(first);

    let restarted = docker("unix:///var/run/docker.sock", &engine.instance);
    let found = restarted.list().await.expect("a list");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].id, found[0].name.as_str()),
        (spec.id, "it Memory")
    );
    assert_eq!(found[0].fingerprint, spec.fingerprint());
    assert_eq!(found[0].status.state, State::Running);
    started(&restarted, &spec).await;
    assert_eq!(container_ids(spec.id), before);
    let stdio = restarted.attach(spec.id).await.expect("its streams");
    let mut second = Conversation::over(stdio);
    assert_eq!(second.initialize().await, "memory-server");
    assert!(!second.tools().await.is_empty());
}

#[tokio::test]
async fn another_installation_on_the_same_engine_is_left_alone() {
    let Some(engine) = engine() else { return };
    let spec = script(IDLE);
    started(&engine.docker, &spec).await;
    let other = docker("unix:///var/run/docker.sock", "somebody else's");
    assert!(other.list().await.expect("a list").is_empty());
}

#[tokio::test]
async fn servers_of_the_same_name_live_beside_each_other() {
    let Some(engine) = engine() else { return };
    let (first, second) = (script(IDLE), script(IDLE));
    started(&engine.docker, &first).await;
    started(&engine.docker, &second).await;
    for spec in [&first, &second] {
        let status = engine.status(spec.id).await.expect("a status");
        assert_eq!(status.state, State::Running);
    }
}

#[tokio::test]
async fn a_stopped_server_keeps_its_logs_and_can_be_started_again() {
    let Some(engine) = engine() else { return };
    let spec = script(
        "console.error('here'); process.stdin.resume(); process.on('SIGTERM', () => process.exit(0))",
    );
    started(&engine.docker, &spec).await;
    until_logged(&engine.docker, spec.id, "here\n").await;
    engine.stop(spec.id).await.expect("it stops");
    let status = engine.status(spec.id).await.expect("a status");
    assert_eq!(status.state, State::Succeeded);
    assert_eq!(status.detail.as_deref(), Some("It was stopped."));
    assert_eq!(logs(&engine.docker, spec.id, 50, false).await, "here\n");
    engine.stop(spec.id).await.expect("stopping twice is fine");
    started(&engine.docker, &spec).await;
    let status = engine.status(spec.id).await.expect("a status");
    assert_eq!((status.state, status.restarts), (State::Running, 1));
    assert_eq!(logs(&engine.docker, spec.id, 50, true).await, "here\n");
}

#[tokio::test]
async fn nothing_is_left_after_a_removal() {
    let Some(engine) = engine() else { return };
    let volumes = cli(&["volume", "ls", "--quiet"]);
    let mut spec = http_spec();
    spec.secret_files = BTreeMap::from([("KEY".to_owned(), "canary".into())]);
    started(&engine.docker, &spec).await;
    engine.remove(spec.id).await.expect("it goes");
    engine
        .remove(spec.id)
        .await
        .expect("removing twice is fine");
    assert!(container_ids(spec.id).is_empty());
    assert_eq!(cli(&["volume", "ls", "--quiet"]), volumes);
    let status = engine.status(spec.id).await.expect("a status");
    assert_eq!(status.state, State::NotCreated);
    assert!(engine.attach(spec.id).await.is_err());
}

#[tokio::test]
async fn a_watcher_sees_a_server_come_crash_and_go() {
    let Some(engine) = engine() else { return };
    let spec = script("process.stdin.once('data', () => process.exit(7))");
    let mut watch = engine.watch();
    let life = async {
        started(&engine.docker, &spec).await;
        let mut conversation =
            Conversation::over(engine.attach(spec.id).await.expect("its streams"));
        conversation.say(&Value::Null).await;
        assert_eq!(conversation.line().await, None);
    };
    let (running, ()) = tokio::join!(next_status(&mut watch, spec.id, State::Running), life);
    assert!(running.started_at.is_some());
    let failed = next_status(&mut watch, spec.id, State::Failed).await;
    assert_eq!(failed.exit_code, Some(7));
    engine.remove(spec.id).await.expect("it goes");
    next_status(&mut watch, spec.id, State::NotCreated).await;
}

#[tokio::test]
async fn a_command_runs_in_a_base_image_that_is_built_where_it_cannot_be_pulled() {
    let Some(engine) = engine() else { return };
    if let Err(reason) = debian_with_node() {
        return skip(&format!("{reason:#}"));
    }
    let mut spec = spec(Image::Everything);
    spec.image = None;
    spec.command = Some("npx".to_owned());
    spec.args = ["-y", "@modelcontextprotocol/server-memory"]
        .map(str::to_owned)
        .to_vec();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    let progress =
        ProgressSink::new(move |progress| seen.lock().expect("a list").push(progress.step));
    let started = engine.start(&spec, &progress).await;
    started.expect("it starts");
    let mut conversation = Conversation::over(engine.attach(spec.id).await.expect("its streams"));
    assert_eq!(conversation.initialize().await, "memory-server");
    let steps = steps.lock().expect("a list").join("; ");
    assert!(steps.contains("Creating the container"), "{steps}");
    // Not built again while it is there.
    let known = steps.contains("Building the base image: Step 1") || !steps.contains("Building");
    assert!(known, "{steps}");
}
