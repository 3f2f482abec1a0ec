//! New calls as they are recorded, over one connection.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::{Names, ToolCall};
use crate::authenticate::Caller;
use crate::extract::Query;
use crate::interactions::sees_call;
use crate::{ApiError, State, live};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiveCallQuery {
    agent_id: Option<Uuid>,
    mcp_server_id: Option<Uuid>,
}

/// Server-sent events: `call` with a row of the list, without its result; `missed` if some were skipped.
#[utoipa::path(get, path = "/api/mcp-tool-calls/live", tag = "mcp-tool-calls", params(LiveCallQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn live(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<LiveCallQuery>,
) -> Result<impl IntoResponse, ApiError> {
    let names = Names::read(&platform).await?;
    let calls = platform.live.subscribe_tool_calls();
    let watched = platform.clone();
    Ok(live::watch(&watched, vec![], calls, move |row| {
        let is_other = |wanted: Option<Uuid>, is: Option<Uuid>| wanted.is_some() && wanted != is;
        if is_other(query.agent_id, row.agent_id)
            || is_other(query.mcp_server_id, row.mcp_server_id)
            || !sees_call(&platform, &caller, row.agent_id)
        {
            return None;
        }
        let call = ToolCall::new(row.clone(), &names, None);
        Event::default().event("call").json_data(call).ok()
    }))
}
