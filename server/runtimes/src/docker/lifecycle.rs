//! Starting, stopping and removing, each server's calls one after the other.

use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, RemoveContainerOptionsBuilder,
    StartContainerOptions, StopContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;
use uuid::Uuid;

use super::container::{self, GRACE_SECONDS, Surroundings};
use super::engine::{Connected, refused};
use super::{Shared, address, image, names, ready, secret_files, streams};
use crate::error::{Error, Result};
use crate::progress::ProgressSink;
use crate::spec::{ServerSpec, Transport};

/// A server that ends within this time of its start has not started: a wrong command, a missing file.
const SETTLING: Duration = Duration::from_millis(500);
/// For an HTTP server to answer for the first time. `npx` and `uvx` download the server before they run it.
const FIRST_ANSWER: Duration = Duration::from_mins(2);

pub(super) async fn start(
    shared: &Shared,
    spec: &ServerSpec,
    progress: &ProgressSink,
) -> Result<()> {
    spec.check()?;
    let _turn = shared.known.turn(spec.id).await;
    let engine = shared.engine.get().await?;
    let fingerprint = spec.fingerprint();
    let existing = shared.containers_of(spec.id).await?;
    let (same, others): (Vec<_>, Vec<_>) = existing
        .into_iter()
        .partition(|container| label(container, names::FINGERPRINT) == Some(&fingerprint));
    for other in others {
        replace(shared, &engine, spec.id, &other).await?;
    }
    let started = match same.first() {
        Some(container) if is(container, ContainerSummaryStateEnum::RUNNING) => return Ok(()),
        Some(container) => Some(again(shared, &engine, spec, container).await?),
        None => None,
    };
    let container = match started.flatten() {
        Some(container) => container,
        None => create(shared, &engine, spec, progress).await?,
    };
    shared.known.note(spec.id, |server| server.stopped = false);
    settle(shared, &engine, spec, &container, progress).await
}

pub(super) async fn stop(shared: &Shared, id: Uuid) -> Result<()> {
    let _turn = shared.known.turn(id).await;
    let engine = shared.engine.get().await?;
    shared.known.note(id, |server| server.stopped = true);
    for container in shared.containers_of(id).await? {
        let options = StopContainerOptionsBuilder::default()
            .t(GRACE_SECONDS)
            .build();
        let stopped = engine.client.stop_container(of(&container), Some(options));
        let stopped = unless_gone(stopped.await);
        shared.answer("stop the container", stopped).await?;
    }
    Ok(())
}

pub(super) async fn remove(shared: &Shared, id: Uuid) -> Result<()> {
    let turn = shared.known.turn(id).await;
    let engine = shared.engine.get().await?;
    for container in shared.containers_of(id).await? {
        discard(shared, &engine, of(&container)).await?;
    }
    drop(turn);
    shared.known.forget(id);
    Ok(())
}

/// Starts the container of an earlier run again. Nothing when it cannot be started any more: then a new one is made.
async fn again(
    shared: &Shared,
    engine: &Connected,
    spec: &ServerSpec,
    container: &ContainerSummary,
) -> Result<Option<String>> {
    let name = of(container).to_owned();
    let started = if is(container, ContainerSummaryStateEnum::PAUSED) {
        engine.client.unpause_container(&name).await
    } else {
        let options = None::<StartContainerOptions>;
        engine.client.start_container(&name, options).await
    };
    if let Err(error) = started {
        if !matches!(error, EngineError::DockerResponseServerError { .. }) {
            return Err(shared.engine.failed("start the container", error).await);
        }
        tracing::info!(server = %spec.id, %error, "the container does not start again, so it is replaced");
        replace(shared, engine, spec.id, container).await?;
        return Ok(None);
    }
    shared.known.note(spec.id, |server| server.restarts += 1);
    Ok(Some(name))
}

async fn create(
    shared: &Shared,
    engine: &Connected,
    spec: &ServerSpec,
    progress: &ProgressSink,
) -> Result<String> {
    let client = &engine.client;
    let pull_secrets = &spec.pull_secrets;
    let image = match &spec.image {
        Some(image) => {
            let ensured = image::ensure(client, image, pull_secrets, progress).await;
            ensured.map_err(|error| image::unavailable(image, &error))?;
            image.clone()
        }
        None => image::ensure_base(client, &shared.base_image, pull_secrets, progress).await?,
    };
    progress.step("Creating the container");
    let around = Surroundings {
        image: &image,
        instance: &shared.instance,
        limits: engine.limits,
    };
    let body = container::body(spec, around)?;
    let mut created = Err(EngineError::RequestTimeoutError);
    for name in [names::container(spec), names::container_with_id(spec)] {
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        created = client.create_container(Some(options), body.clone()).await;
        if !is_conflict(created.as_ref().err()) {
            break;
        }
    }
    let container = shared.answer("create the container", created).await?.id;
    let ran = fill_and_run(engine, spec, &image, &container).await;
    if let Err(error) = ran {
        discard(shared, engine, &container).await?;
        return Err(not_started(shared, spec, error).await);
    }
    Ok(container)
}

