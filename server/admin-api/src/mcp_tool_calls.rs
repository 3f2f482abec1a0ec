//! Recorded calls at the MCP gateway: list, counts, one in full, live.

mod body;
mod live;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::call_log::Cursor;
use db::mcp_tool_calls::{ToolCallFilter, ToolCallSort};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::Direction;
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{Id, Query};
use crate::interactions::{Facet, sees_call};
use crate::pagination::{self, Pagination};
use crate::{ApiError, State, agents};
use body::{Names, ToolCall};
pub(crate) use live::*;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ToolCallQuery {
    #[serde(alias = "profileId")]
    agent_id: Option<Uuid>,
    mcp_server_id: Option<Uuid>,
    #[serde(alias = "mcpServerName")]
    server_name: Option<String>,
    tool_name: Option<String>,
    method: Option<String>,
    /// `ok` or `error`
    outcome: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    /// A part of the server, tool, method or error; or an id.
    search: Option<String>,
    start_date: Option<DateTime<Utc>>,
    end_date: Option<DateTime<Utc>>,
    limit: Option<i64>,
    offset: Option<i64>,
    /// Only calls older than this one.
    before: Option<Uuid>,
    /// Only calls newer than this one.
    after: Option<Uuid>,
    #[serde(default)]
    #[param(inline)]
    sort_by: SortBy,
    #[serde(default)]
    #[param(inline)]
    sort_direction: Direction,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    #[default]
    CreatedAt,
    #[serde(alias = "profileId")]
    AgentId,
    McpServerName,
    Method,
    Duration,
}

impl ToolCallQuery {
    /// All pages.
    fn everything(&self, visible: Option<Vec<Uuid>>) -> Result<ToolCallFilter, ApiError> {
        let text = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let is_error = match self.outcome.as_deref() {
            None | Some("") => None,
            Some("ok") => Some(false),
            Some("error") => Some(true),
            Some(_) => return Err(ApiError::Validation("outcome is ok or error.".into())),
        };
        Ok(ToolCallFilter {
            agent_id: self.agent_id,
            visible,
            mcp_server_id: self.mcp_server_id,
            mcp_server_name: text(&self.server_name),
            tool_name: text(&self.tool_name),
            method: text(&self.method),
            user_id: text(&self.user_id),
            session_id: text(&self.session_id),
            is_error,
            search: text(&self.search),
            start: self.start_date,
            end: self.end_date,
            cursor: Cursor::Start,
            sort: match self.sort_by {
                SortBy::CreatedAt => ToolCallSort::CreatedAt,
                SortBy::AgentId => ToolCallSort::AgentId,
                SortBy::McpServerName => ToolCallSort::ServerName,
                SortBy::Method => ToolCallSort::Method,
                SortBy::Duration => ToolCallSort::Duration,
            },
            ascending: self.sort_direction == Direction::Asc,
        })
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolCallPage {
    data: Vec<ToolCall>,
    pagination: Pagination,
    /// Send it as `before` for the next page; null at the end.
    next_before: Option<Uuid>,
}

/// List calls, newest first.
#[utoipa::path(get, path = "/api/mcp-tool-calls", tag = "mcp-tool-calls", params(ToolCallQuery),
    responses((status = 200, body = ToolCallPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ToolCallQuery>,
) -> Result<Json<ToolCallPage>, ApiError> {
    let limit = pagination::limit(query.limit);
    let visible = agents::visible(&platform, &caller);
    let everything = query.everything(visible.clone())?;
    let filter = ToolCallFilter {
        cursor: pagination::cursor(query.before, query.after, query.offset),
        ..query.everything(visible)?
    };
    let (mut rows, total) = tokio::try_join!(
        db::mcp_tool_calls::list(&platform.db, &filter, limit + 1),
        db::mcp_tool_calls::count(&platform.db, &everything),
    )?;
    let shown = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let bodies = db::mcp_tool_calls::bodies(&platform.db, &ids).await?;
    let names = Names::read(&platform).await?;
    let data: Vec<ToolCall> = rows
        .into_iter()
        .map(|row| {
            let bodies = bodies
                .iter()
                .find(|bodies| bodies.mcp_tool_call_id == row.id);
            ToolCall::new(row, &names, bodies)
        })
        .collect();
    let next_before = data.last().filter(|_| more).map(ToolCall::id);
    Ok(Json(ToolCallPage {
        data,
        pagination: Pagination::new(total, limit, pagination::offset(filter.cursor)),
        next_before,
    }))
}

/// One call with its arguments and its result.
#[utoipa::path(get, path = "/api/mcp-tool-calls/{id}", tag = "mcp-tool-calls", params(("id" = Uuid, Path)),
    responses((status = 200, body = ToolCall), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ToolCall>, ApiError> {
    let row = db::mcp_tool_calls::find(&platform.db, id).await?;
    let row = row
        .filter(|row| sees_call(&platform, &caller, row.agent_id))
        .ok_or(ApiError::NotFound("MCP call"))?;
    let bodies = db::mcp_tool_calls::bodies(&platform.db, &[id]).await?;
    let names = Names::read(&platform).await?;
    Ok(Json(ToolCall::new(row, &names, bodies.first())))
}

#[derive(Serialize, ToSchema, Default)]
pub(crate) struct ToolCallFacets {
    agents: Vec<Facet>,
    servers: Vec<Facet>,
    tools: Vec<Facet>,
    methods: Vec<Facet>,
    outcomes: Vec<Facet>,
    total: i64,
}

/// How many calls have which agent, server, tool, method and outcome; whole hours.
#[utoipa::path(get, path = "/api/mcp-tool-calls/facets", tag = "mcp-tool-calls", params(ToolCallQuery),
    responses((status = 200, body = ToolCallFacets)))]
pub(crate) async fn facets(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ToolCallQuery>,
) -> Result<Json<ToolCallFacets>, ApiError> {
    let filter = query.everything(agents::visible(&platform, &caller))?;
    let rows = db::mcp_tool_calls::facets(&platform.db, &filter).await?;
    let names = Names::read(&platform).await?;
    let mut facets = ToolCallFacets::default();
    for row in rows {
        let label = match row.field.as_str() {
            "agent" => names.agent_label(&row.value),
            "server" => names.server_label(&row.value),
            _ => row.value.clone(),
        };
        let list = match row.field.as_str() {
            "agent" => &mut facets.agents,
            "server" => &mut facets.servers,
            "tool" => &mut facets.tools,
            "method" => &mut facets.methods,
            _ => {
                facets.total += row.requests;
                &mut facets.outcomes
            }
        };
        // A server is chosen by its name: the calls of a deleted one can still be found by it.
        let value = if row.field == "server" {
            label.clone()
        } else {
            row.value
        };
        list.push(Facet::new(value, label, row.requests));
    }
    Ok(Json(facets))
}
