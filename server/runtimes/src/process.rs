//! MCP servers as child processes, for machines without containers. Off unless allowed.
//!
//! With bubblewrap a server sees the system's programs read-only and its own directory, and nothing of any user; without
//! it, it has all rights of this program. Which of the two it is stands in the health. Servers end with this program.

mod ring;
mod run;
mod sandbox;
mod secrets;
mod streams;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use secrecy::ExposeSecret;
use tokio::sync::{Mutex as AsyncMutex, broadcast};
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::progress::ProgressSink;
use crate::runtime::{Capabilities, LogQuery, Runtime, Stdio};
use crate::spec::{ServerSpec, Transport};
use crate::status::{Found, Health, Isolation, State, Status};
use ring::Ring;
use run::Run;
use sandbox::{Room, Sandbox};

#[derive(Debug, Clone)]
pub struct Config {
    /// Whether an administrator wants processes to be started on this machine at all.
    pub allowed: bool,
    /// Each server has its home in a directory of its own below this one.
    pub directory: PathBuf,
    /// The value of `PATH` that servers get and are found in.
    pub search_path: OsString,
    pub tasks: TaskTracker,
    /// The time of day, for `started_at`.
    pub now: fn() -> DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct Process(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    sandbox: Sandbox,
    servers: Mutex<HashMap<Uuid, Server>>,
    /// Starting and stopping, one after the other.
    turn: AsyncMutex<()>,
    changes: broadcast::Sender<(Uuid, Status)>,
}

#[derive(Debug)]
struct Server {
    name: String,
    fingerprint: String,
    transport: Transport,
    run: Arc<Run>,
    previous: Option<Arc<Ring>>,
}

/// Watchers that are further behind than this see the present states instead of each change.
const CHANGES: usize = 256;

impl Process {
    pub fn new(config: Config) -> Self {
        Self(Arc::new(Shared {
            sandbox: Sandbox::new(config.search_path.clone()),
            config,
            servers: Mutex::default(),
            turn: AsyncMutex::default(),
            changes: broadcast::Sender::new(CHANGES),
        }))
    }
}

#[async_trait]
impl Runtime for Process {
    fn id(&self) -> &'static str {
        "process"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            title: "Processes on this machine",
            images: false,
            commands: true,
            stdio: true,
            http: true,
            secret_files: cfg!(target_os = "linux"),
            pull_secrets: false,
            service_accounts: false,
            limits: false,
            outlives_program: false,
        }
    }

    async fn health(&self) -> Health {
        if !self.0.config.allowed {
            return Health::Unavailable {
                cause: "servers as plain processes are switched off".to_owned(),
                fix: "Set ARCHESTRA_ORCHESTRATOR_ALLOW_PROCESSES=true and restart; containers keep servers apart better"
                    .to_owned(),
            };
        }
        let (isolation, detail) = match self.0.sandbox.bubblewrap().await {
            Some(_) => (
                Isolation::Sandbox,
                "child processes in bubblewrap: the system read-only, no home directories, the machine's network",
            ),
            None => (
                Isolation::Nothing,
                "child processes with all rights of this program (bubblewrap is not installed or may not be used)",
            ),
        };
        Health::Available {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            detail: detail.to_owned(),
            isolation,
            hold: None,
        }
    }

    async fn start(&self, spec: &ServerSpec, progress: &ProgressSink) -> Result<()> {
        spec.check()?;
        let _turn = self.0.turn.lock().await;
        let fingerprint = spec.fingerprint();
        let existing = self.0.read(spec.id, |server| {
            (server.fingerprint.clone(), Arc::clone(&server.run))
        });
        let existing = existing.ok();
        if let Some((known, run)) = &existing {
            if *known == fingerprint && run.now().state == State::Running {
                return Ok(());
            }
            run.stop().await;
        }
        progress.step("Starting the process");
        let previous = existing.map(|(_, run)| run);
        self.0.launch(spec, fingerprint, previous).await
    }

    async fn stop(&self, id: Uuid) -> Result<()> {
        let _turn = self.0.turn.lock().await;
        if let Ok(run) = self.0.read(id, |server| Arc::clone(&server.run)) {
            run.stop().await;
        }
        Ok(())
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.stop(id).await?;
        let _turn = self.0.turn.lock().await;
        let known = self.0.servers().remove(&id);
        let directory = self.0.config.directory.join(id.to_string());
        if directory.exists() {
            fs::remove_dir_all(&directory).map_err(because("remove", &directory))?;
        }
        if known.is_some() {
            let _ = self.0.changes.send((id, Status::default()));
        }
        Ok(())
    }

    async fn status(&self, id: Uuid) -> Result<Status> {
        Ok(self
            .0
            .read(id, |server| server.run.now())
            .unwrap_or_default())
    }

    fn watch(&self) -> BoxStream<'static, (Uuid, Status)> {
        let changes = BroadcastStream::new(self.0.changes.subscribe());
        let shared = Arc::clone(&self.0);
        let present = stream::iter(shared.statuses());
        let changes = changes.flat_map(move |change| {
            stream::iter(match change {
                Ok(change) => vec![change],
                Err(_) => shared.statuses(),
            })
        });
        present.chain(changes).boxed()
    }

    async fn logs(&self, id: Uuid, query: LogQuery) -> Result<BoxStream<'static, Result<Bytes>>> {
        let (present, previous) = self.0.read(id, |server| {
            (Arc::clone(&server.run.log), server.previous.clone())
        })?;
        let ring = if query.previous {
            previous
        } else {
            Some(present)
        };
        let Some(ring) = ring else {
            return Ok(stream::empty().boxed());
        };
        let (kept, next) = ring.last(query.lines.unwrap_or(usize::MAX));
        let kept = stream::iter(kept.into_iter().map(Ok));
        if !query.follow {
            return Ok(kept.boxed());
        }
        let following = stream::unfold((ring, next), async |(ring, next)| {
            let (line, next) = ring.line(next).await?;
            Some((Ok(line), (ring, next)))
        });
        Ok(kept.chain(following).boxed())
    }

    async fn attach(&self, id: Uuid) -> Result<Stdio> {
        let run = self.0.running(id)?;
        let streams = run.streams.as_ref().ok_or_else(|| Error::Unsupported {
            runtime: "a process",
            what: format!("attach to the server {id}: it speaks over HTTP"),
        })?;
        let (stdin, stdout) = streams;
        let stdin = Arc::clone(stdin).try_lock_owned();
        let stdout = Arc::clone(stdout).try_lock_owned();
        let (Ok(stdin), Ok(stdout)) = (stdin, stdout) else {
            return Err(Error::Refused {
                action: "attach to the process".to_owned(),
                cause: "somebody is attached already".to_owned(),
            });
        };
        Ok(Stdio {
            stdin: Box::new(streams::Held(stdin)),
            stdout: Box::new(streams::Held(stdout)),
            stderr: None,
        })
    }

    async fn endpoint(&self, id: Uuid) -> Result<Url> {
        self.0.running(id)?;
        let transport = self.0.read(id, |server| server.transport.clone())?;
        let Transport::Http { port, path } = transport else {
            return Err(Error::Unsupported {
                runtime: "a process",
                what: format!(
                    "be reached over HTTP: the server {id} speaks over its standard streams"
                ),
            });
        };
        Url::parse(&format!("http://127.0.0.1:{port}{path}")).map_err(|error| Error::InvalidSpec {
            cause: format!("its path {path} is none: {error}"),
        })
    }

    async fn list(&self) -> Result<Vec<Found>> {
        let servers = self.0.servers();
        let found = servers.iter().map(|(id, server)| Found {
            id: *id,
            name: server.name.clone(),
            fingerprint: server.fingerprint.clone(),
            status: server.run.now(),
        });
        Ok(found.collect())
    }
}

