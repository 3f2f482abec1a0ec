//! What a server writes, without the protocol it speaks.

use std::future::ready;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{AsyncBufRead, AsyncBufReadExt, StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::LogParams;
use memchr::memmem;
use uuid::Uuid;

use super::cluster::Opened;
use super::fault;
use super::names;
use super::observed::Observed;
use crate::error::{Error, Result};
use crate::runtime::LogQuery;

/// Longer than any line that a person reads.
const LONGEST_LINE: usize = 64 * 1024;

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
    let log = match pods.log_stream(&pod.name_any(), &wanted).await {
        Ok(log) => Box::pin(log),
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
    let lines = stream::try_unfold(log, async |mut log| {
        let next = line(&mut log).await;
        let next = next.map_err(|source| Error::Io {
            action: ACTION.to_owned(),
            source,
        });
        next.map(|line| line.map(|line| (line, log)))
    });
    let chunks = lines.try_filter_map(move |line| {
        let is_noise = is_lost(&line) || is_stdio && is_protocol(&line);
        ready(Ok((!is_noise).then(|| Bytes::from(line))))
    });
    Ok(chunks.boxed())
}

/// The next line with its end, as bytes: nobody promises that a server writes text. Of a very long one only the
/// beginning.
async fn line(log: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let chunk = log.fill_buf().await?;
        if chunk.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(chunk.len(), |end| end + 1);
        let room = LONGEST_LINE.saturating_sub(line.len());
        line.extend_from_slice(&chunk[..taken.min(room)]);
        log.consume_unpin(taken);
        if end.is_some() {
            if line.len() == LONGEST_LINE {
                line.push(b'\n');
            }
            return Ok(Some(line));
        }
    }
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
fn is_protocol(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_cut = line.len() >= LONGEST_LINE;
    let is_message = line.ends_with(b"}") && memmem::find(line, b"\"jsonrpc\"").is_some();
    line.starts_with(b"{") && (is_message || is_cut)
}

/// What the node gives for a log that it has thrown away in the meantime.
fn is_lost(line: &[u8]) -> bool {
    line.starts_with(b"failed to try resolving symlinks in path \"/var/log/pods/")
}

#[cfg(test)]
mod tests;
