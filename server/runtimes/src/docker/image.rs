//! Having an image: it is there, or it is pulled, or (the base image) it is built.

use std::collections::HashMap;
use std::fmt::Write as _;

use bollard::auth::DockerCredentials;
use bollard::errors::Error as EngineError;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder};
use bollard::{Docker as Client, body_full};
use futures_util::{Stream, StreamExt, TryStreamExt};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::progress::{Progress, ProgressSink};
use crate::spec::PullSecret;

/// Built where the base image cannot be pulled. Node and uv, for commands such as `npx` and `uvx`.
const BASE_DOCKERFILE: &str = include_str!("../../../../packaging/mcp-server-base/Dockerfile");

/// Pulls the image unless it is there. An image that is there is never asked for at its registry: what was built here
/// has none, and what runs today runs tomorrow.
pub(super) async fn ensure(
    client: &Client,
    image: &str,
    secrets: &[PullSecret],
    progress: &ProgressSink,
) -> Result<(), EngineError> {
    if exists(client, image).await? {
        return Ok(());
    }
    progress.step(format!("Downloading {image}"));
    let options = CreateImageOptionsBuilder::default()
        .from_image(&with_tag(image))
        .build();
    let pulling = client.create_image(Some(options), None, credentials(image, secrets));
    follow_pull(pulling, image, progress).await
}

/// The base image under the name by which it is to be had: its own, or that of the equivalent built here.
pub(super) async fn ensure_base(
    client: &Client,
    base: &str,
    secrets: &[PullSecret],
    progress: &ProgressSink,
) -> Result<String> {
    let built = built_name();
    for name in [base, built.as_str()] {
        if exists(client, name).await.unwrap_or(false) {
            return Ok(name.to_owned());
        }
    }
    let Err(not_pulled) = ensure(client, base, secrets, progress).await else {
        return Ok(base.to_owned());
    };
    tracing::info!(image = base, error = %not_pulled, "the base image cannot be pulled, so it is built");
    let built_it = build(client, &built, progress).await;
    built_it.map_err(|error| Error::ImageUnavailable {
        image: base.to_owned(),
        cause: format!(
            "it could not be downloaded ({}) and an equivalent could not be built ({}). Check this machine's way to \
             the internet, or name an image of your own for the server",
            text(&not_pulled),
            text(&error)
        ),
    })?;
    Ok(built)
}

/// Why an image is not to be had, for people.
pub(super) fn unavailable(image: &str, error: &EngineError) -> Error {
    let cause = text(error);
    let advice = if cause.contains("denied") || cause.contains("unauthorized") {
        "Check its name; a private image needs a pull secret for its registry"
    } else if cause.contains("not found") || cause.contains("manifest unknown") {
        "Check its name and tag"
    } else if image.contains('/') {
        "Check this machine's way to the registry"
    } else {
        "An image that was built here has to be on this engine under exactly this name"
    };
    Error::ImageUnavailable {
        image: image.to_owned(),
        cause: format!("{cause}. {advice}"),
    }
}

