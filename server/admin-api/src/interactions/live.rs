//! New calls as they are recorded, over one connection.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Names, Row, sees_call};
use crate::authenticate::Caller;
use crate::extract::Query;
use crate::{ApiError, State, live};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiveQuery {
    agent_id: Option<Uuid>,
}

/// Server-sent events: `interaction` with a row of the list; `missed` if some were skipped.
#[utoipa::path(get, path = "/api/interactions/live", tag = "interactions", params(LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn live(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<LiveQuery>,
) -> Result<impl IntoResponse, ApiError> {
    let names = Names::read(&platform).await?;
    let calls = platform.live.subscribe();
    let watched = platform.clone();
    Ok(live::watch(&watched, vec![], calls, move |row| {
        let is_other = |wanted| row.agent_id != Some(wanted);
        if query.agent_id.is_some_and(is_other) || !sees_call(&platform, &caller, row.agent_id) {
            return None;
        }
        let row = Row::new(row.clone(), &names);
        Event::default().event("interaction").json_data(row).ok()
    }))
}
