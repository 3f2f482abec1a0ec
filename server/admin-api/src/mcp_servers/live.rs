//! How the servers are doing, over one connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Extract;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::{DateTime, Utc};
use domain::servers::ServerStatus;
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::json;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access;
use crate::authenticate::Caller;
use crate::{ApiError, State};

/// What is being done just now, such as a download.
#[derive(Serialize, ToSchema)]
pub(crate) struct Progress {
    step: String,
    /// Bytes.
    current: Option<u64>,
    total: Option<u64>,
}

impl Progress {
    pub(super) fn new(progress: &domain::servers::Progress) -> Self {
        Self {
            step: progress.step.clone(),
            current: progress.current,
            total: progress.total,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    id: Uuid,
    name: &'a str,
    local_installation_status: &'a str,
    local_installation_error: Option<&'a str>,
    state: Option<&'static str>,
    status_detail: Option<&'a str>,
    started_at: Option<DateTime<Utc>>,
    progress: Option<Progress>,
    restarts: i32,
    removed: bool,
}

fn event(status: &ServerStatus) -> Option<Event> {
    if status.removed {
        return Event::default()
            .event("removed")
            .json_data(json!({ "id": status.id }))
            .ok();
    }
    let change = Change {
        id: status.id,
        name: &status.name,
        local_installation_status: &status.status,
        local_installation_error: status.error.as_deref(),
        state: status.state,
        status_detail: status.detail.as_deref(),
        started_at: status.started_at,
        progress: status.progress.as_ref().map(Progress::new),
        restarts: status.restarts,
        removed: false,
    };
    Event::default().event("server").json_data(change).ok()
}

/// Server-sent events: `server` with what changes of an installation, all of them at first; `removed` with an id; `missed` if some
/// were skipped.
#[utoipa::path(get, path = "/api/mcp-servers/live", tag = "mcp-servers",
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn live(
    Extract(platform): State,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let rows =
        db::mcp_servers::list(&platform.db, &db::mcp_servers::ServerFilter::default()).await?;
    let hidden: Vec<Uuid> = rows
        .iter()
        .filter(|row| !access::may_see(&platform, &caller, row))
        .map(|row| row.id)
        .collect();
    // Watch first and read afterwards, so that nothing falls between.
    let changes = BroadcastStream::new(platform.servers.statuses());
    let present: Vec<Event> = platform
        .servers
        .current()
        .iter()
        .filter(|status| !hidden.contains(&status.id))
        .filter_map(|status| event(status))
        .collect();
    let stopping = platform.stopping.clone();
    let mut known: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let changes = changes.filter_map(move |change| {
        let event = match change {
            // One that was installed later may be somebody else's; the page asks for the list.
            Ok(status) if !known.contains(&status.id) => {
                known.push(status.id);
                Some(Event::default().event("missed").data("reload"))
            }
            Ok(status) if hidden.contains(&status.id) => None,
            Ok(status) => event(&status),
            Err(_) => Some(Event::default().event("missed").data("reload")),
        };
        std::future::ready(event)
    });
    let events = stream::iter(present).chain(changes).map(Ok);
    // A stop must not wait for a page that somebody left open.
    let events = events.take_until(async move { stopping.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
