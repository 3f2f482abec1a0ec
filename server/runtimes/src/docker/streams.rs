//! What goes in and out of a container: its standard streams and its logs.

use std::collections::VecDeque;
use std::io;

use bollard::container::LogOutput;
use bollard::query_parameters::{AttachContainerOptionsBuilder, LogsOptionsBuilder};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures_util::future;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use tokio_util::io::StreamReader;
use uuid::Uuid;

use super::engine::{Connected, refused};
use super::{Shared, state, transport};
use crate::error::{Error, Result};
use crate::runtime::{LogQuery, Stdio};
use crate::spec::Transport;

/// Kept of a container that is replaced by another: what tells why it had to go.
const LAST_LINES: usize = 50;
/// A line may be a whole document; that much of each is enough to see what it is.
const LAST_BYTES: usize = 64 * 1024;

/// Nothing is read ahead: a server whose output nobody reads is held up by the engine, as by a full pipe.
pub(super) async fn attach(shared: &Shared, id: Uuid) -> Result<Stdio> {
    let (engine, container) = shared.running(id).await?;
    if transport(&container) != Some(Transport::Stdio) {
        return Err(Error::Unsupported {
            runtime: "Docker",
            what: format!("attach to the server {id}: it speaks over HTTP"),
        });
    }
    let options = AttachContainerOptionsBuilder::default()
        .stream(true)
        .stdin(true)
        .stdout(true)
        .stderr(false)
        .logs(false)
        .build();
    let name = container.id.as_deref().unwrap_or_default();
    let attached = engine.client.attach_container(name, Some(options)).await;
    let attached = shared.answer("attach to the container", attached).await?;
    let stdout = attached.output.try_filter_map(|output| {
        future::ok(match output {
            LogOutput::StdOut { message } | LogOutput::Console { message } => Some(message),
            LogOutput::StdErr { .. } | LogOutput::StdIn { .. } => None,
        })
    });
    let stdout = stdout.map_err(io::Error::other);
    Ok(Stdio {
        stdin: Box::new(attached.input),
        stdout: Box::new(StreamReader::new(Box::pin(stdout))),
        stderr: None,
    })
}

pub(super) async fn logs(
    shared: &Shared,
    id: Uuid,
    query: LogQuery,
) -> Result<BoxStream<'static, Result<Bytes>>> {
    let (replaced, restarts) = shared
        .known
        .read(id, |server| (server.replaced_logs.clone(), server.restarts));
    let found = shared.container(id).await?;
    let (engine, container) = found.ok_or(Error::NotFound { id })?;
    let state = container.state.as_ref();
    let began = state.and_then(|state| state::run_began(state, restarts));
    let name = container.id.clone().unwrap_or_default();
    let both = transport(&container) != Some(Transport::Stdio);
    let lines = lines(&engine, &name, both, query);
    let lines = lines.try_filter_map(move |(at, line)| {
        let of_this_run = at.is_none() || at >= began;
        let wanted = of_this_run != query.previous;
        future::ok(wanted.then_some(line))
    });
    if !query.previous {
        return Ok(lines.boxed());
    }
    let earlier = last(lines, query.lines.unwrap_or(usize::MAX)).await?;
    let earlier = if earlier.is_empty() {
        replaced.into_iter().collect()
    } else {
        earlier
    };
    Ok(stream::iter(earlier.into_iter().map(Ok)).boxed())
}

/// Of a container that is about to go. Without an answer there are none: this must not keep it from going.
pub(super) async fn last_lines(engine: &Connected, container: &str) -> Bytes {
    let query = LogQuery {
        lines: Some(LAST_LINES),
        follow: false,
        previous: false,
    };
    let lines = lines(engine, container, false, query).map_ok(|(_, line)| line);
    let lines = last(lines, LAST_LINES).await.unwrap_or_default();
    let mut all = BytesMut::new();
    for line in lines {
        let room = LAST_BYTES.saturating_sub(all.len()).min(line.len());
        all.extend_from_slice(&line[..room]);
    }
    all.freeze()
}

type Line = (Option<DateTime<Utc>>, Bytes);

/// With the time at which the engine received each.
fn lines(
    engine: &Connected,
    container: &str,
    stdout: bool,
    query: LogQuery,
) -> BoxStream<'static, Result<Line>> {
    // Earlier runs are found by time, so all there is has to be looked through; the engine keeps it small.
    let tail = query.lines.filter(|_| !query.previous);
    let tail = tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
    let options = LogsOptionsBuilder::default()
        .stdout(stdout)
        .stderr(true)
        .follow(query.follow && !query.previous)
        .timestamps(true)
        .tail(&tail)
        .build();
    let outputs = engine.client.logs(container, Some(options));
    outputs
        .map_ok(|output| timed(output.into_bytes()))
        .map_err(|error| refused("read the logs", error))
        .boxed()
}

/// The engine puts a time and a space before each line.
fn timed(line: Bytes) -> Line {
    let space = line.iter().position(|byte| *byte == b' ');
    let time = space.and_then(|space| {
        let text = std::str::from_utf8(&line[..space]).ok()?;
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some((time.with_timezone(&Utc), space + 1))
    });
    match time {
        Some((time, start)) => (Some(time), line.slice(start..)),
        None => (None, line),
    }
}

async fn last(lines: impl Stream<Item = Result<Bytes>>, count: usize) -> Result<VecDeque<Bytes>> {
    let mut lines = std::pin::pin!(lines);
    let mut kept = VecDeque::new();
    while let Some(line) = lines.try_next().await? {
        if kept.len() == count {
            kept.pop_front();
        }
        kept.push_back(line);
    }
    Ok(kept)
}
