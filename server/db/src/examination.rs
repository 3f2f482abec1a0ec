//! What a database server says of itself: for looking for faults, never for serving.

use chrono::{DateTime, Utc};

use crate::{Db, Result};

/// Older ones lack `NULLS NOT DISTINCT`, which the schema uses.
pub const OLDEST_MAJOR: i32 = 15;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Examination {
    /// For example 180004.
    pub version: i32,
    pub max_connections: i32,
    /// Of these, kept for administrators.
    pub reserved: i32,
    /// Of everybody, this one included.
    pub connections: i64,
    pub user: String,
    pub database: String,
    /// Where tables are made; none if the search path leads nowhere.
    pub schema: Option<String>,
    pub can_create: bool,
    /// A standby, or one that was made so.
    pub read_only: bool,
    pub encoding: String,
    pub has_tables: bool,
    pub now: DateTime<Utc>,
}

pub async fn examine(db: &Db) -> Result<Examination> {
    let query = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int AS version,
             current_setting('max_connections')::int AS max_connections,
             current_setting('superuser_reserved_connections')::int AS reserved,
             (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
             current_user::text AS \"user\", current_database()::text AS database, current_schema()::text AS schema,
             coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS can_create,
             pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
             current_setting('server_encoding') AS encoding,
             to_regclass('users') IS NOT NULL AS has_tables, clock_timestamp() AS now",
    );
    Ok(query.fetch_one(&db.pool).await?)
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Migration {
    pub version: i64,
    pub installed_on: DateTime<Utc>,
    pub success: bool,
}

/// Those that were run here, in their order. Fails where there is no schema yet.
pub async fn migrations(db: &Db) -> Result<Vec<Migration>> {
    let query = sqlx::query_as(
        "SELECT version, installed_on, success FROM _sqlx_migrations ORDER BY version",
    );
    Ok(query.fetch_all(&db.pool).await?)
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Table {
    pub name: String,
    /// With its indexes.
    pub bytes: i64,
    /// As PostgreSQL estimates them.
    pub rows: i64,
}

/// The largest first.
pub async fn tables(db: &Db) -> Result<Vec<Table>> {
    let query = sqlx::query_as(
        "SELECT relname::text AS name, pg_total_relation_size(relid) AS bytes, n_live_tup AS rows
         FROM pg_stat_user_tables WHERE schemaname = current_schema() ORDER BY bytes DESC, name",
    );
    Ok(query.fetch_all(&db.pool).await?)
}

/// How many installed MCP servers there are of one sort.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ServerCount {
    pub server_type: String,
    pub runtime: Option<String>,
    pub desired: String,
    pub status: String,
    pub servers: i64,
    pub restarts: i64,
}

pub async fn servers(db: &Db) -> Result<Vec<ServerCount>> {
    let query = sqlx::query_as(
        "SELECT server_type, runtime, desired, status, count(*) AS servers, sum(restarts)::bigint AS restarts
         FROM mcp_servers GROUP BY server_type, runtime, desired, status ORDER BY 1, 2, 3, 4",
    );
    Ok(query.fetch_all(&db.pool).await?)
}
