//! The real program killed, frozen and stopped under load. `cargo xtask faults` does the same for longer.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use rustix::process::Signal;
use testkit::provider::{FakeProvider, Reply};
use testkit::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::harness::{PASSWORD, TestApp};
use crate::program::{Program, signal};

const ANSWER: &str =
    r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3}}"#;

async fn provider() -> FakeProvider {
    let provider = FakeProvider::start().await.unwrap();
    // A pace that leaves something of the machine to the database.
    let answer = Reply::json(200, ANSWER).with_pauses(Duration::from_millis(10));
    provider.always_reply(answer);
    provider
}

/// Callers at work; each ends with its first failure, or when told to.
struct Load {
    enough: Arc<AtomicBool>,
    callers: JoinSet<(HashSet<String>, Option<String>)>,
}

impl Load {
    fn start(program: &Arc<Program>, name: &str) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let mut callers = JoinSet::new();
        for caller in 0..3 {
            let (program, enough, name) = (program.clone(), enough.clone(), name.to_owned());
            callers.spawn(async move {
                let mut done = HashSet::new();
                while !enough.load(Ordering::Relaxed) {
                    let session = format!("{name}-{caller}-{}", done.len());
                    match program.call(&session).await {
                        Ok(body) if body == ANSWER => done.insert(session),
                        Ok(body) => return (done, Some(body)),
                        Err(error) => return (done, Some(error.to_string())),
                    };
                }
                (done, None)
            });
        }
        Self { enough, callers }
    }

    /// The completed calls, and why callers gave up.
    async fn end(self) -> (HashSet<String>, Vec<String>) {
        self.enough.store(true, Ordering::Relaxed);
        let mut all = (HashSet::new(), Vec::new());
        for (done, failure) in self.callers.join_all().await {
            all.0.extend(done);
            all.1.extend(failure);
        }
        all
    }
}

