//! MCP servers in containers of a local engine: Docker, rootless Docker, Docker Desktop, or Podman by its compatible API.
//!
//! The engine keeps the containers and their logs; this program can be restarted without stopping any of them, and finds
//! them again by their labels.

mod address;
mod container;
mod ending;
pub mod engine;
mod image;
mod known;
mod lifecycle;
mod names;
mod own;
mod ready;
mod secret_files;
mod state;
mod streams;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bollard::errors::Error as EngineError;
use bollard::models::{ContainerInspectResponse, ContainerSummary};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptionsBuilder};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::progress::ProgressSink;
use crate::runtime::{Capabilities, LogQuery, Runtime, Stdio};
use crate::spec::{ServerSpec, Transport};
use crate::status::{Found, Health, Isolation, Status};
use engine::{Connected, Engine, Place};
use known::Known;

#[derive(Debug, Clone)]
pub struct Config {
    pub place: Place,
    /// For servers that are a command and not an image. Built here if it cannot be pulled.
    pub base_image: String,
    /// Tells installations apart that share an engine: each sees the containers of its own.
    pub instance: String,
}

#[derive(Debug, Clone)]
pub struct Docker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    engine: Engine,
    base_image: String,
    instance: String,
    known: Known,
    /// Held while the network of HTTP servers is looked for and made.
    network: Mutex<()>,
}

impl Docker {
    /// Contacts nothing yet.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(Shared {
            engine: Engine::at(config.place),
            base_image: config.base_image,
            instance: config.instance,
            known: Known::default(),
            network: Mutex::default(),
        }))
    }
}

#[async_trait]
impl Runtime for Docker {
    fn id(&self) -> &'static str {
        "docker"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            title: "Docker",
            images: true,
            commands: true,
            stdio: true,
            http: true,
            secret_files: true,
            pull_secrets: true,
            service_accounts: false,
            limits: true,
            outlives_program: true,
        }
    }

    async fn health(&self) -> Health {
        match self.0.engine.check().await {
            Ok(engine) => Health::Available {
                version: engine.version.clone(),
                detail: engine.describe(),
                isolation: Isolation::Container,
                hold: engine.hold(),
            },
            Err(Error::Unavailable { cause, fix }) => Health::Unavailable { cause, fix },
            Err(other) => Health::Unavailable {
                cause: other.to_string(),
                fix: "Look into the engine's own log".to_owned(),
            },
        }
    }

    async fn start(&self, spec: &ServerSpec, progress: &ProgressSink) -> Result<()> {
        lifecycle::start(&self.0, spec, progress).await
    }

    async fn stop(&self, id: Uuid) -> Result<()> {
        lifecycle::stop(&self.0, id).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        lifecycle::remove(&self.0, id).await
    }

    async fn status(&self, id: Uuid) -> Result<Status> {
        self.0.status(id).await
    }

    fn watch(&self) -> BoxStream<'static, (Uuid, Status)> {
        watch::watch(Arc::clone(&self.0))
    }

    async fn logs(&self, id: Uuid, query: LogQuery) -> Result<BoxStream<'static, Result<Bytes>>> {
        streams::logs(&self.0, id, query).await
    }

    async fn attach(&self, id: Uuid) -> Result<Stdio> {
        streams::attach(&self.0, id).await
    }

    async fn endpoint(&self, id: Uuid) -> Result<Url> {
        let (engine, container) = self.0.running(id).await?;
        address::endpoint(&self.0, &engine, id, &container).await
    }

    async fn list(&self) -> Result<Vec<Found>> {
        let instance = format!("{}={}", names::INSTANCE, self.0.instance);
        let mut found = Vec::new();
        for container in self.0.containers(instance).await? {
            let labels = container.labels.unwrap_or_default();
            let Some(id) = names::id_of(&labels) else {
                continue;
            };
            let label = |key| labels.get(key).cloned().unwrap_or_default();
            found.push(Found {
                id,
                name: label(names::NAME),
                fingerprint: label(names::FINGERPRINT),
                status: self.0.status(id).await?,
            });
        }
        found.dedup_by_key(|found| found.id);
        Ok(found)
    }
}

impl Shared {
    /// Ours that carry the label too, the newest first (the engine's order).
    async fn containers(&self, label: String) -> Result<Vec<ContainerSummary>> {
        let engine = self.engine.get().await?;
        let app = format!("{}={}", names::APP, names::APP_VALUE);
        let filters = HashMap::from([("label", vec![app, label])]);
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&filters)
            .build();
        let listed = engine.client.list_containers(Some(options)).await;
        self.answer("list the containers", listed).await
    }

    async fn containers_of(&self, id: Uuid) -> Result<Vec<ContainerSummary>> {
        self.containers(format!("{}={id}", names::ID)).await
    }

    /// All the engine knows of the newest container of this server.
    async fn container(
        &self,
        id: Uuid,
    ) -> Result<Option<(Arc<Connected>, ContainerInspectResponse)>> {
        let engine = self.engine.get().await?;
        let newest = self.containers_of(id).await?.into_iter().next();
        let Some(container) = newest.and_then(|container| container.id) else {
            return Ok(None);
        };
        let options = None::<InspectContainerOptions>;
        match engine.client.inspect_container(&container, options).await {
            // Removed in between.
            Err(EngineError::DockerResponseServerError {
                status_code: 404, ..
            }) => Ok(None),
            inspected => {
                let inspected = self.answer("look at the container", inspected).await?;
                Ok(Some((engine, inspected)))
            }
        }
    }

    async fn running(&self, id: Uuid) -> Result<(Arc<Connected>, ContainerInspectResponse)> {
        let found = self.container(id).await?;
        let (engine, container) = found.ok_or(Error::NotFound { id })?;
        if state::is_running(&container) {
            return Ok((engine, container));
        }
        let detail = self.status_of(id, &container).detail;
        Err(Error::NotRunning {
            id,
            detail: detail.unwrap_or_else(|| "it has not been started".to_owned()),
        })
    }

    async fn status(&self, id: Uuid) -> Result<Status> {
        let found = self.container(id).await?;
        Ok(found.map_or_else(Status::default, |(_, container)| {
            self.status_of(id, &container)
        }))
    }

    fn status_of(&self, id: Uuid, container: &ContainerInspectResponse) -> Status {
        let (restarts, stopped) = self.known.read(id, |it| (it.restarts, it.stopped));
        state::status(container, restarts, stopped)
    }

    async fn answer<T>(&self, action: &str, answer: Result<T, EngineError>) -> Result<T> {
        match answer {
            Ok(value) => Ok(value),
            Err(error) => Err(self.engine.failed(action, error).await),
        }
    }
}

fn transport(container: &ContainerInspectResponse) -> Option<Transport> {
    let labels = container.config.as_ref()?.labels.as_ref()?;
    names::transport_of(labels)
}
