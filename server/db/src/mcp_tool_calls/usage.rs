//! What servers and tools were used for, for the pages that show it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::call_log::boundary_id;
use crate::{Db, Result};

/// The calls of one server.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ServerUsage {
    pub mcp_server_id: Uuid,
    pub calls: i64,
    pub errors: i64,
    pub p50_us: Option<i64>,
    pub p95_us: Option<i64>,
    pub last_at: Option<DateTime<Utc>>,
}

/// The calls of one tool of a server.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ToolUsage {
    pub tool_name: String,
    pub calls: i64,
    pub errors: i64,
    pub p95_us: Option<i64>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CallHour {
    pub mcp_server_id: Uuid,
    pub hour: DateTime<Utc>,
    pub calls: i64,
    pub errors: i64,
    pub duration_us: i64,
}

/// Counts come from the roll-up; percentiles from each server's latest thousand calls, so that neither costs a scan.
pub async fn server_usage(db: &Db, since: DateTime<Utc>) -> Result<Vec<ServerUsage>> {
    let query = sqlx::query_as(
        "SELECT totals.mcp_server_id, calls, errors, p50_us, p95_us, last_at FROM
             (SELECT mcp_server_id, sum(calls)::bigint AS calls,
                     COALESCE(sum(calls) FILTER (WHERE is_error), 0)::bigint AS errors
              FROM mcp_tool_call_hours WHERE hour >= date_trunc('hour', $1::timestamptz) AND method = 'tools/call'
              GROUP BY mcp_server_id) AS totals
         CROSS JOIN LATERAL
             (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_us) AS p50_us,
                     percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_us) AS p95_us, max(created_at) AS last_at
              FROM (SELECT duration_us, created_at FROM mcp_tool_calls AS call
                    WHERE call.mcp_server_id = totals.mcp_server_id AND id >= $2 AND method = 'tools/call'
                    ORDER BY id DESC LIMIT 1000) AS latest) AS percentiles",
    )
    .bind(since)
    .bind(boundary_id(since));
    Ok(query.fetch_all(&db.pool).await?)
}

/// The tools of one server, most called first.
pub async fn tool_usage(db: &Db, server_id: Uuid, since: DateTime<Utc>) -> Result<Vec<ToolUsage>> {
    let query = sqlx::query_as(
        "SELECT tool_name, count(*) AS calls, count(*) FILTER (WHERE is_error) AS errors,
                percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_us) AS p95_us
         FROM (SELECT * FROM mcp_tool_calls WHERE mcp_server_id = $1 AND id >= $2 AND tool_name IS NOT NULL
               ORDER BY id DESC LIMIT 50000) AS recent
         GROUP BY tool_name ORDER BY calls DESC, tool_name",
    )
    .bind(server_id)
    .bind(boundary_id(since));
    Ok(query.fetch_all(&db.pool).await?)
}

/// Calls an hour, of one server or of each.
pub async fn hours(
    db: &Db,
    server_id: Option<Uuid>,
    since: DateTime<Utc>,
) -> Result<Vec<CallHour>> {
    let query = sqlx::query_as(
        "SELECT mcp_server_id, hour, sum(calls)::bigint AS calls,
                COALESCE(sum(calls) FILTER (WHERE is_error), 0)::bigint AS errors,
                sum(duration_us)::bigint AS duration_us
         FROM mcp_tool_call_hours
         WHERE hour >= date_trunc('hour', $1::timestamptz) AND ($2::uuid IS NULL OR mcp_server_id = $2)
             AND method = 'tools/call'
         GROUP BY mcp_server_id, hour ORDER BY mcp_server_id, hour",
    )
    .bind(since)
    .bind(server_id);
    Ok(query.fetch_all(&db.pool).await?)
}
