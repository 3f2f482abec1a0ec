//! What a server wrote.

use axum::Json;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use db::mcp_servers::McpServer as Row;
use futures_util::StreamExt as _;
use http::{HeaderValue, header};
use runtimes::runtime::LogQuery;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::seen;
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{Id, Query};
use crate::{ApiError, State};

const DEFAULT_LINES: usize = 100;
const MOST_LINES: usize = 10_000;
/// So much of a log is put into one answer; following has no such limit.
const MOST_BYTES: usize = 4 << 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogsQuery {
    lines: Option<usize>,
    /// Stay connected: plain text as it is written.
    #[serde(default)]
    follow: bool,
    /// Of the run before the present one.
    #[serde(default)]
    previous: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerLogs {
    logs: String,
    /// Shows the same in a terminal.
    command: Option<String>,
    container_name: Option<String>,
    namespace: Option<String>,
}

/// The end of its log, or with `follow` plain text that goes on.
#[utoipa::path(get, path = "/api/mcp_server/{id}/logs", tag = "mcp-servers", params(("id" = Uuid, Path), LogsQuery),
    responses((status = 200, body = ServerLogs), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn logs(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<LogsQuery>,
) -> Result<Response, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    if row.server_type != "local" {
        return Err(ApiError::Conflict(
            "A remote server's log is where it runs, not here.".into(),
        ));
    }
    let wanted = LogQuery {
        lines: Some(query.lines.unwrap_or(DEFAULT_LINES).min(MOST_LINES)),
        follow: query.follow,
        previous: query.previous,
    };
    let mut chunks = platform.servers.logs(id, wanted).await?;
    if query.follow {
        let stopping = platform.stopping.clone();
        let chunks = chunks.take_until(async move { stopping.cancelled().await });
        let mut response = Response::new(Body::from_stream(chunks));
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
        return Ok(response);
    }
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| ApiError::Upstream(error.to_string()))?;
        text.extend_from_slice(&chunk);
        if text.len() > MOST_BYTES {
            text.drain(..text.len() - MOST_BYTES);
        }
    }
    let container = container(&row);
    Ok(Json(ServerLogs {
        logs: String::from_utf8_lossy(&text).into_owned(),
        command: container.as_ref().map(|name| command(&row, name, wanted)),
        container_name: container,
        namespace: None,
    })
    .into_response())
}

/// As runtimes label what belongs to a server.
fn container(row: &Row) -> Option<String> {
    let runtime = row.runtime.as_deref()?;
    (runtime != "process").then(|| format!("mcp-server-id={}", row.id))
}

fn command(row: &Row, label: &str, query: LogQuery) -> String {
    let lines = query.lines.unwrap_or(DEFAULT_LINES);
    let previous = if query.previous { " --previous" } else { "" };
    match row.runtime.as_deref() {
        Some("kubernetes") => format!("kubectl logs -l {label} --tail {lines}{previous}"),
        _ => format!("docker logs --tail {lines} $(docker ps -aqf label={label})"),
    }
}