/// Named after its contents, so that a newer version of this program builds a newer one.
fn built_name() -> String {
    let mut name = "archestra-local/mcp-server-base:".to_owned();
    for byte in &Sha256::digest(BASE_DOCKERFILE.as_bytes())[..6] {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

async fn exists(client: &Client, image: &str) -> Result<bool, EngineError> {
    match client.inspect_image(image).await {
        Ok(_) => Ok(true),
        Err(EngineError::DockerResponseServerError {
            status_code: 404, ..
        }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn follow_pull(
    reports: impl Stream<Item = Result<CreateImageInfo, EngineError>>,
    image: &str,
    progress: &ProgressSink,
) -> Result<(), EngineError> {
    let mut layers = Layers::default();
    let mut reports = std::pin::pin!(reports);
    while let Some(report) = reports.try_next().await? {
        if let Some(problem) = report.error_detail.and_then(|detail| detail.message) {
            return Err(EngineError::DockerStreamError { error: problem });
        }
        let (Some(layer), Some(status)) = (report.id, report.status) else {
            continue;
        };
        let detail = report.progress_detail.unwrap_or_default();
        layers.note(layer, &status, detail.current, detail.total);
        progress.report(layers.progress(format!("Downloading {image}")));
    }
    Ok(())
}

/// Bytes of an image's layers. The engine tells of each on its own.
#[derive(Debug, Default)]
struct Layers(HashMap<String, (u64, u64)>);

impl Layers {
    fn note(&mut self, layer: String, status: &str, current: Option<i64>, total: Option<i64>) {
        let unsigned = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let bytes = self.0.entry(layer).or_default();
        match status {
            "Downloading" => {
                bytes.0 = unsigned(current).unwrap_or(bytes.0);
                bytes.1 = unsigned(total).unwrap_or(bytes.1);
            }
            "Download complete" | "Pull complete" => bytes.0 = bytes.1,
            _ => {}
        }
    }

    fn progress(&self, step: String) -> Progress {
        let total: u64 = self.0.values().map(|(_, total)| total).sum();
        Progress {
            step,
            done_bytes: self.0.values().map(|(done, _)| done).sum(),
            total_bytes: (total > 0).then_some(total),
        }
    }
}

async fn build(client: &Client, name: &str, progress: &ProgressSink) -> Result<(), EngineError> {
    progress.step("Building the base image (Node and uv)");
    let mut context = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(BASE_DOCKERFILE.len() as u64);
    header.set_mode(0o644);
    context.append_data(&mut header, "Dockerfile", BASE_DOCKERFILE.as_bytes())?;
    let context = context.into_inner()?;
    let options = BuildImageOptionsBuilder::default()
        .t(name)
        .rm(true)
        .forcerm(true)
        .build();
    let mut reports = client.build_image(options, None, Some(body_full(context.into())));
    let mut said = String::new();
    while let Some(report) = reports.next().await {
        let report = report.map_err(|error| with_last_words(&text(&error), &said))?;
        if let Some(problem) = report.error_detail.and_then(|detail| detail.message) {
            return Err(with_last_words(&problem, &said));
        }
        let Some(line) = report.stream.filter(|line| !line.trim().is_empty()) else {
            continue;
        };
        // "Step 3/7 : RUN …"; what the commands print in between matters only when one of them fails.
        if line.starts_with("Step ") {
            progress.step(format!("Building the base image: {}", line.trim()));
        }
        said = line;
    }
    Ok(())
}

fn with_last_words(problem: &str, said: &str) -> EngineError {
    EngineError::DockerStreamError {
        error: format!("{problem}; it said last: {}", said.trim()),
    }
}

/// Of the registry that the image comes from.
fn credentials(image: &str, secrets: &[PullSecret]) -> Option<DockerCredentials> {
    let registry = registry(image);
    let secret = secrets
        .iter()
        .find(|secret| host(&secret.registry) == registry)?;
    Some(DockerCredentials {
        username: Some(secret.username.clone()),
        password: Some(secret.password.expose_secret().to_owned()),
        serveraddress: Some(secret.registry.clone()),
        ..DockerCredentials::default()
    })
}

const DOCKER_HUB: &str = "docker.io";

/// The first part of a name is a registry if it looks like a host: docs.docker.com/reference/cli/docker/image/tag.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => host(first),
        _ => DOCKER_HUB,
    }
}

fn host(registry: &str) -> &str {
    let host = registry
        .split_once("://")
        .map_or(registry, |(_, rest)| rest);
    match host.split('/').next().unwrap_or(host) {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        host => host,
    }
}

/// Without a tag the engine would pull all tags there are.
fn with_tag(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains([':', '@']) {
        image.to_owned()
    } else {
        format!("{image}:latest")
    }
}

fn text(error: &EngineError) -> String {
    match error {
        EngineError::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        EngineError::DockerStreamError { error } => error.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