impl Shared {
    async fn launch(
        self: &Arc<Self>,
        spec: &ServerSpec,
        fingerprint: String,
        previous: Option<Arc<Run>>,
    ) -> Result<()> {
        let command = self.command(spec).await?;
        let (id, shared) = (spec.id, Arc::clone(self));
        let restarts = previous.as_ref().map_or(0, |run| run.now().restarts + 1);
        let run = Run::start(
            command,
            spec.transport == Transport::Stdio,
            ((self.config.now)(), restarts),
            &self.config.tasks,
            move |last| drop(shared.changes.send((id, last))),
        );
        let run = run.map_err(|source| Error::Io {
            action: format!("start {}", spec.command.as_deref().unwrap_or_default()),
            source,
        })?;
        let status = run.now();
        self.servers().insert(
            spec.id,
            Server {
                name: spec.name.clone(),
                fingerprint,
                transport: spec.transport.clone(),
                run: Arc::new(run),
                previous: previous.map(|run| Arc::clone(&run.log)),
            },
        );
        let _ = self.changes.send((spec.id, status));
        Ok(())
    }

    async fn command(&self, spec: &ServerSpec) -> Result<tokio::process::Command> {
        let unsupported = |what: &str| Error::Unsupported {
            runtime: "a process",
            what: what.to_owned(),
        };
        if !self.config.allowed {
            return Err(unsupported(
                "be started here: an administrator has to allow it",
            ));
        }
        let program = match (&spec.image, &spec.command) {
            (None, Some(command)) => command,
            (Some(_), _) => return Err(unsupported("run an image. Use Docker or Kubernetes")),
            (None, None) => return Err(unsupported("start without a command")),
        };
        let has_files = !spec.secret_files.is_empty();
        if has_files && self.sandbox.bubblewrap().await.is_none() {
            return Err(unsupported(
                "have secret files without bubblewrap. Install it",
            ));
        }
        let directory = self.config.directory.join(spec.id.to_string());
        let home = directory.join("home");
        fs::create_dir_all(&home).map_err(because("create", &home))?;
        let secrets = directory.join("secrets");
        if has_files {
            secrets::write(spec, &secrets).map_err(because("write", &secrets))?;
        }
        let room = Room {
            home: &home,
            secrets: has_files.then_some(&secrets),
        };
        let command = self.sandbox.command(program, room).await;
        let mut command = command.ok_or_else(|| Error::InvalidSpec {
            cause: format!("the command {program} was not found on this machine. Install it, or use a container"),
        })?;
        command.args(&spec.args).envs(&spec.env);
        for (key, value) in &spec.secret_env {
            command.env(key, value.expose_secret());
        }
        Ok(command)
    }

    fn running(&self, id: Uuid) -> Result<Arc<Run>> {
        let run = self.read(id, |server| Arc::clone(&server.run))?;
        let status = run.now();
        if status.state == State::Running {
            return Ok(run);
        }
        Err(Error::NotRunning {
            id,
            detail: status.detail.unwrap_or_default(),
        })
    }

    fn read<T>(&self, id: Uuid, read: impl FnOnce(&Server) -> T) -> Result<T> {
        self.servers()
            .get(&id)
            .map(read)
            .ok_or(Error::NotFound { id })
    }

    fn statuses(&self) -> Vec<(Uuid, Status)> {
        let servers = self.servers();
        let each = servers.iter();
        each.map(|(id, server)| (*id, server.run.now())).collect()
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<Uuid, Server>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn because(action: &str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let action = format!("{action} {}", path.display());
    move |source| Error::Io { action, source }
}
