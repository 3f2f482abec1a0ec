//! Keeps a server running: starts it, watches it, starts it again when it dies, stops it when asked.
//!
//! Runs on a thread of its own from start to end, because the server lives as long as the thread
//! that started it (`child`).

use crate::child::{OnDeath, command};
use crate::cluster::Cluster;
use crate::error::Error;
use crate::installation::Installation;
use crate::leftovers;
use crate::log::Log;
use crate::process::{Event, Process};
use crate::server::State;
use crate::settings::{self, Address};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// Recovery after a crash reads at most `max_wal_size`; on a slow disk that is minutes.
const START_PATIENCE: Duration = Duration::from_mins(5);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// One that was ready before it died will be again: it is not the database that is broken.
const LONGEST_AFTER_READY: Duration = Duration::from_secs(1);
/// A server that lived this long starts with a clean slate when it dies.
const SETTLED: Duration = Duration::from_secs(30);
/// After so many failures in a row, about half a minute, a person should look.
const TRIES_BEFORE_FAILED: u32 = 8;

pub(crate) struct Supervisor {
    pub(crate) cluster: Cluster,
    pub(crate) installation: Installation,
    pub(crate) socket_dir: Option<PathBuf>,
    pub(crate) port: u16,
    pub(crate) log: Log,
}

/// How one life of the server ended.
enum Ending {
    Stopped,
    Died { cause: String, lived: Duration },
    NeverReady(Error),
}

impl Supervisor {
    /// Returns when `stop` resolves, or with the error of a first start that failed. `started` is
    /// told once the server is ready for the first time.
    pub(crate) async fn run(
        mut self,
        started: impl FnOnce(),
        state: &watch::Sender<State>,
        mut stop: oneshot::Receiver<()>,
    ) -> Result<(), Error> {
        let mut started = Some(started);
        let mut failures = 0;
        loop {
            let ready = || {
                if let Some(started) = started.take() {
                    started();
                }
                state.send_replace(State::Running);
            };
            let (cause, longest) = match self.live(ready, state, &mut stop).await {
                Ending::Stopped => return Ok(()),
                Ending::NeverReady(error) if started.is_some() => return Err(error),
                Ending::NeverReady(error) => {
                    failures += 1;
                    (error.to_string(), LONGEST_BACKOFF)
                }
                Ending::Died { cause, lived } => {
                    failures = if lived > SETTLED { 0 } else { failures + 1 };
                    (cause, LONGEST_AFTER_READY)
                }
            };
            tracing::error!(cause, failures, "the database is down; starting it again");
            state.send_replace(if failures < TRIES_BEFORE_FAILED {
                State::Restarting { cause }
            } else {
                State::Failed { cause }
            });
            if timeout(backoff(failures).min(longest), &mut stop)
                .await
                .is_ok()
            {
                return Ok(());
            }
        }
    }

    async fn live(
        &mut self,
        mut ready: impl FnMut(),
        state: &watch::Sender<State>,
        stop: &mut oneshot::Receiver<()>,
    ) -> Ending {
        let mut process = match self.spawn().await {
            Ok(process) => process,
            Err(error) => return Ending::NeverReady(error),
        };
        let begun = Instant::now();
        let mut ever_ready = false;
        loop {
            let patience = if ever_ready {
                Duration::MAX
            } else {
                START_PATIENCE
            };
            let event = tokio::select! {
                biased;
                _ = &mut *stop => {
                    process.stop(&mut self.log).await;
                    return Ending::Stopped;
                }
                event = timeout(patience, process.next(&mut self.log)) => event,
            };
            match event {
                Ok(Event::Ready) => {
                    tracing::info!(took = ?begun.elapsed(), "the database is ready");
                    ever_ready = true;
                    ready();
                }
                Ok(Event::Crashed { cause }) => {
                    tracing::error!(cause, "the database recovers from a crash");
                    state.send_replace(State::Restarting { cause });
                }
                Ok(Event::Ended { cause }) if ever_ready => {
                    let lived = begun.elapsed();
                    return Ending::Died { cause, lived };
                }
                Ok(Event::Ended { cause }) => {
                    let cause = format!("{cause}. It said:\n{}", self.log.quote());
                    return Ending::NeverReady(Error::StartFailed { cause });
                }
                Err(_) => {
                    let quote = self.log.quote();
                    process.stop(&mut self.log).await;
                    let cause =
                        format!("it was not ready after {START_PATIENCE:?}. It said:\n{quote}");
                    return Ending::NeverReady(Error::StartFailed { cause });
                }
            }
        }
    }

    async fn spawn(&mut self) -> Result<Process, Error> {
        leftovers::clear(&self.cluster.data).await?;
        #[cfg(unix)]
        if let Some(directory) = &self.socket_dir {
            crate::socket::remove_stale(directory);
        }
        self.log.begin();
        let program = self.installation.program("postgres");
        let mut postgres = command(&program, self.cluster.account.as_ref(), OnDeath::Quit);
        postgres.arg("-D").arg(&self.cluster.data);
        let address = match &self.socket_dir {
            Some(directory) => Address::Socket {
                directory,
                port: self.port,
            },
            None => Address::Loopback { port: self.port },
        };
        for (name, value) in settings::server(self.installation.major_version(), &address) {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        Process::spawn(postgres).map_err(|error| Error::StartFailed {
            cause: format!("{} did not run: {error}", program.display()),
        })
    }
}

/// At once the first time, then 0.1 s, 0.2 s, … to `LONGEST_BACKOFF`.
fn backoff(failures: u32) -> Duration {
    match failures {
        0 | 1 => Duration::ZERO,
        _ => LONGEST_BACKOFF.min(Duration::from_millis(50) * 2_u32.pow(failures.min(12) - 1)),
    }
}

#[cfg(test)]
mod tests;
