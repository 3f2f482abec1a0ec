//! Finding the container engine and talking to it: Docker, rootless Docker, Docker Desktop or Podman's socket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::{API_DEFAULT_VERSION, Docker as Client};
use tokio::sync::Mutex;

use super::own::{self, Own};
use crate::error::{Error, Result};
use crate::status::Hold;

/// What a program learns from its environment about where the engine is.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The value of `DOCKER_HOST`. With it no other place is looked at.
    pub host: Option<String>,
    /// The value of `XDG_RUNTIME_DIR`, where rootless engines have their sockets.
    pub runtime_directory: Option<PathBuf>,
    /// The user's home, where Docker Desktop and its like have theirs.
    pub home: Option<PathBuf>,
}

/// An engine that has answered.
#[derive(Debug, Clone)]
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) address: String,
    /// `Docker 28.1 (Debian GNU/Linux 12)` and the like.
    pub(super) title: String,
    pub(super) version: String,
    pub(super) limits: Limits,
    /// Not on this machine: published ports cannot be reached at a loopback address.
    pub(super) remote_host: Option<String>,
    /// This program's own container, if this engine runs it: wherever the engine was reached, it is not remote then.
    pub(super) own: Option<Own>,
}

/// Which limits the engine can enforce. A rootless engine often has no say over some of them.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "the engine's own switches")]
pub(super) struct Limits {
    pub(super) memory: bool,
    pub(super) swap: bool,
    pub(super) processor: bool,
    pub(super) pids: bool,
}

impl Connected {
    /// Which engine it is, for people.
    pub(super) fn describe(&self) -> String {
        let limits = [
            ("memory", self.limits.memory),
            ("processor", self.limits.processor),
            ("process count", self.limits.pids),
        ];
        let absent: Vec<&str> = limits
            .iter()
            .filter_map(|(name, enforced)| (!enforced).then_some(*name))
            .collect();
        let reached = format!("{}, reached at {}", self.title, self.address);
        if absent.is_empty() {
            return reached;
        }
        format!("{reached}; it cannot limit: {}", absent.join(", "))
    }

    pub(super) fn hold(&self) -> Option<Hold> {
        self.own.as_ref()?;
        let is_socket = self.address.starts_with("unix:");
        Some(if is_socket {
            Hold::Socket
        } else {
            Hold::Network
        })
    }
}

#[derive(Debug)]
pub(super) struct Engine {
    place: Place,
    connected: Mutex<Option<Arc<Connected>>>,
}

/// A local engine answers in milliseconds. Nobody should wait longer to learn that there is none.
const PATIENCE: Duration = Duration::from_secs(5);
/// What it can do is a longer story, which a busy engine takes its time for. Asked once.
const LONG_PATIENCE: Duration = Duration::from_secs(20);
/// Seconds that the engine has to begin its answer: creating a container on a busy disk takes a while.
const REQUEST_SECONDS: u64 = 120;

impl Engine {
    pub(super) fn at(place: Place) -> Self {
        Self {
            place,
            connected: Mutex::default(),
        }
    }

