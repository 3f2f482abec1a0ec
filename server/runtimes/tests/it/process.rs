//! Servers as child processes, with and without bubblewrap.

use std::collections::BTreeMap;
use std::path::Path;

use runtimes::error::Error;
use runtimes::process::{Config, Process};
use runtimes::progress::ProgressSink;
use runtimes::runtime::Runtime;
use runtimes::spec::{Resources, ServerSpec, Transport};
use runtimes::status::{Health, Isolation, State};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::speaking::Conversation;
use super::with::{logs, next_status, started, until_logged, until_state};

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn process(directory: &Path, search_path: &str) -> Process {
    Process::new(Config {
        allowed: true,
        directory: directory.to_owned(),
        search_path: search_path.into(),
        tasks: TaskTracker::new(),
        now: || chrono::DateTime::UNIX_EPOCH,
    })
}

fn shell(script: &str) -> ServerSpec {
    ServerSpec {
        id: Uuid::new_v4(),
        name: "a process".to_owned(),
        image: None,
        command: Some("sh".to_owned()),
        args: vec!["-c".to_owned(), script.to_owned()],
        env: BTreeMap::new(),
        secret_env: BTreeMap::new(),
        secret_files: BTreeMap::new(),
        transport: Transport::Stdio,
        resources: Resources::default(),
        pull_secrets: Vec::new(),
        service_account: None,
    }
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

async fn is_sandboxed(process: &Process) -> bool {
    let Health::Available { isolation, .. } = process.health().await else {
        panic!("it is allowed");
    };
    isolation == Isolation::Sandbox
}

#[tokio::test]
async fn nothing_is_started_unless_allowed() {
    let directory = directory();
    let config = Config {
        allowed: false,
        directory: directory.path().to_owned(),
        search_path: PATH.into(),
        tasks: TaskTracker::new(),
        now: || chrono::DateTime::UNIX_EPOCH,
    };
    let process = Process::new(config);
    assert!(matches!(process.health().await, Health::Unavailable { .. }));
    let refused = process.start(&shell("cat"), &ProgressSink::silent()).await;
    assert!(
        matches!(refused, Err(Error::Unsupported { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_process_speaks_over_its_streams_and_can_be_attached_to_again() {
    let directory = directory();
    let process = process(directory.path(), PATH);
    let spec = shell("echo started >&2; cat");
    started(&process, &spec).await;
    for round in 0..3 {
        let mut conversation =
            Conversation::over(process.attach(spec.id).await.expect("its streams"));
        conversation.say(&json!({"round": round})).await;
        let line = conversation.line().await.expect("its echo");
        assert_eq!(line, json!({"round": round}).to_string());
        assert!(process.attach(spec.id).await.is_err(), "one at a time");
    }
    until_logged(&process, spec.id, "started\n").await;
    process.remove(spec.id).await.expect("it goes");
    let left = std::fs::read_dir(directory.path())
        .expect("the directory")
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_children_of_a_process_go_with_it() {
    let directory = directory();
    // Without bubblewrap, where only the process group holds them together.
    let bin = directory.path().join("bin");
    std::fs::create_dir(&bin).expect("a directory");
    for program in ["sh", "sleep"] {
        std::os::unix::fs::symlink(format!("/bin/{program}"), bin.join(program)).expect("a link");
    }
    let process = process(directory.path(), bin.to_str().expect("UTF-8"));
    assert!(!is_sandboxed(&process).await);
    let spec = shell("trap '' TERM; sleep 1000 & echo $! >&2; trap 'exit 0' TERM; wait");
    started(&process, &spec).await;
    let child = testkit::wait::until("its child", || async {
        let logs = logs(&process, spec.id, 1, false).await;
        logs.trim().parse::<u32>().ok()
    })
    .await;
    assert!(Path::new(&format!("/proc/{child}")).exists());
    process.stop(spec.id).await.expect("it stops");
    testkit::wait::until("the child's end", || async move {
        let status = std::fs::read_to_string(format!("/proc/{child}/status"));
        let gone = status.map_or(true, |status| status.contains("State:\tZ"));
        gone.then_some(())
    })
    .await;
    let status = process.status(spec.id).await.expect("a status");
    assert_eq!(status.state, State::Succeeded);
}

#[tokio::test]
async fn a_confined_process_sees_its_home_and_its_secrets_and_nobody_elses() {
    let directory = directory();
    let process = process(directory.path(), PATH);
    if !is_sandboxed(&process).await {
        return super::with::skip("bubblewrap is not installed or may not be used");
    }
    let mut spec = shell(
        "cat /secrets/KEY; echo $TOKEN; touch ~/mine && echo wrote; ls /root /home 2>/dev/null | wc -l; \
         touch /usr/x 2>/dev/null || echo read-only; ls -d /proc/[0-9]* | wc -l; cat",
    );
    spec.secret_env = BTreeMap::from([("TOKEN".to_owned(), "canary-1".into())]);
    spec.secret_files = BTreeMap::from([("KEY".to_owned(), "canary-2\n".into())]);
    started(&process, &spec).await;
    let mut conversation = Conversation::over(process.attach(spec.id).await.expect("its streams"));
    for expected in ["canary-2", "canary-1", "wrote", "0", "read-only"] {
        assert_eq!(conversation.line().await.as_deref(), Some(expected));
    }
    let processes = conversation
        .line()
        .await
        .and_then(|count| count.parse().ok());
    assert!(processes.is_some_and(|count: u32| count < 10));
    let listed = super::with::command("ps")
        .args(["-eo", "args"])
        .output()
        .expect("ps");
    assert!(!String::from_utf8_lossy(&listed.stdout).contains("canary"));
}

#[tokio::test]
async fn a_crash_is_told_with_its_code_and_the_earlier_logs_are_kept() {
    let directory = directory();
    let process = process(directory.path(), PATH);
    let spec = shell("read line; echo broken >&2; exit 4");
    let mut watch = process.watch();
    started(&process, &spec).await;
    let mut conversation = Conversation::over(process.attach(spec.id).await.expect("its streams"));
    conversation.say(&Value::Null).await;
    let failed = next_status(&mut watch, spec.id, State::Failed).await;
    assert_eq!(failed.exit_code, Some(4));
    assert!(
        failed
            .detail
            .is_some_and(|detail| detail.contains("exit code 4"))
    );
    assert_eq!(conversation.line().await, None);
    drop(conversation);
    started(&process, &spec).await;
    assert_eq!(logs(&process, spec.id, 50, true).await, "broken\n");
    let status = until_state(&process, spec.id, State::Running).await;
    assert_eq!(status.restarts, 1);
    process.stop(spec.id).await.expect("it stops");
}

#[tokio::test]
async fn what_only_containers_can_do_is_refused_with_the_reason() {
    let directory = directory();
    let process = process(directory.path(), PATH);
    let mut spec = shell("cat");
    spec.image = Some("mcp/time".to_owned());
    let refused = process.start(&spec, &ProgressSink::silent()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("Use Docker")));
    spec.image = None;
    spec.command = Some("no-such-program".to_owned());
    let refused = process.start(&spec, &ProgressSink::silent()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("was not found")));
}
