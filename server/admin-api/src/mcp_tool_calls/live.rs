//! New calls as they are recorded, over one connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Extract;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::{Names, ToolCall};
use crate::extract::Query;
use crate::{ApiError, State};

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
    Query(query): Query<LiveCallQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let names = Names::read(&platform).await?;
    let calls = BroadcastStream::new(platform.live.subscribe_tool_calls());
    let events = calls.filter_map(move |call| {
        let is_other = |wanted: Option<Uuid>, is: Option<Uuid>| wanted.is_some() && wanted != is;
        let event = match call {
            Ok(row)
                if is_other(query.agent_id, row.agent_id)
                    || is_other(query.mcp_server_id, row.mcp_server_id) =>
            {
                None
            }
            Ok(row) => Event::default()
                .event("call")
                .json_data(ToolCall::new((*row).clone(), &names, None))
                .ok(),
            // The reader was too slow; it can fetch the list again.
            Err(_) => Some(Event::default().event("missed").data("reload")),
        };
        std::future::ready(event.map(Ok))
    });
    // A stop must not wait for a page that somebody left open.
    let stopping = platform.stopping.clone();
    let events = events.take_until(async move { stopping.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