    /// The engine in use, found on the first call and again after it was away.
    pub(super) async fn get(&self) -> Result<Arc<Connected>> {
        let mut connected = self.connected.lock().await;
        if let Some(known) = &*connected {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(self.find().await?);
        *connected = Some(Arc::clone(&found));
        Ok(found)
    }

    /// Asks whether it is still there, and looks for it anew when it is not.
    pub(super) async fn check(&self) -> Result<Arc<Connected>> {
        let known = self.get().await?;
        let answer = tokio::time::timeout(PATIENCE, known.client.ping()).await;
        if matches!(answer, Ok(Ok(_))) {
            return Ok(known);
        }
        self.forget().await;
        self.get().await
    }

    /// What a failed request means. An engine that does not answer is looked for anew at the next call.
    pub(super) async fn failed(&self, action: &str, error: EngineError) -> Error {
        if is_away(&error) {
            self.forget().await;
            return match self.get().await {
                Err(error) => error,
                Ok(_) => Error::Refused {
                    action: action.to_owned(),
                    cause: "the connection to the engine broke. Try again".to_owned(),
                },
            };
        }
        refused(action, error)
    }

    async fn forget(&self) {
        *self.connected.lock().await = None;
    }

    async fn find(&self) -> Result<Connected> {
        let candidates = self.candidates();
        let mut nearest: Option<(String, EngineError)> = None;
        for address in &candidates {
            match connect(address).await {
                Ok(connected) => return Ok(connected),
                // A socket that is there but does not answer says more than one that is not there.
                Err(error) if nearest.is_none() && !is_missing(&error) => {
                    nearest = Some((address.clone(), error));
                }
                Err(_) => {}
            }
        }
        Err(match nearest {
            Some((address, error)) => unusable(&address, &error),
            None => missing(&candidates),
        })
    }

    fn candidates(&self) -> Vec<String> {
        if let Some(host) = &self.place.host {
            return vec![host.clone()];
        }
        if cfg!(windows) {
            return vec![
                "npipe:////./pipe/docker_engine".to_owned(),
                "npipe:////./pipe/podman-machine-default".to_owned(),
            ];
        }
        let below = |directory: &Option<PathBuf>, path: &str| {
            let directory = directory.as_deref().filter(|it| it.is_absolute());
            directory.map(|directory| directory.join(path))
        };
        let (runtime, home) = (&self.place.runtime_directory, &self.place.home);
        let sockets = [
            Some(PathBuf::from("/var/run/docker.sock")),
            below(runtime, "docker.sock"),
            below(home, ".docker/run/docker.sock"),
            below(home, ".docker/desktop/docker.sock"),
            below(home, ".colima/default/docker.sock"),
            below(home, ".orbstack/run/docker.sock"),
            below(runtime, "podman/podman.sock"),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ];
        let sockets = sockets.into_iter().flatten();
        sockets
            .map(|socket| format!("unix://{}", socket.display()))
            .collect()
    }
}

async fn connect(address: &str) -> Result<Connected, EngineError> {
    let client = client(address)?;
    let late = |_| EngineError::RequestTimeoutError;
    let greeting = async {
        let client = client.negotiate_version().await?;
        let version = client.version().await?;
        Ok::<_, EngineError>((client, version))
    };
    let greeted = tokio::time::timeout(PATIENCE, greeting).await;
    let (client, version) = greeted.map_err(late)??;
    let info = tokio::time::timeout(LONG_PATIENCE, client.info()).await;
    let info = info.map_err(late)??;
    let own = tokio::time::timeout(PATIENCE, own::find(&client)).await;
    let components = version.components.unwrap_or_default();
    let podman = components.iter().any(|part| part.name.contains("Podman"));
    let product = if podman { "Podman" } else { "Docker" };
    let version = version.version.unwrap_or_default();
    let system = info.operating_system.unwrap_or_default();
    Ok(Connected {
        client,
        address: address.to_owned(),
        title: format!("{product} {version} on {system}"),
        version,
        limits: Limits {
            memory: info.memory_limit.unwrap_or(true),
            swap: info.swap_limit.unwrap_or(false),
            processor: info.cpu_cfs_quota.unwrap_or(true),
            pids: info.pids_limit.unwrap_or(true),
        },
        remote_host: remote_host(address),
        own: own.ok().flatten(),
    })
}

fn client(address: &str) -> Result<Client, EngineError> {
    let unsupported = || EngineError::UnsupportedURISchemeError {
        uri: address.to_owned(),
    };
    let (scheme, _) = address.split_once("://").ok_or_else(unsupported)?;
    match scheme {
        #[cfg(unix)]
        "unix" => Client::connect_with_unix(address, REQUEST_SECONDS, API_DEFAULT_VERSION),
        #[cfg(windows)]
        "npipe" => Client::connect_with_named_pipe(address, REQUEST_SECONDS, API_DEFAULT_VERSION),
        "tcp" | "http" => Client::connect_with_http(address, REQUEST_SECONDS, API_DEFAULT_VERSION),
        _ => Err(unsupported()),
    }
}

/// The host of an engine that is reached over TCP and is not on this machine.
fn remote_host(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]")
        || matches!(url.scheme(), "unix" | "npipe");
    (!is_here).then(|| host.to_owned())
}

fn is_missing(error: &EngineError) -> bool {
    matches!(error, EngineError::SocketNotFoundError(_))
}

/// The engine itself has not answered.
pub(super) fn is_away(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::SocketNotFoundError(_)
            | EngineError::HyperLegacyError { .. }
            | EngineError::HyperResponseError { .. }
            | EngineError::IOError { .. }
            | EngineError::RequestTimeoutError
    )
}

pub(super) fn refused(action: &str, error: EngineError) -> Error {
    let cause = match error {
        EngineError::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        EngineError::DockerStreamError { error } => error,
        other => other.to_string(),
    };
    Error::Refused {
        action: action.to_owned(),
        cause,
    }
}

fn unusable(address: &str, error: &EngineError) -> Error {
    let text = chain(error);
    let (cause, fix) = if text.contains("ermission denied") {
        (
            format!("this user may not use the container engine at {address}"),
            "Add the user to the group \"docker\" (sudo usermod -aG docker $USER) and sign in again, or use a rootless \
             engine"
                .to_owned(),
        )
    } else if matches!(error, EngineError::UnsupportedURISchemeError { .. }) {
        (
            format!("the address {address} of the container engine cannot be used"),
            "DOCKER_HOST takes unix:///path/docker.sock, tcp://host:port or, on Windows, npipe:////./pipe/name"
                .to_owned(),
        )
    } else {
        (
            format!("the container engine at {address} does not answer ({text})"),
            "Start it: Docker Desktop from its icon, on Linux with \"sudo systemctl start docker\""
                .to_owned(),
        )
    };
    Error::Unavailable { cause, fix }
}

fn missing(candidates: &[String]) -> Error {
    let looked = candidates.join(", ");
    Error::Unavailable {
        cause: format!("no container engine was found on this machine (looked at {looked})"),
        fix: "Install Docker (https://docs.docker.com/get-docker/) or Podman and start it; it is found by itself then. \
              If it listens elsewhere, set DOCKER_HOST"
            .to_owned(),
    }
}

/// The innermost cause names the system's own error; the outer ones only say "client error".
fn chain(error: &EngineError) -> String {
    let mut innermost: &dyn std::error::Error = match error {
        EngineError::RequestTimeoutError => return format!("no answer within {PATIENCE:?}"),
        EngineError::HyperLegacyError { err } => err,
        other => other,
    };
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
