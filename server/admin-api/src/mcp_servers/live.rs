//! How the servers are doing, over one connection.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use chrono::{DateTime, Utc};
use domain::servers::ServerStatus;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access;
use crate::authenticate::Caller;
use crate::{ApiError, State, live};

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
) -> Result<impl IntoResponse, ApiError> {
    let rows =
        db::mcp_servers::list(&platform.db, &db::mcp_servers::ServerFilter::default()).await?;
    let hidden: Vec<Uuid> = rows
        .iter()
        .filter(|row| !access::may_see(&platform, &caller, row))
        .map(|row| row.id)
        .collect();
    // Watch first and read afterwards, so that nothing falls between.
    let changes = platform.servers.statuses();
    let present: Vec<Event> = platform
        .servers
        .current()
        .iter()
        .filter(|status| !hidden.contains(&status.id))
        .filter_map(|status| event(status))
        .collect();
    let mut known: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    Ok(live::watch(&platform, present, changes, move |status| {
        if !known.contains(&status.id) {
            // One that was installed later may be somebody else's; the page asks for the list.
            known.push(status.id);
            return Some(live::missed());
        }
        if hidden.contains(&status.id) {
            return None;
        }
        event(status)
    }))
}
