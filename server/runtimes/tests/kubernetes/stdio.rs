//! The life of a stdio server.

use futures_util::StreamExt;
use runtimes::kubernetes::settings::Settings;
use runtimes::runtime::{LogQuery, Runtime};
use runtimes::spec::ServerSpec;
use runtimes::status::{Health, State};
use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::conversation::Conversation;
use crate::site::{Site, Turn, everything, log, script, start, until_status};

#[tokio::test]
async fn a_stdio_server_answers_through_attach_and_leaves_nothing_behind() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    assert!(matches!(runtime.health().await, Health::Available { .. }));
    let spec = everything();
    start(&runtime, &spec).await;

    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    let answer = conversation.begin().await;
    assert!(answer["result"]["serverInfo"].is_object(), "{answer}");
    assert!(conversation.tools().await.len() >= 10);
    let log = log(&runtime, spec.id, false).await;
    assert!(log.contains("STDIO"), "{log}");
    assert!(!log.contains("jsonrpc"), "{log}");

    runtime.remove(spec.id).await.expect("it goes");
    assert_eq!(site.left_of(spec.id).await, Vec::<String>::new());
    assert_eq!(
        runtime.status(spec.id).await.expect("a status").state,
        State::NotCreated
    );
    runtime.remove(spec.id).await.expect("it is gone already");
    site.close().await;
}

#[tokio::test]
async fn another_run_of_this_program_finds_and_keeps_a_running_server() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let spec = everything();
    start(&site.runtime(), &spec).await;

    let second = site.runtime();
    let found = second.list().await.expect("a list");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].id, found[0].name.as_str()),
        (spec.id, "Everything")
    );
    assert_eq!(found[0].fingerprint, spec.fingerprint());
    assert_eq!(found[0].status.state, State::Running);
    let before = found[0].status.clone();
    start(&second, &spec).await;
    let after = second.status(spec.id).await.expect("a status");
    assert_eq!(
        after.started_at, before.started_at,
        "it was adopted, not restarted"
    );

    let changed = ServerSpec {
        env: [("NEW".to_owned(), "1".to_owned())].into(),
        ..spec.clone()
    };
    start(&second, &changed).await;
    let replaced = second.status(spec.id).await.expect("a status");
    assert_eq!(replaced.state, State::Running);
    assert_ne!(
        replaced.started_at, before.started_at,
        "another spec is another pod"
    );
    assert_eq!(second.list().await.expect("a list").len(), 1);
    second.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn a_stopped_server_starts_again() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = everything();
    start(&runtime, &spec).await;
    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    conversation.begin().await;
    runtime.stop(spec.id).await.expect("it stops");
    let status = runtime.status(spec.id).await.expect("a status");
    assert_eq!(status.state, State::Succeeded, "{status:?}");
    // What it still had to say, and then the end.
    while conversation.line().await.is_some() {}
    start(&runtime, &spec).await;
    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    conversation.begin().await;
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn secrets_reach_the_server_as_variables_and_files() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let secret = |text: &str| SecretString::from(text.to_owned());
    let spec = ServerSpec {
        env: [("PLAIN".to_owned(), "'plain'".to_owned())].into(),
        secret_env: [("TOKEN".to_owned(), secret("from a variable"))].into(),
        secret_files: [("key.pem".to_owned(), secret("from a file"))].into(),
        ..script(
            "console.error(process.env.PLAIN, process.env.TOKEN, process.getuid(), process.env.HOME, \
             require('fs').readFileSync('/secrets/key.pem', 'utf8')); process.stdin.resume()",
        )
    };
    start(&runtime, &spec).await;
    let query = LogQuery {
        lines: None,
        follow: true,
        previous: false,
    };
    let mut lines = runtime.logs(spec.id, query).await.expect("logs");
    let line = lines.next().await.expect("a line").expect("a line");
    assert_eq!(line, "plain from a variable 1000 /tmp from a file\n");
    let without = ServerSpec {
        secret_files: [].into(),
        secret_env: [].into(),
        ..spec.clone()
    };
    let without = ServerSpec {
        args: script("process.stdin.resume()").args,
        ..without
    };
    start(&runtime, &without).await;
    let left = site.left_of(spec.id).await;
    assert!(
        !left.iter().any(|name| name.starts_with("Secret/")),
        "{left:?}"
    );
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn large_messages_pass_both_ways_at_once() {
    const LENGTH: usize = 8 * 1024 * 1024;
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = script("process.stdin.pipe(process.stdout)");
    start(&runtime, &spec).await;
    let mut stdio = runtime.attach(spec.id).await.expect("streams");
    let sent: Vec<u8> = (0..LENGTH)
        .map(|index| b'a' + u8::try_from(index % 23).expect("small"))
        .collect();
    let writing = async {
        stdio.stdin.write_all(&sent).await.expect("a write");
        stdio.stdin.flush().await.expect("a flush");
    };
    let mut received = vec![0; LENGTH];
    let reading = stdio.stdout.read_exact(&mut received);
    let ((), read) = tokio::join!(writing, reading);
    read.expect("all of it");
    assert!(sent == received, "it came back as it went");
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn two_servers_of_one_name_live_side_by_side() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime_with(Settings {
        cluster_domain: "example.internal".to_owned(),
        ..site.settings()
    });
    let (first, second) = (
        script("process.stdin.resume()"),
        script("process.stdin.resume()"),
    );
    start(&runtime, &first).await;
    start(&runtime, &second).await;
    assert_eq!(runtime.list().await.expect("a list").len(), 2);
    runtime.remove(first.id).await.expect("it goes");
    let status = until_status(&runtime, second.id, "the other runs", |status| {
        status.state == State::Running
    })
    .await;
    assert_eq!(status.restarts, 0);
    runtime.remove(second.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn whoever_watches_sees_a_server_come_and_go() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = everything();
    let mut statuses = runtime.watch();
    let watching = async {
        let mut states = Vec::new();
        while let Some((id, status)) = statuses.next().await {
            assert_eq!(id, spec.id);
            if states.last() != Some(&status.state) {
                states.push(status.state);
            }
            if states.contains(&State::Running) && status.state == State::NotCreated {
                break;
            }
        }
        states
    };
    let living = async {
        start(&runtime, &spec).await;
        runtime.remove(spec.id).await.expect("it goes");
    };
    let (states, ()) = tokio::join!(watching, living);
    assert!(
        states.contains(&State::Pending),
        "{}",
        json!(
            states
                .iter()
                .map(|state| state.as_str())
                .collect::<Vec<_>>()
        )
    );
    site.close().await;
}
