//! What a server writes, without the protocol it speaks.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{AsyncBufReadExt, StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::LogParams;
use uuid::Uuid;

use super::cluster::Opened;
use super::fault;
use super::names;
use super::observed::Observed;
use crate::error::{Error, Result};
use crate::runtime::LogQuery;

pub(super) async fn read(
    opened: &Opened,
    id: Uuid,
    query: LogQuery,
) -> Result<BoxStream<'static, Result<Bytes>>> {
    const ACTION: &str = "read the server's logs";
    let observed = opened.observe(id).await?;
    let Some(deployment) = &observed.deployment else {
        return Err(Error::NotFound { id });
    };
    let is_stdio = names::annotation(deployment, names::HTTP_PATH).is_none();
    let Some(pod) = newest(&observed) else {
        return Err(no_logs(id, &observed));
    };
    let tail = query.lines.and_then(|lines| i64::try_from(lines).ok());
    let wanted = LogParams {
        container: Some(names::CONTAINER.to_owned()),
        follow: query.follow,
        previous: query.previous,
        tail_lines: tail,
        ..LogParams::default()
    };
    let pods = opened.api::<Pod>();
    let lines = match pods.log_stream(&pod.name_any(), &wanted).await {
        Ok(stream) => stream.lines(),
        // "… is waiting to start", "previous terminated container … not found": there is nothing to show.
        Err(kube::Error::Api(status)) if status.code == 400 => {
            return Err(if query.previous {
                let detail = "it has had no run before this one".to_owned();
                Error::NotRunning { id, detail }
            } else {
                no_logs(id, &observed)
            });
        }
        Err(error) => return Err(fault::refused(ACTION, &error)),
    };
    let chunks = lines
        .map_err(|source| Error::Io {
            action: ACTION.to_owned(),
            source,
        })
        .try_filter(move |line| {
            let is_noise = is_lost(line) || is_stdio && is_protocol(line);
            std::future::ready(!is_noise)
        })
        .map_ok(|line| Bytes::from(line + "\n"));
    Ok(chunks.boxed())
}

/// Also of a server that was stopped a moment ago.
fn newest(observed: &Observed) -> Option<&Pod> {
    let newest = || {
        let pods = observed.pods.iter();
        pods.max_by_key(|pod| pod.metadata.creation_timestamp.as_ref().map(|time| time.0))
    };
    observed.current_pod().or_else(newest)
}

fn no_logs(id: Uuid, observed: &Observed) -> Error {
    let detail = observed.status().detail;
    Error::NotRunning {
        id,
        detail: detail.unwrap_or_else(|| "It has written nothing yet.".to_owned()),
    }
}

/// Kubernetes keeps both outputs of a container in one log. The standard output of a stdio server is its side of the
/// conversation and belongs elsewhere: whole lines of JSON-RPC.
fn is_protocol(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('{') && line.ends_with('}') && line.contains("\"jsonrpc\"")
}

/// What the node gives for a log that it has thrown away in the meantime.
fn is_lost(line: &str) -> bool {
    line.starts_with("failed to try resolving symlinks in path \"/var/log/pods/")
}

#[cfg(test)]
mod tests;
