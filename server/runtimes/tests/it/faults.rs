//! Servers that end, never start, say too much, or say nothing.

use std::time::Instant;

use futures_util::StreamExt;
use runtimes::docker::Docker;
use runtimes::error::Error;
use runtimes::progress::ProgressSink;
use runtimes::runtime::{LogQuery, Runtime};
use runtimes::spec::ServerSpec;
use runtimes::status::State;
use serde_json::Value;
use testkit::docker_images::Image;
use testkit::wait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::speaking::Conversation;
use super::with::{IDLE, container_ids, engine, logs, script, spec, started, until_state};

/// Why it ended and with which code. On a busy machine it ends only after its start has returned.
async fn ended(docker: &Docker, spec: &ServerSpec) -> (String, Option<i64>) {
    match docker.start(spec, &ProgressSink::silent()).await {
        Err(Error::Ended { detail, exit_code }) => (detail, exit_code),
        Ok(()) => {
            let status = until_state(docker, spec.id, State::Failed).await;
            (status.detail.expect("a sentence"), status.exit_code)
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_server_that_ends_at_once_fails_its_start_with_a_sentence() {
    let Some(engine) = engine() else { return };
    let spec = script("console.error('no such database'); process.exit(3)");
    let (detail, exit_code) = ended(&engine.docker, &spec).await;
    assert_eq!(exit_code, Some(3));
    assert!(detail.contains("logs say why"), "{detail}");
    assert_eq!(
        logs(&engine.docker, spec.id, 50, false).await,
        "no such database\n"
    );
}

#[tokio::test]
async fn a_server_beyond_its_memory_limit_is_told_so() {
    let Some(engine) = engine() else { return };
    let mut spec = script(
        "process.stdin.once('data', () => { const all = []; while (true) all.push(Buffer.alloc(8e6, 1)); })",
    );
    spec.resources.memory_bytes = 96 * 1024 * 1024;
    started(&engine.docker, &spec).await;
    let mut stdio = engine.attach(spec.id).await.expect("its streams");
    stdio.stdin.write_all(b"\n").await.expect("it listens");
    let status = until_state(&engine.docker, spec.id, State::Failed).await;
    let detail = status.detail.expect("a sentence");
    assert!(
        detail.contains("more memory than its limit of 96 MiB"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_named() {
    let Some(engine) = engine() else { return };
    let mut spec = script(IDLE);
    spec.command = Some("npxx".to_owned());
    let started = engine.start(&spec, &ProgressSink::silent()).await;
    let sentence = if let Err(error) = started {
        error.to_string()
    } else {
        // On a busy machine the container's first process finds out later than anybody waits.
        let status = until_state(&engine.docker, spec.id, State::Failed).await;
        status.detail.expect("a sentence")
    };
    assert!(sentence.contains("npxx"), "{sentence}");
    assert!(sentence.contains("not found"), "{sentence}");
}

#[tokio::test]
async fn an_image_that_is_not_to_be_had_is_named_with_advice() {
    let Some(engine) = engine() else { return };
    let mut spec = script(IDLE);
    spec.image = Some("127.0.0.1:9/no/such-image:1".to_owned());
    let error = engine.start(&spec, &ProgressSink::silent()).await;
    let Err(error @ Error::ImageUnavailable { .. }) = error else {
        panic!("{error:?}");
    };
    let sentence = error.to_string();
    assert!(
        sentence.contains("127.0.0.1:9/no/such-image:1"),
        "{sentence}"
    );
    assert!(sentence.contains("registry"), "{sentence}");
    assert!(container_ids(spec.id).is_empty());
}

#[tokio::test]
async fn a_crash_loop_of_twenty_rounds_leaves_its_neighbour_alone() {
    let Some(engine) = engine() else { return };
    let neighbour = spec(Image::Memory);
    started(&engine.docker, &neighbour).await;
    let stdio = engine.attach(neighbour.id).await.expect("its streams");
    let mut conversation = Conversation::over(stdio);
    conversation.initialize().await;
    let crashing = script("console.error('round ' + Date.now()); process.exit(1)");
    for _ in 0..20 {
        ended(&engine.docker, &crashing).await;
        assert!(!conversation.tools().await.is_empty());
    }
    let status = engine.status(crashing.id).await.expect("a status");
    assert_eq!((status.state, status.restarts), (State::Failed, 19));
    assert_eq!(container_ids(crashing.id).len(), 1);
    let present = logs(&engine.docker, crashing.id, 50, false).await;
    let previous = logs(&engine.docker, crashing.id, 50, true).await;
    assert_eq!(present.lines().count(), 1, "{present}");
    assert_eq!(previous.lines().count(), 19, "{previous}");
}

#[tokio::test]
async fn a_killed_server_ends_the_stream_of_whoever_is_attached() {
    let Some(engine) = engine() else { return };
    let spec = spec(Image::Everything);
    started(&engine.docker, &spec).await;
    let mut conversation = Conversation::over(engine.attach(spec.id).await.expect("its streams"));
    conversation.initialize().await;
    super::with::cli(&["kill", &container_ids(spec.id)[0]]);
    while conversation.line().await.is_some() {}
    let status = until_state(&engine.docker, spec.id, State::Failed).await;
    let detail = status.detail.expect("a sentence");
    assert!(detail.contains("killed from outside"), "{detail}");
    started(&engine.docker, &spec).await;
    let mut again = Conversation::over(engine.attach(spec.id).await.expect("its streams"));
    assert_eq!(again.initialize().await, "mcp-servers/everything");
}

#[tokio::test]
async fn a_line_of_a_hundred_megabytes_comes_through_whole() {
    let Some(engine) = engine() else { return };
    let spec = script(
        "const piece = 'x'.repeat(1e6); let left = 100;
         const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once('drain', more);
           process.stdout.write('\\n'); };
         process.stdin.once('data', more);",
    );
    started(&engine.docker, &spec).await;
    let mut stdio = engine.attach(spec.id).await.expect("its streams");
    stdio.stdin.write_all(b"go\n").await.expect("it listens");
    let began = Instant::now();
    let mut chunk = vec![0; 256 * 1024];
    let mut count = 0;
    while count < 100_000_001 {
        let read = stdio.stdout.read(&mut chunk).await.expect("it speaks");
        assert_ne!(read, 0, "ended after {count} bytes");
        let expected = if count + read == 100_000_001 {
            b'\n'
        } else {
            b'x'
        };
        assert_eq!(chunk[read - 1], expected);
        count += read;
    }
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

#[tokio::test]
async fn output_that_nobody_reads_holds_the_server_up() {
    let Some(engine) = engine() else { return };
    // One thread writes as fast as it may; the other says when that has come to a halt.
    let spec = script(
        "const { Worker } = require('worker_threads');
         const count = new SharedArrayBuffer(4); const written = new Int32Array(count); let before = -1;
         process.stdin.once('data', () => new Worker(`
           const { workerData } = require('worker_threads'); const fs = require('fs');
           const written = new Int32Array(workerData); const piece = Buffer.alloc(65536, 120);
           while (true) try { fs.writeSync(1, piece); Atomics.add(written, 0, 1) } catch (error)
             { if (error.code !== 'EAGAIN') throw error }`, { eval: true, workerData: count }));
         setInterval(() => {
           if (written[0] > 0 && written[0] === before) { console.error('held up after ' + before); written[0] = 0; }
           before = written[0]; }, 500);",
    );
    started(&engine.docker, &spec).await;
    let mut stdio = engine.attach(spec.id).await.expect("its streams");
    stdio.stdin.write_all(b"go\n").await.expect("it listens");
    let logs = wait::until("a halt", || async {
        let logs = logs(&engine.docker, spec.id, 1, false).await;
        logs.contains("held up").then_some(logs)
    })
    .await;
    let pieces = logs.trim().rsplit(' ').next();
    let pieces = pieces.and_then(|count| count.parse().ok());
    let pieces: u64 = pieces.unwrap_or_else(|| panic!("{logs}"));
    assert!(pieces * 65536 < 16 * 1024 * 1024, "{logs}");
}

#[tokio::test]
async fn logs_can_be_followed_until_the_server_ends() {
    let Some(engine) = engine() else { return };
    let spec = script(
        "console.error('one'); process.stdin.on('data', line => { console.error('two'); setTimeout(() => process.exit(0), 50); })",
    );
    started(&engine.docker, &spec).await;
    let query = LogQuery {
        lines: Some(10),
        follow: true,
        previous: false,
    };
    let mut following = engine.logs(spec.id, query).await.expect("logs");
    let first = following.next().await.expect("a line").expect("readable");
    assert_eq!(&first[..], b"one\n");
    let mut conversation = Conversation::over(engine.attach(spec.id).await.expect("its streams"));
    conversation.say(&Value::Null).await;
    let second = following.next().await.expect("a line").expect("readable");
    assert_eq!(&second[..], b"two\n");
    assert!(following.next().await.is_none());
}
