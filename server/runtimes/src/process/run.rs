//! One run of a server's process, from its start to its end.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::task::TaskTracker;

use super::ring::Ring;
use crate::status::{State, Status};

/// Between the friendly and the final signal, as in containers.
const GRACE: Duration = Duration::from_secs(5);
/// Processes left behind can hold the outputs open; nobody waits for them.
const DRAIN: Duration = Duration::from_millis(200);

type Streams = (Arc<Mutex<ChildStdin>>, Arc<Mutex<ChildStdout>>);

#[derive(Debug)]
pub(super) struct Run {
    pub(super) log: Arc<Ring>,
    /// Held by whoever is attached. None for HTTP servers.
    pub(super) streams: Option<Streams>,
    pub(super) status: watch::Receiver<Status>,
    stop: mpsc::Sender<()>,
}

impl Run {
    /// `ended` is called once, with the last status.
    pub(super) fn start(
        mut command: Command,
        is_stdio: bool,
        (started_at, restarts): (DateTime<Utc>, u32),
        tasks: &TaskTracker,
        ended: impl FnOnce(Status) + Send + 'static,
    ) -> std::io::Result<Self> {
        command.stdin(if is_stdio {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let log = Arc::new(Ring::new());
        let status = Status {
            state: State::Running,
            restarts,
            started_at: Some(started_at),
            ..Status::default()
        };
        let (say, status) = watch::channel(status);
        let (stop, stopping) = mpsc::channel(1);
        let errors = child.stderr.take().map(boxed);
        let mut outputs: Vec<Output> = errors.into_iter().collect();
        let streams = match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => {
                Some((Arc::new(Mutex::new(stdin)), Arc::new(Mutex::new(stdout))))
            }
            (_, stdout) => {
                outputs.extend(stdout.map(boxed));
                None
            }
        };
        let writing = Arc::clone(&log);
        let running = say.borrow().clone();
        tasks.spawn(async move {
            let last = supervise(child, outputs, stopping, &writing, running).await;
            writing.close();
            say.send_replace(last.clone());
            ended(last);
        });
        Ok(Self {
            log,
            streams,
            status,
            stop,
        })
    }

    /// Returns when its process is gone.
    pub(super) async fn stop(&self) {
        let _ = self.stop.try_send(());
        let mut status = self.status.clone();
        let _ = status
            .wait_for(|status| status.state != State::Running)
            .await;
    }

    pub(super) fn now(&self) -> Status {
        self.status.borrow().clone()
    }
}

type Output = Box<dyn AsyncRead + Send + Unpin>;

fn boxed(output: impl AsyncRead + Send + Unpin + 'static) -> Output {
    Box::new(output)
}

async fn supervise(
    mut child: Child,
    outputs: Vec<Output>,
    mut stopping: mpsc::Receiver<()>,
    log: &Ring,
    running: Status,
) -> Status {
    let group = child.id();
    let copying =
        futures_util::future::join_all(outputs.into_iter().map(|output| copy(output, log)));
    let mut copying = std::pin::pin!(copying);
    let mut stopped = false;
    let mut copied = false;
    let exit = loop {
        tokio::select! {
            exit = child.wait() => break exit,
            _ = &mut copying, if !copied => copied = true,
            Some(()) = stopping.recv(), if !stopped => {
                stopped = true;
                tell(&mut child, group, Told::End);
                if let Ok(exit) = tokio::time::timeout(GRACE, child.wait()).await {
                    break exit;
                }
                tell(&mut child, group, Told::Die);
            }
        }
    };
    // What it has started itself must not outlive it.
    tell(&mut child, group, Told::Die);
    if !copied {
        let _ = tokio::time::timeout(DRAIN, copying).await;
    }
    let exit_code = exit.ok().map(code);
    let (state, detail) = ending(exit_code, stopped);
    Status {
        state,
        detail: Some(detail),
        exit_code,
        ..running
    }
}

async fn copy(mut output: Output, log: &Ring) {
    let mut chunk = vec![0; 8 * 1024];
    while let Ok(count) = output.read(&mut chunk).await {
        if count == 0 {
            break;
        }
        log.write(&chunk[..count]);
    }
}

#[derive(Debug, Clone, Copy)]
enum Told {
    End,
    Die,
}

#[cfg(unix)]
fn tell(_child: &mut Child, group: Option<u32>, told: Told) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match told {
        Told::End => Signal::TERM,
        Told::Die => Signal::KILL,
    };
    let group = group.and_then(|id| i32::try_from(id).ok());
    if let Some(group) = group.and_then(Pid::from_raw) {
        // Fails when all of them are gone, which is what is wanted.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn tell(child: &mut Child, _group: Option<u32>, _told: Told) {
    let _ = child.start_kill();
}

/// As a shell counts: 128 and the signal's number.
#[cfg(unix)]
fn code(exit: ExitStatus) -> i64 {
    use std::os::unix::process::ExitStatusExt;
    let signal = exit.signal().map(|signal| 128 + signal);
    i64::from(exit.code().or(signal).unwrap_or(-1))
}

#[cfg(not(unix))]
fn code(exit: ExitStatus) -> i64 {
    i64::from(exit.code().unwrap_or(-1))
}

fn ending(exit_code: Option<i64>, stopped: bool) -> (State, String) {
    if stopped {
        return (State::Succeeded, "It was stopped.".to_owned());
    }
    match exit_code {
        Some(0) => (
            State::Succeeded,
            "It ended by itself without an error (exit code 0). An MCP server is expected to stay.".to_owned(),
        ),
        Some(137) => (
            State::Failed,
            "It was killed from outside, by a person or because the machine ran out of memory (exit code 137)."
                .to_owned(),
        ),
        Some(code) => (
            State::Failed,
            format!("It ended by itself (exit code {code}). The last lines of its logs say why."),
        ),
        None => (State::Failed, "Its process was lost.".to_owned()),
    }
}
