//! Recorded calls at the MCP gateway: rows, bodies, and the hourly roll-up kept beside them.

mod filter;
mod usage;
mod write;

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

pub use filter::{ToolCallFilter, ToolCallSort};
pub use usage::{CallHour, ServerUsage, ToolUsage, hours, server_usage, tool_usage};
pub use write::NewToolCall;
pub(crate) use write::insert;

use crate::call_log::{CallFilter as _, Facet};
use crate::{Db, Result, call_log};

/// Serde is for the spool file alone, which holds these rows while the database is away.
#[derive(Debug, Clone, sqlx::FromRow, serde::Serialize, serde::Deserialize)]
pub struct McpToolCall {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub agent_id: Option<Uuid>,
    pub mcp_server_id: Option<Uuid>,
    pub mcp_server_name: String,
    pub method: String,
    pub tool_name: Option<String>,
    pub user_id: Option<String>,
    pub token_id: Option<Uuid>,
    pub token_kind: Option<String>,
    pub auth_method: Option<String>,
    pub session_id: Option<String>,
    /// The client's program, as it named itself.
    pub client: Option<String>,
    pub is_error: bool,
    pub error: Option<String>,
    pub argument_bytes: i64,
    pub result_bytes: i64,
    pub duration_us: i64,
}

/// The zstd-compressed bodies of one call.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CallBodies {
    pub mcp_tool_call_id: Uuid,
    pub arguments: Vec<u8>,
    pub result: Vec<u8>,
    pub truncated: bool,
}

/// A page, newest first unless the filter sorts otherwise.
pub async fn list(db: &Db, filter: &ToolCallFilter, limit: i64) -> Result<Vec<McpToolCall>> {
    call_log::list(db, filter, limit).await
}

/// How many calls match.
pub async fn count(db: &Db, filter: &ToolCallFilter) -> Result<i64> {
    call_log::count(db, filter).await
}

/// Counts by agent, server, tool, method and outcome, from the roll-up: whole hours, whatever else is filtered.
pub async fn facets(db: &Db, filter: &ToolCallFilter) -> Result<Vec<Facet>> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM (SELECT CASE WHEN grouping(agent_id) = 0 THEN 'agent' WHEN grouping(mcp_server_id) = 0 THEN 'server'
                     WHEN grouping(tool_name) = 0 THEN 'tool' WHEN grouping(method) = 0 THEN 'method'
                     ELSE 'outcome' END AS field,
                CASE WHEN grouping(agent_id) = 0 THEN agent_id::text
                     WHEN grouping(mcp_server_id) = 0 THEN mcp_server_id::text
                     WHEN grouping(tool_name) = 0 THEN tool_name WHEN grouping(method) = 0 THEN method
                     WHEN is_error THEN 'error' ELSE 'ok' END AS value,
                sum(calls)::bigint AS requests
         FROM mcp_tool_call_hours WHERE true",
    );
    call_log::push_hours(&mut query, filter);
    query.push(
        " GROUP BY GROUPING SETS ((agent_id), (mcp_server_id), (tool_name), (method), (is_error))) AS counted
         WHERE value IS NOT NULL ORDER BY requests DESC, value",
    );
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<McpToolCall>> {
    Ok(sqlx::query_as("SELECT * FROM mcp_tool_calls WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn find_many(db: &Db, ids: &[Uuid]) -> Result<Vec<McpToolCall>> {
    let query =
        sqlx::query_as("SELECT * FROM mcp_tool_calls WHERE id = ANY($1) ORDER BY id").bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn bodies(db: &Db, ids: &[Uuid]) -> Result<Vec<CallBodies>> {
    let query =
        sqlx::query_as("SELECT * FROM mcp_tool_call_bodies WHERE mcp_tool_call_id = ANY($1)")
            .bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn any(db: &Db) -> Result<bool> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM mcp_tool_calls)")
            .fetch_one(&db.pool)
            .await?,
    )
}

/// Deletes at most `limit` calls older than `before`, bodies first; returns how many calls went.
pub async fn purge(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    call_log::purge(db, &ToolCallFilter::TABLES, before, limit).await
}
