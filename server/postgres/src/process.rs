//! One server process from its start to its end: what it says, and how it is told to stop.

use crate::child::Shutdown;
use crate::log::{self, Log};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Split};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
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
    /// There is one if a process stands in between (`child::watch`).
    rein: Option<ChildStdin>,
}

pub(crate) enum Event {
    Ready,
    Crashed { cause: String },
    Ended { cause: String },
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::null()).spawn()?;
        let stderr = child.stderr.take();
        let stderr = stderr.ok_or_else(|| io::Error::other("its standard error is not piped"))?;
        Ok(Self {
            rein: child.stdin.take(),
            child,
            lines: BufReader::new(stderr).split(b'\n'),
            says: true,
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
            self.tell(shutdown).await;
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

    async fn tell(&mut self, shutdown: Shutdown) {
        let told = match &mut self.rein {
            Some(rein) => rein.write_all(&[shutdown.letter()]).await,
            None => signal(&mut self.child, shutdown),
        };
        if let Err(error) = told {
            tracing::warn!(%error, "the database could not be told to stop");
        }
    }
}

#[cfg(unix)]
fn signal(child: &mut Child, shutdown: Shutdown) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match shutdown {
        Shutdown::Fast => Signal::INT,
        Shutdown::Immediate => Signal::QUIT,
    };
    // Not reaped yet, so the number cannot be somebody else's.
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    pid.and_then(Pid::from_raw)
        .map_or(Ok(()), |pid| kill_process(pid, signal))
        .map_err(io::Error::from)
}

/// Windows has no signals. Only a program that does not call `run_if_child` gets here.
#[cfg(not(unix))]
fn signal(child: &mut Child, _shutdown: Shutdown) -> io::Result<()> {
    child.start_kill()
}

fn ending(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) if status.success() => "it was shut down from outside".to_owned(),
        Ok(status) => format!("its process ended with {status}"),
        Err(error) => format!("its process was lost: {error}"),
    }
}
