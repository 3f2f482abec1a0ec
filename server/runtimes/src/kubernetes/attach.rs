//! The standard streams of a stdio server, over a WebSocket through the API server.
//!
//! Such a connection does not live as long as the server: load balancers cut it when it is silent, API servers are
//! replaced. As long as the same container runs and owes no answer, it is made anew and nobody notices. If an answer may
//! have been lost with the connection, the streams end instead: whoever waits is then told at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{AttachParams, AttachedProcess};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::cluster::{Opened, ask};
use super::life::running_pod;
use super::names;
use super::observed::{Observed, container};
use crate::error::{Error, Result};
use crate::runtime::Stdio;

const BUFFER: usize = 256 * 1024;
const CHUNK: usize = 64 * 1024;
/// As long as the API server may be away without anybody being told.
const AGAIN_WITHIN: Duration = Duration::from_mins(1);
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

pub(super) async fn open(opened: &Opened, id: Uuid, tasks: &TaskTracker) -> Result<Stdio> {
    let observed = opened.observe(id).await?;
    let deployment = observed.deployment.as_ref();
    if deployment.is_some_and(|found| names::annotation(found, names::HTTP_PATH).is_some()) {
        return Err(Error::Unsupported {
            runtime: "Kubernetes",
            what: "attach to an HTTP server; call its endpoint".to_owned(),
        });
    }
    let pod = running_pod(&observed, id)?;
    let run = Run::of(&observed);
    let process = connect(opened, &pod).await?;
    let (ours, theirs) = duplex(BUFFER);
    let (from_client, to_client) = split(ours);
    let (stdout, stdin) = split(theirs);
    let relay = Relay {
        opened: opened.clone(),
        id,
        pod,
        run,
        from_client,
        to_client,
    };
    tasks.spawn(relay.run(process));
    Ok(Stdio {
        stdin: Box::new(stdin),
        stdout: Box::new(stdout),
        stderr: None,
    })
}

async fn connect(opened: &Opened, pod: &str) -> Result<AttachedProcess> {
    let streams = AttachParams {
        container: Some(names::CONTAINER.to_owned()),
        stdin: true,
        stdout: true,
        // It is in the logs; here a reader that does not keep up with it would hold up the answers.
        stderr: false,
        tty: false,
        max_stdin_buf_size: Some(BUFFER),
        max_stdout_buf_size: Some(BUFFER),
        max_stderr_buf_size: None,
    };
    let pods = opened.api::<Pod>();
    ask("attach to the server", pods.attach(pod, &streams)).await
}

/// One run of a container: a restarted one knows nothing of the conversation so far.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run(Option<String>);

impl Run {
    fn of(observed: &Observed) -> Self {
        let container = observed.current_pod().and_then(container);
        let running = container.filter(|container| {
            let state = container.state.as_ref();
            state.is_some_and(|state| state.running.is_some())
        });
        Self(running.and_then(|container| container.container_id.clone()))
    }
}

struct Relay {
    opened: Opened,
    id: Uuid,
    pod: String,
    run: Run,
    from_client: ReadHalf<DuplexStream>,
    to_client: WriteHalf<DuplexStream>,
}

/// Why a connection is no longer used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Whoever attached has let go, or no longer takes anything.
    Client,
    /// The connection has ended; `owes` says whether an answer may have been lost with it.
    Connection { owes: bool },
}

impl Relay {
    async fn run(mut self, mut process: AttachedProcess) {
        loop {
            let end = self.pass(process).await;
            if end != (End::Connection { owes: false }) {
                break;
            }
            let Some(next) = self.connect_again().await else {
                break;
            };
            process = next;
        }
        let _ = self.to_client.shutdown().await;
    }

    /// Both ways at once: a server that writes much while much is written to it must not bring both to a halt.
    async fn pass(&mut self, mut process: AttachedProcess) -> End {
        let (Some(mut stdin), Some(mut stdout)) = (process.stdin(), process.stdout()) else {
            return End::Connection { owes: true };
        };
        let owes = AtomicBool::new(false);
        let connection_ended = || End::Connection {
            owes: owes.load(Ordering::Relaxed),
        };
        let asking = async {
            let mut chunk = vec![0; CHUNK];
            loop {
                let length = match self.from_client.read(&mut chunk).await {
                    Ok(0) | Err(_) => return End::Client,
                    Ok(length) => length,
                };
                owes.store(true, Ordering::Relaxed);
                if stdin.write_all(&chunk[..length]).await.is_err() {
                    return connection_ended();
                }
            }
        };
        let answering = async {
            let mut chunk = vec![0; CHUNK];
            loop {
                let length = match stdout.read(&mut chunk).await {
                    Ok(0) | Err(_) => return connection_ended(),
                    Ok(length) => length,
                };
                owes.store(false, Ordering::Relaxed);
                if self.to_client.write_all(&chunk[..length]).await.is_err() {
                    return End::Client;
                }
            }
        };
        tokio::select! {
            end = asking => end,
            end = answering => end,
        }
    }

    async fn connect_again(&self) -> Option<AttachedProcess> {
        let until = Instant::now() + AGAIN_WITHIN;
        while Instant::now() < until {
            match self.opened.observe(self.id).await {
                Ok(observed) if Run::of(&observed) != self.run => return None,
                Ok(_) => match connect(&self.opened, &self.pod).await {
                    Ok(process) => return Some(process),
                    Err(error) => {
                        tracing::debug!(server = %self.id, %error, "not attached again yet");
                    }
                },
                Err(Error::Unavailable { cause, .. }) => {
                    tracing::debug!(server = %self.id, cause, "the cluster is away");
                }
                Err(_) => return None,
            }
            sleep(BETWEEN_TRIES).await;
        }
        None
    }
}
