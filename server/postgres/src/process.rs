//! One server process from its start to its end: what it says, and how it is told to stop.

use crate::log::{self, Log};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Split};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// A fast shutdown writes out what is in memory; on a slow disk that takes a while.
const FAST: Duration = Duration::from_secs(15);
/// The server gives its children five seconds, then kills them itself.
const IMMEDIATE: Duration = Duration::from_secs(8);
/// Processes left behind by a killed server keep its standard error open.
const DRAIN: Duration = Duration::from_millis(100);

pub(crate) struct Process {
    child: Child,
    lines: Split<BufReader<ChildStderr>>,
    says: bool,
    #[cfg_attr(unix, expect(dead_code, reason = "stands in for signals on Windows"))]
    pg_ctl: PathBuf,
}

pub(crate) enum Event {
    Ready,
    Crashed { cause: String },
    Ended { cause: String },
}

#[derive(Debug, Clone, Copy)]
enum Shutdown {
    Fast,
    Immediate,
}

impl Process {
    pub(crate) fn spawn(mut command: Command, pg_ctl: &Path) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::null()).spawn()?;
        let stderr = child.stderr.take();
        let stderr = stderr.ok_or_else(|| io::Error::other("its standard error is not piped"))?;
        Ok(Self {
            child,
            lines: BufReader::new(stderr).split(b'\n'),
            says: true,
            pg_ctl: pg_ctl.to_owned(),
        })
    }

    /// Waits for what happens next; may be dropped while waiting without losing anything. Must be
    /// called on and on: a server whose messages nobody reads comes to a halt.
    pub(crate) async fn next(&mut self, log: &mut Log) -> Event {
        loop {
            tokio::select! {
                biased;
                line = self.lines.next_segment(), if self.says => match line {
                    Ok(Some(line)) => match log.take(&line) {
                        Some(log::Event::Ready) => return Event::Ready,
                        Some(log::Event::Crashed { cause }) => return Event::Crashed { cause },
                        None => {}
                    },
                    Ok(None) | Err(_) => self.says = false,
                },
                status = self.child.wait() => {
                    while let Ok(Ok(Some(line))) = timeout(DRAIN, self.lines.next_segment()).await {
                        log.take(&line);
                    }
                    return Event::Ended { cause: ending(status) };
                }
            }
        }
    }

    /// Ends the server, gently first. Returns when its process is gone.
    pub(crate) async fn stop(mut self, log: &mut Log) {
        for (shutdown, patience) in [(Shutdown::Fast, FAST), (Shutdown::Immediate, IMMEDIATE)] {
            self.signal(shutdown).await;
            if timeout(patience, self.ended(log)).await.is_ok() {
                return;
            }
            tracing::warn!(?shutdown, ?patience, "the database did not stop in time");
        }
        if let Err(error) = self.child.kill().await {
            tracing::error!(%error, "the database could not be killed");
        }
    }

    async fn ended(&mut self, log: &mut Log) {
        while !matches!(self.next(log).await, Event::Ended { .. }) {}
    }

    #[cfg(unix)]
    #[expect(clippy::unused_async, reason = "on Windows it waits for a program")]
    async fn signal(&self, shutdown: Shutdown) {
        use rustix::process::{Pid, Signal, kill_process};
        let signal = match shutdown {
            Shutdown::Fast => Signal::INT,
            Shutdown::Immediate => Signal::QUIT,
        };
        // Not reaped yet, so the number cannot be somebody else's.
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(Err(error)) = pid
            .and_then(Pid::from_raw)
            .map(|pid| kill_process(pid, signal))
        {
            tracing::warn!(%error, "the database could not be told to stop");
        }
    }

    /// Windows has no signals; the server takes them through a pipe that `pg_ctl` knows.
    #[cfg(windows)]
    #[expect(
        clippy::disallowed_methods,
        reason = "ends by itself and is waited for"
    )]
    async fn signal(&self, shutdown: Shutdown) {
        let signal = match shutdown {
            Shutdown::Fast => "INT",
            Shutdown::Immediate => "QUIT",
        };
        let pid = self.child.id().unwrap_or_default().to_string();
        let told = Command::new(&self.pg_ctl)
            .args(["kill", signal, &pid])
            .status()
            .await;
        if let Err(error) = told {
            tracing::warn!(%error, "the database could not be told to stop");
        }
    }
}

fn ending(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) if status.success() => "it was shut down from outside".to_owned(),
        Ok(status) => format!("its process ended with {status}"),
        Err(error) => format!("its process was lost: {error}"),
    }
}