async fn fill_and_run(
    engine: &Connected,
    spec: &ServerSpec,
    image: &str,
    container: &str,
) -> Result<(), EngineError> {
    let client = &engine.client;
    let image = client.inspect_image(image).await?;
    let user = image.config.and_then(|config| config.user);
    let user = user.unwrap_or_default();
    secret_files::put(client, container, &user, &spec.secret_files).await?;
    let options = None::<StartContainerOptions>;
    client.start_container(container, options).await
}

/// The usual reason is a command that the image does not have; the engine says it in a long line of its own parts.
async fn not_started(shared: &Shared, spec: &ServerSpec, error: EngineError) -> Error {
    let EngineError::DockerResponseServerError { message, .. } = &error else {
        return shared.engine.failed("start the container", error).await;
    };
    let command = spec.command.as_deref().unwrap_or("of its entry point");
    for (sign, what) in [
        ("executable file not found", "was not found in the image"),
        ("no such file or directory", "was not found in the image"),
        ("permission denied", "may not be executed"),
    ] {
        if message.contains("exec") && message.contains(sign) {
            return Error::InvalidSpec {
                cause: format!("the command {command} {what} ({})", message.trim()),
            };
        }
    }
    refused("start the container", error)
}

/// Waits until it is clear that it stays: a short while for a stdio server, the first answer for an HTTP server.
async fn settle(
    shared: &Shared,
    engine: &Connected,
    spec: &ServerSpec,
    container: &str,
    progress: &ProgressSink,
) -> Result<()> {
    let options = WaitContainerOptionsBuilder::default()
        .condition("not-running")
        .build();
    let mut ending = Box::pin(engine.client.wait_container(container, Some(options)));
    let ended = match &spec.transport {
        Transport::Stdio => tokio::time::timeout(SETTLING, ending.next()).await.is_ok(),
        Transport::Http { port, .. } => {
            progress.step("Waiting for its first answer");
            let options = None::<InspectContainerOptions>;
            let inspected = engine.client.inspect_container(container, options).await;
            let inspected = shared.answer("look at the container", inspected).await?;
            let ended = match address::endpoint(shared, engine, spec.id, &inspected).await {
                Ok(endpoint) => {
                    let first = async {
                        tokio::select! {
                            _ = ending.next() => true,
                            () = ready::answers(&endpoint) => false,
                        }
                    };
                    tokio::time::timeout(FIRST_ANSWER, first).await
                }
                Err(Error::NotRunning { .. }) => Ok(true),
                Err(error) => return Err(error),
            };
            ended.map_err(|_| Error::Refused {
                action: format!("reach it on port {port}"),
                cause: format!(
                    "it runs, but nothing has answered there for {} s. Check the port in its configuration, and that \
                     the server listens on 0.0.0.0 and not on 127.0.0.1 inside of its container",
                    FIRST_ANSWER.as_secs()
                ),
            })?
        }
    };
    if !ended {
        return Ok(());
    }
    let status = shared.status(spec.id).await?;
    Err(Error::Ended {
        detail: status
            .detail
            .unwrap_or_else(|| "It ended right after its start.".to_owned()),
        exit_code: status.exit_code,
    })
}

/// Keeps the last lines of a container that has to go, then removes it.
async fn replace(
    shared: &Shared,
    engine: &Connected,
    id: Uuid,
    container: &ContainerSummary,
) -> Result<()> {
    let lines = streams::last_lines(engine, of(container)).await;
    shared.known.note(id, |server| {
        server.restarts += 1;
        server.replaced_logs = Some(lines);
    });
    discard(shared, engine, of(container)).await
}

/// With its anonymous volumes.
async fn discard(shared: &Shared, engine: &Connected, container: &str) -> Result<()> {
    let options = RemoveContainerOptionsBuilder::default()
        .force(true)
        .v(true)
        .build();
    let removed = engine.client.remove_container(container, Some(options));
    let removed = unless_gone(removed.await);
    shared.answer("remove the container", removed).await
}

/// What is gone, or on its way, needs no second call.
fn unless_gone(answer: Result<(), EngineError>) -> Result<(), EngineError> {
    match answer {
        Err(EngineError::DockerResponseServerError {
            status_code: 304 | 404,
            ..
        }) => Ok(()),
        Err(EngineError::DockerResponseServerError {
            status_code: 409,
            message,
        }) if message.contains("already in progress") => Ok(()),
        answer => answer,
    }
}

fn is_conflict(error: Option<&EngineError>) -> bool {
    matches!(
        error,
        Some(EngineError::DockerResponseServerError {
            status_code: 409,
            ..
        })
    )
}

fn of(container: &ContainerSummary) -> &str {
    container.id.as_deref().unwrap_or_default()
}

fn label<'a>(container: &'a ContainerSummary, key: &str) -> Option<&'a String> {
    container.labels.as_ref()?.get(key)
}

fn is(container: &ContainerSummary, state: ContainerSummaryStateEnum) -> bool {
    container.state == Some(state)
}