async fn recorded_once(program: &Program, calls: &HashSet<String>) {
    let times = wait::until("all calls are recorded", async || {
        let times = program.recorded().await?;
        calls
            .iter()
            .all(|call| times.contains_key(call))
            .then_some(times)
    })
    .await;
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let rows = times.len();
    assert_eq!(
        program.counted().await.as_f64().unwrap().to_string(),
        rows.to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_starts_again_with_every_row_that_was_committed() {
    let provider = provider().await;
    let mut program = Program::start(&provider).await;
    for round in 0..3 {
        let shared = Arc::new(program);
        let load = Load::start(&shared, &format!("r{round}"));
        let committed = wait::until("some rows", async || {
            let rows = shared.recorded().await?;
            let fresh = rows
                .keys()
                .any(|session| session.starts_with(&format!("r{round}")));
            fresh.then_some(rows)
        })
        .await;
        let process = shared.process();
        signal(process, Signal::KILL);
        load.end().await;
        program = Arc::into_inner(shared).unwrap();
        program.kill();
        wait::until("PostgreSQL is gone, too", async || {
            program.postgres().is_empty().then_some(())
        })
        .await;
        program.spawn();
        program.wait_until_ready().await;
        let rows = program.recorded().await.unwrap();
        let gone: Vec<&String> = committed
            .keys()
            .filter(|row| !rows.contains_key(*row))
            .collect();
        assert!(gone.is_empty(), "{gone:?}");
        recorded_once(&program, &HashSet::new()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_do_not_notice_that_postgres_is_killed_and_each_call_is_recorded_once() {
    let provider = provider().await;
    let program = Arc::new(Program::start(&provider).await);
    let load = Load::start(&program, "call");
    for _ in 0..3 {
        let killed = program.postmaster().unwrap();
        signal(killed, Signal::KILL);
        wait::until("another PostgreSQL is ready", async || {
            let other = program.postmaster().is_some_and(|now| now != killed);
            (other && program.is_ready().await).then_some(())
        })
        .await;
    }
    let (calls, failures) = load.end().await;
    assert!(failures.is_empty(), "{failures:?}");
    recorded_once(&program, &calls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_frozen_the_api_says_so_at_once_and_calls_go_on() {
    let provider = provider().await;
    let program = Arc::new(Program::start(&provider).await);
    let load = Load::start(&program, "call");
    let frozen = program.postgres();
    for process in &frozen {
        signal(*process, Signal::STOP);
    }
    for _ in 0..4 {
        let asked = Instant::now();
        let response = program.get("/api/agents").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(RETRY_AFTER));
        assert!(
            asked.elapsed() < Duration::from_secs(2),
            "{:?}",
            asked.elapsed()
        );
    }
    let spool = program.data_dir().join("spool");
    wait::until("calls are on disk", async || {
        (std::fs::read_dir(&spool).unwrap().count() > 2).then_some(())
    })
    .await;
    for process in &frozen {
        signal(*process, Signal::CONT);
    }
    program.wait_until_ready().await;
    let (calls, failures) = load.end().await;
    assert!(failures.is_empty(), "{failures:?}");
    recorded_once(&program, &calls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_was_begun_and_loses_nothing() {
    let provider = provider().await;
    let mut program = Program::start(&provider).await;
    provider.reply(Reply::json(200, ANSWER).with_pauses(Duration::from_secs(1)));
    let slow = program.call("slow");
    let stop = async {
        provider.wait_for_requests(1).await;
        program.terminate();
    };
    let (answer, ()) = tokio::join!(slow, stop);
    assert_eq!(answer.unwrap(), ANSWER);
    assert!(program.wait_for_end().await.success());
    assert!(program.postgres().is_empty());
    program.spawn();
    program.wait_until_ready().await;
    recorded_once(&program, &HashSet::from(["slow".to_owned()])).await;
}

#[tokio::test]
async fn a_start_that_cannot_succeed_names_the_cause_and_the_way_out() {
    let provider = provider().await;
    let mut program = Program::start(&provider).await;
    let mut second = Program::prepare(&provider);
    second.set(
        "ARCHESTRA_DATA_DIR",
        program.data_dir().display().to_string(),
    );
    refused(&mut second, &["in use by process", "Stop that process"]).await;

    let mut same_port = Program::prepare(&provider);
    same_port.set(
        "ARCHESTRA_API_BASE_URL",
        format!("http://localhost:{}", program.port),
    );
    refused(
        &mut same_port,
        &["can't be listened on", "ARCHESTRA_API_BASE_URL"],
    )
    .await;

    let mut foreign = Program::prepare(&provider);
    foreign.set(
        "ARCHESTRA_DATABASE_URL",
        "postgresql://nobody:canary@127.0.0.1:9/none".to_owned(),
    );
    refused(
        &mut foreign,
        &["ARCHESTRA_DATABASE_URL", "Connection refused"],
    )
    .await;
    assert!(!foreign.said().contains("canary"));

    program.terminate();
    assert!(program.wait_for_end().await.success());
    std::fs::write(program.data_dir().join("postgres/data/PG_VERSION"), "99\n").unwrap();
    refused(
        &mut program,
        &["made by PostgreSQL 99", "Nothing was changed"],
    )
    .await;
}

#[tokio::test]
async fn a_lost_password_is_replaced_while_the_server_runs() {
    let provider = FakeProvider::start().await.unwrap();
    let program = Program::start(&provider).await;
    let said = program.run("reset-admin");
    let password = said
        .split_once("new password ")
        .and_then(|(_, rest)| rest.lines().next())
        .unwrap();
    assert!(!program.signs_in(PASSWORD).await);
    assert!(program.signs_in(password).await);
    assert!(program.run("migrate").contains("up to date"));
}

async fn refused(program: &mut Program, words: &[&str]) {
    program.spawn();
    let status = program.wait_for_end().await;
    assert!(status.code().is_some_and(|code| code != 0), "{status}");
    let said = program.said();
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let app = TestApp::start().await;
    let mut silent = Vec::new();
    for begin in [
        &b""[..],
        b"P",
        b"POST /v1/openai HTTP/1.1\r\nx: ",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let port = app.running.config.api_port();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(begin).await.unwrap();
        silent.push(stream);
    }
    for mut stream in silent {
        let mut rest = Vec::new();
        let closed = stream.read_to_end(&mut rest);
        let patience = Duration::from_secs(25);
        // An error is an end, too; only a connection that stays open is none.
        drop(tokio::time::timeout(patience, closed).await.unwrap());
    }
}
