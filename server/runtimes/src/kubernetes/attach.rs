//! The standard streams of a stdio server, over a WebSocket through the API server.
//!
//! Such a connection does not live as long as the server: load balancers cut it when it is silent, API servers are
//! replaced. If the same container still runs and nothing was on its way, it is made anew and nobody notices. If something
//! may have been lost with the connection, the streams end instead: whoever waits is then told at once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{AttachParams, AttachedProcess};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf,
    WriteHalf, duplex, split,
};
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
/// After this long without a byte, and the last ones from the server, no answer is expected any more. Connections are
/// cut for silence after a minute and more.
const QUIET: Duration = Duration::from_secs(10);

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
        from_client: BufReader::with_capacity(CHUNK, from_client),
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

/// Who spoke last over a connection, and when.
struct LastWord(Mutex<Option<Instant>>);

impl Default for LastWord {
    /// A connection begins as if the server had just spoken.
    fn default() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }
}

impl LastWord {
    fn by_client(&self) {
        self.set(None);
    }

    fn by_server(&self) {
        self.set(Some(Instant::now()));
    }

    fn set(&self, server: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = server;
    }

    fn is_silence(&self) -> bool {
        let server = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        server.is_some_and(|at| at.elapsed() >= QUIET)
    }
}

/// What the server writes. A connection that breaks does not end its stream by itself: that it is over is told apart.
struct Incoming {
    stdout: Box<dyn AsyncRead + Send + Unpin>,
    over: BoxFuture<'static, ()>,
    is_over: bool,
}

impl Incoming {
    fn of(process: &mut AttachedProcess) -> Option<Self> {
        let stdout = process.stdout()?;
        let status = process.take_status()?;
        Some(Self {
            stdout: Box::new(stdout),
            over: status.map(|_| ()).boxed(),
            is_over: false,
        })
    }

    /// What had come before the end is still read.
    async fn read(&mut self, chunk: &mut [u8]) -> std::io::Result<usize> {
        if !self.is_over {
            tokio::select! {
                biased;
                read = self.stdout.read(chunk) => return read,
                () = &mut self.over => self.is_over = true,
            }
        }
        self.stdout.read(chunk).now_or_never().unwrap_or(Ok(0))
    }
}

struct Relay {
    opened: Opened,
    id: Uuid,
    pod: String,
    run: Run,
    from_client: BufReader<ReadHalf<DuplexStream>>,
    to_client: WriteHalf<DuplexStream>,
}

/// Why a connection is no longer used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Whoever attached has let go, or no longer takes anything.
    Client,
    /// The connection has ended, and maybe a message was lost with it.
    Connection,
    /// The connection has ended after nothing had passed for a while.
    Silence,
}

impl Relay {
    async fn run(mut self, mut process: AttachedProcess) {
        loop {
            let end = self.pass(process).await;
            if end != End::Silence {
                break;
            }
            let connecting = connect_again(&self.opened, self.id, &self.pod, &self.run);
            let next = tokio::select! {
                next = connecting => next,
                () = gone(&mut self.from_client) => None,
            };
            let Some(next) = next else { break };
            process = next;
        }
        let _ = self.to_client.shutdown().await;
    }

    /// Both ways at once: a server that writes much while much is written to it must not bring both to a halt.
    async fn pass(&mut self, mut process: AttachedProcess) -> End {
        let stdin = process.stdin();
        let (Some(mut stdin), Some(mut stdout)) = (stdin, Incoming::of(&mut process)) else {
            return End::Connection;
        };
        let spoken = LastWord::default();
        let connection_ended = || {
            if spoken.is_silence() {
                End::Silence
            } else {
                End::Connection
            }
        };
        let asking = async {
            loop {
                let length = match self.from_client.fill_buf().await {
                    Ok([]) | Err(_) => return End::Client,
                    Ok(chunk) => {
                        spoken.by_client();
                        if stdin.write_all(chunk).await.is_err() {
                            return connection_ended();
                        }
                        chunk.len()
                    }
                };
                self.from_client.consume(length);
            }
        };
        let answering = async {
            let mut chunk = vec![0; CHUNK];
            loop {
                let length = match stdout.read(&mut chunk).await {
                    Ok(0) | Err(_) => return connection_ended(),
                    Ok(length) => length,
                };
                spoken.by_server();
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
}

async fn connect_again(opened: &Opened, id: Uuid, pod: &str, run: &Run) -> Option<AttachedProcess> {
    let until = Instant::now() + AGAIN_WITHIN;
    while Instant::now() < until {
        sleep(BETWEEN_TRIES).await;
        match opened.observe(id).await {
            Ok(observed) if Run::of(&observed) != *run => return None,
            Ok(_) => match connect(opened, pod).await {
                Ok(process) => return Some(process),
                Err(error) => {
                    tracing::debug!(server = %id, %error, "not attached again yet");
                }
            },
            Err(Error::Unavailable { cause, .. }) => {
                tracing::debug!(server = %id, cause, "the cluster is away");
            }
            Err(_) => return None,
        }
    }
    None
}
/// When whoever attached has let go. What they write meanwhile stays where it is.
async fn gone(client: &mut BufReader<ReadHalf<DuplexStream>>) {
    if let Ok([_, ..]) = client.fill_buf().await {
        std::future::pending::<()>().await;
    }
}
