//! One local server's life: start, find its tools, wait for its end, start again.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use runtimes::progress::ProgressSink;
use runtimes::runtime::Runtime;
use runtimes::status::{State, Status};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::status::Progress;
use super::{Result, ServerError, Servers, lock, spec};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// A server that ran so long did not end because of how it was started.
const STABLE: Duration = Duration::from_mins(1);
/// How long a server may take until it answers.
const ANSWERS: Duration = Duration::from_mins(2);
const BETWEEN_TRIES: Duration = Duration::from_millis(250);
/// Runtimes tell of changes; an engine that was away may have missed one.
const LOOK: Duration = Duration::from_secs(15);

/// What the row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) running: bool,
    pub(super) generation: i64,
}

/// The handle on a worker's task.
pub(super) struct Worker {
    wanted: watch::Sender<Wanted>,
    stop: CancellationToken,
    ended: CancellationToken,
}

impl Worker {
    pub(super) fn start(servers: &Arc<Servers>, id: Uuid, wanted: Wanted) -> Self {
        let worker = Self {
            wanted: watch::Sender::new(wanted),
            stop: servers.parts.stopping.child_token(),
            ended: CancellationToken::new(),
        };
        let (servers, stop) = (Arc::clone(servers), worker.stop.clone());
        let (wanted, ended) = (worker.wanted.subscribe(), worker.ended.clone().drop_guard());
        let tasks = servers.parts.tasks.clone();
        tasks.spawn(async move {
            let _ended = ended;
            let tending = Tending {
                servers,
                id,
                wanted,
            };
            stop.run_until_cancelled(Box::pin(tending.run())).await;
        });
        worker
    }

    pub(super) fn tell(&self, wanted: Wanted) {
        self.wanted
            .send_if_modified(|now| std::mem::replace(now, wanted) != wanted);
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_cancelled()
    }

    pub(super) fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }
}

struct Tending {
    servers: Arc<Servers>,
    id: Uuid,
    wanted: watch::Receiver<Wanted>,
}

/// A run that is over.
struct Ended {
    cause: String,
    ran_for: Duration,
}

