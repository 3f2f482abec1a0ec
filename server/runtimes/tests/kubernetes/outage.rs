//! The API server stops answering for half a minute and comes back.

use std::time::Duration;

use runtimes::runtime::Runtime;
use runtimes::status::{Health, State};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::conversation::{Conversation, tools_over_http};
use crate::http::everything_over_http;
use crate::site::{Site, Turn, everything, setting, skip, start, until_status};

const AWAY: Duration = Duration::from_secs(30);

/// Continues it also when a test fails in between.
struct Stopped(Pid);

impl Stopped {
    fn stop(process: Pid) -> Self {
        kill_process(process, Signal::STOP).expect("the API server stops");
        Self(process)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}

#[tokio::test]
async fn a_server_survives_half_a_minute_without_the_api_server() {
    let Some(process) = setting("ARCHESTRA_TEST_APISERVER_PID") else {
        return skip("ARCHESTRA_TEST_APISERVER_PID names no process");
    };
    let Some(site) = Site::open(Turn::Alone).await else {
        return;
    };
    let process = process
        .parse()
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id");
    let runtime = site.runtime();
    let spec = everything();
    start(&runtime, &spec).await;
    let before = runtime.status(spec.id).await.expect("a status");
    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    conversation.begin().await;
    assert!(conversation.tools().await.len() >= 10);

    let over_http = everything_over_http();
    start(&runtime, &over_http).await;
    let endpoint = runtime.endpoint(over_http.id).await.expect("an address");
    assert!(tools_over_http(&endpoint).await.len() >= 10);

    let stopped = Stopped::stop(process);
    let until = Instant::now() + AWAY;
    assert!(
        matches!(runtime.health().await, Health::Unavailable { .. }),
        "it answers nobody"
    );
    // Asked while it is away, answered when it is back.
    let asked = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list"});
    let asking = conversation.ask(&asked);
    let returning = async {
        sleep_until(until).await;
        drop(stopped);
    };
    let (answer, ()) = tokio::join!(asking, returning);
    assert!(answer["result"]["tools"].is_array(), "{answer}");
    assert!(matches!(runtime.health().await, Health::Available { .. }));
    let after = until_status(&runtime, spec.id, "it runs", |status| {
        status.state == State::Running
    })
    .await;
    assert_eq!(after.started_at, before.started_at, "nobody restarted it");
    assert!(tools_over_http(&endpoint).await.len() >= 10);
    runtime.remove(over_http.id).await.expect("it goes");
    runtime.remove(spec.id).await.expect("it goes");
    assert_eq!(site.left_of(spec.id).await, Vec::<String>::new());
    site.close().await;
}