impl Tending {
    async fn run(mut self) {
        let mut failures = 0;
        let mut is_asked = false;
        loop {
            let wanted = *self.wanted.borrow_and_update();
            let turn = tokio::select! {
                // Whatever it is at, it begins anew with what is wanted now.
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    (failures, is_asked) = (0, true);
                    continue;
                }
                turn = turn(&self.servers, self.id, wanted, is_asked) => turn,
            };
            is_asked = false;
            let cause = match turn {
                Ok(ended) if ended.ran_for >= STABLE => {
                    failures = 0;
                    ended.cause
                }
                Ok(ended) => ended.cause,
                Err(ServerError::NotFound) => return,
                Err(error) => error.cause(),
            };
            let pause = pause(failures);
            failures = failures.saturating_add(1);
            self.say(&cause, pause).await;
            tokio::select! {
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    (failures, is_asked) = (0, true);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn say(&self, cause: &str, pause: Duration) {
        let text = format!("{cause} (it is tried again in {} s)", pause.as_secs());
        tracing::warn!(server = %self.id, cause, "a server does not run");
        let db = &self.servers.parts.db;
        if let Err(error) = db::mcp_servers::set_status(db, self.id, "error", Some(&text)).await {
            tracing::debug!(%error, "that could not be written down");
        }
    }
}

/// Doubles with every failure.
fn pause(failures: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(failures.min(16)))
        .min(LONGEST_PAUSE)
}

/// Makes the server be as it is wanted, and returns when it no longer is.
async fn turn(servers: &Arc<Servers>, id: Uuid, wanted: Wanted, is_asked: bool) -> Result<Ended> {
    let row = servers.row(id).await?;
    let item = servers.item(row.catalog_id).await?;
    if !wanted.running {
        return stopped(servers, &row).await;
    }
    let runtime = servers.place(&row, &item).await?;
    start(servers, &row, &item, &runtime, is_asked).await?;
    let started = servers.parts.clock.monotonic();
    let (cause, exit_code) = match answer(servers, &row, &runtime).await {
        Ok(()) => wait_for_end(servers, &row, &runtime).await,
        Err((cause, exit_code)) => (cause, exit_code),
    };
    servers.disconnect(id).await;
    let cause = ended(servers, id, &runtime, &cause, exit_code).await;
    Ok(Ended {
        cause,
        ran_for: servers
            .parts
            .clock
            .monotonic()
            .saturating_duration_since(started),
    })
}

/// Keeps why it ended; returns that with its last words.
async fn ended(
    servers: &Arc<Servers>,
    id: Uuid,
    runtime: &Arc<dyn Runtime>,
    cause: &str,
    exit_code: Option<i64>,
) -> String {
    match servers.note_crash(id, runtime, cause, exit_code).await {
        Some(line) => format!("{cause} Its last words: {line}"),
        None => cause.to_owned(),
    }
}

/// Stops it, and stays until somebody wants something else.
async fn stopped(servers: &Arc<Servers>, row: &McpServer) -> Result<Ended> {
    servers.disconnect(row.id).await;
    if let Some(runtime) = servers.bound(row.runtime.as_deref(), row.cluster_id) {
        let stopped = runtime.stop(row.id).await;
        stopped.map_err(|error| ServerError::runtime(&row.name, &error))?;
    }
    db::mcp_servers::set_status(&servers.parts.db, row.id, "idle", None).await?;
    std::future::pending().await
}

/// Adopts it where it runs already as it should.
async fn start(
    servers: &Arc<Servers>,
    row: &McpServer,
    item: &CatalogItem,
    runtime: &Arc<dyn Runtime>,
    is_asked: bool,
) -> Result<()> {
    let refused = |error: runtimes::error::Error| ServerError::runtime(&row.name, &error);
    let fields = servers.fields(row).await?;
    let spec = spec::build(row, item, &fields, runtime.id() != "process")?;
    let before = runtime.status(row.id).await;
    let runs = before.is_ok_and(|status| status.state == State::Running);
    if !(runs && row.status == "success" && !is_asked) {
        db::mcp_servers::set_status(&servers.parts.db, row.id, "pending", None).await?;
    }
    // What is known of the old one does not hold for the new one.
    servers.disconnect(row.id).await;
    if is_asked {
        runtime.stop(row.id).await.map_err(refused)?;
    }
    if row.cluster_id.is_none() {
        // Before it is started: a removal has to know where to look.
        db::mcp_servers::set_runtime(&servers.parts.db, row.id, runtime.id()).await?;
    }
    let started = runtime.start(&spec, &progress(servers, row.id)).await;
    if let Err(error) = started {
        let runtimes::error::Error::Ended { detail, exit_code } = &error else {
            return Err(refused(error));
        };
        return Err(ServerError::Runtime {
            name: row.name.clone(),
            cause: ended(servers, row.id, runtime, detail, *exit_code).await,
        });
    }
    servers
        .statuses
        .change(row.id, |status| status.progress = None);
    Ok(())
}

/// A download reports every chunk; people see a few steps a second.
const BETWEEN_REPORTS: Duration = Duration::from_millis(200);

fn progress(servers: &Arc<Servers>, id: Uuid) -> ProgressSink {
    let servers = Arc::clone(servers);
    let last: Mutex<Option<(String, Instant)>> = Mutex::default();
    ProgressSink::new(move |progress| {
        let now = servers.parts.clock.monotonic();
        {
            let mut last = lock(&last);
            let is_repeated = last.as_ref().is_some_and(|(step, at)| {
                *step == progress.step && now.saturating_duration_since(*at) < BETWEEN_REPORTS
            });
            if is_repeated {
                return;
            }
            *last = Some((progress.step.clone(), now));
        }
        servers.statuses.change(id, |status| {
            status.progress = Some(Progress {
                step: progress.step,
                current: (progress.done_bytes > 0).then_some(progress.done_bytes),
                total: progress.total_bytes,
            });
        });
    })
}

type EndedWith = (String, Option<i64>);

/// Tries until it tells its tools, or ends, or has had its time.
async fn answer(
    servers: &Arc<Servers>,
    row: &McpServer,
    runtime: &Arc<dyn Runtime>,
) -> std::result::Result<(), EndedWith> {
    let unwritten = |error: db::Error| (error.to_string(), None);
    let now = servers
        .row(row.id)
        .await
        .map_err(|error| (error.cause(), None))?;
    if now.status != "success" {
        db::mcp_servers::set_status(&servers.parts.db, row.id, "discovering-tools", None)
            .await
            .map_err(unwritten)?;
    }
    let begun = servers.parts.clock.monotonic();
    loop {
        let Err(error) = servers.discover(row.id, row.generation).await else {
            return Ok(());
        };
        if let Ok(status) = runtime.status(row.id).await
            && let Some(ended) = ending(&status)
        {
            return Err(ended);
        }
        let took = servers
            .parts
            .clock
            .monotonic()
            .saturating_duration_since(begun);
        if took >= ANSWERS {
            let cause = error.cause();
            return Err((
                format!("it runs, but did not tell its tools: {cause}"),
                None,
            ));
        }
        tracing::debug!(%error, server = row.name, "a server does not answer yet");
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

/// Returns when it runs no more. An engine that is away says nothing about its servers.
async fn wait_for_end(
    servers: &Arc<Servers>,
    row: &McpServer,
    runtime: &Arc<dyn Runtime>,
) -> EndedWith {
    let mut states = servers.states.subscribe(row.id);
    let mut restarts = None;
    loop {
        if let Ok(status) = runtime.status(row.id).await {
            servers.statuses.runtime(row.id, &status);
            if let Some(ended) = ending(&status) {
                return ended;
            }
            // The cluster started it again by itself.
            let before = restarts.replace(status.restarts);
            if before.is_some_and(|before| status.restarts > before) {
                let cause = status.detail.as_deref().unwrap_or("it ended");
                servers
                    .note_crash(row.id, runtime, cause, status.exit_code)
                    .await;
                servers.disconnect(row.id).await;
            }
        }
        let changed = tokio::time::timeout(LOOK, states.changed()).await;
        if matches!(changed, Ok(Err(_))) {
            // It was deleted: whoever did that ends this worker.
            states = servers.states.subscribe(row.id);
        }
    }
}

fn ending(status: &Status) -> Option<EndedWith> {
    let text = match status.state {
        State::Running | State::Pending => return None,
        State::NotCreated => "it is no longer there: somebody else removed it",
        State::Failed => "it ended",
        State::Succeeded => "it ended by itself",
    };
    let detail = status.detail.clone().unwrap_or_else(|| {
        let code = status.exit_code;
        code.map_or_else(
            || text.to_owned(),
            |code| format!("{text} with exit code {code}"),
        )
    });
    Some((detail, status.exit_code))
}
