//! Installed MCP servers: the desired state, and what is known of the actual one.

mod leases;
mod removals;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

pub use leases::{release_leases, renew_leases};
pub use removals::{Removal, due_removals, finish_removal, postpone_removal};

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct McpServer {
    pub id: Uuid,
    pub name: String,
    pub catalog_id: Uuid,
    /// `local`, `remote` or `builtin`, as its catalog item was when it was installed.
    pub server_type: String,
    /// `personal`, `team` or `org`.
    pub scope: String,
    pub owner_id: Option<String>,
    pub team_id: Option<Uuid>,
    /// Where it runs; none until a runtime is chosen.
    pub runtime: Option<String>,
    pub cluster_id: Option<Uuid>,
    pub service_account: Option<String>,
    /// `running` or `stopped`.
    pub desired: String,
    /// Counts the restarts a person asked for.
    pub generation: i64,
    /// The secret values of its environment, or what it authenticates with elsewhere.
    pub secret_id: Option<Uuid>,
    pub environment_values: Value,
    pub user_config_values: Value,
    /// Agents that get its tools when these are discovered.
    pub agent_ids: Vec<Uuid>,
    /// `idle`, `pending`, `discovering-tools`, `success` or `error`.
    pub status: String,
    pub error: Option<String>,
    pub reinstall_required: bool,
    pub oauth_refresh_error: Option<String>,
    pub oauth_refresh_failed_at: Option<DateTime<Utc>>,
    pub restarts: i32,
    pub last_crash: Option<Value>,
    pub discovered_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Default)]
pub struct ServerFilter {
    pub catalog_id: Option<Uuid>,
    pub owner_id: Option<String>,
    pub team_ids: Option<Vec<Uuid>>,
}

pub async fn list(db: &Db, filter: &ServerFilter) -> Result<Vec<McpServer>> {
    let query = sqlx::query_as(
        "SELECT * FROM mcp_servers WHERE ($1::uuid IS NULL OR catalog_id = $1)
             AND ($2::text IS NULL OR owner_id = $2) AND ($3::uuid[] IS NULL OR team_id = ANY($3))
         ORDER BY created_at, id",
    )
    .bind(filter.catalog_id)
    .bind(&filter.owner_id)
    .bind(&filter.team_ids);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<McpServer>> {
    Ok(sqlx::query_as("SELECT * FROM mcp_servers WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

/// A second one of the same person, team or organization is a [`crate::Error::Conflict`] of `mcp_servers_one_per_…`.
pub async fn insert(db: &Db, server: &McpServer) -> Result<()> {
    sqlx::query(
        "INSERT INTO mcp_servers VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             $18, $19, $20, $21, $22, $23, $24, $25, $26)",
    )
    .bind(server.id)
    .bind(&server.name)
    .bind(server.catalog_id)
    .bind(&server.server_type)
    .bind(&server.scope)
    .bind(&server.owner_id)
    .bind(server.team_id)
    .bind(&server.runtime)
    .bind(server.cluster_id)
    .bind(&server.service_account)
    .bind(&server.desired)
    .bind(server.generation)
    .bind(server.secret_id)
    .bind(&server.environment_values)
    .bind(&server.user_config_values)
    .bind(&server.agent_ids)
    .bind(&server.status)
    .bind(&server.error)
    .bind(server.reinstall_required)
    .bind(&server.oauth_refresh_error)
    .bind(server.oauth_refresh_failed_at)
    .bind(server.restarts)
    .bind(&server.last_crash)
    .bind(server.discovered_at)
    .bind(server.created_at)
    .bind(server.updated_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Its container and its secret stay behind as a [`Removal`].
pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM mcp_servers WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn set_name(db: &Db, id: Uuid, name: &str) -> Result<bool> {
    let done = sqlx::query("UPDATE mcp_servers SET name = $2, updated_at = now() WHERE id = $1")
        .bind(id)
        .bind(name)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The catalog item changed: its installations no longer match it.
pub async fn flag_reinstall(db: &Db, catalog_id: Uuid) -> Result<u64> {
    let done = sqlx::query(
        "UPDATE mcp_servers SET reinstall_required = true, updated_at = now()
         WHERE catalog_id = $1 AND NOT reinstall_required",
    )
    .bind(catalog_id)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected())
}

/// Says how far an installation is. Does nothing if that is known already, so that nobody is told twice.
pub async fn set_status(db: &Db, id: Uuid, status: &str, error: Option<&str>) -> Result<()> {
    sqlx::query(
        "UPDATE mcp_servers SET status = $2, error = $3, updated_at = now()
         WHERE id = $1 AND (status, error) IS DISTINCT FROM ($2, $3)",
    )
    .bind(id)
    .bind(status)
    .bind(error)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Its tools are known: the installation is done, unless somebody asked for another start meanwhile.
pub async fn set_discovered(db: &Db, id: Uuid, generation: i64, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE mcp_servers SET status = 'success', error = NULL, discovered_at = $2, oauth_refresh_error = NULL,
             oauth_refresh_failed_at = NULL, updated_at = $2 WHERE id = $1 AND generation = $3",
    )
    .bind(id)
    .bind(now)
    .bind(generation)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Where it runs from now on.
pub async fn set_runtime(db: &Db, id: Uuid, runtime: &str) -> Result<()> {
    sqlx::query(
        "UPDATE mcp_servers SET runtime = $2 WHERE id = $1 AND runtime IS DISTINCT FROM $2",
    )
    .bind(id)
    .bind(runtime)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Keeps why it ended, and counts it.
pub async fn note_crash(db: &Db, id: Uuid, crash: &Value) -> Result<()> {
    sqlx::query(
        "UPDATE mcp_servers SET last_crash = $2, restarts = restarts + 1, updated_at = now() WHERE id = $1",
    )
    .bind(id)
    .bind(crash)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Asks for a fresh start, with the values as they are now. False if there is no such server.
pub async fn ask_restart(db: &Db, id: Uuid, desired: &str) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE mcp_servers SET desired = $2, generation = generation + 1, error = NULL,
             status = CASE WHEN $2 = 'running' THEN 'pending' ELSE 'idle' END, updated_at = now() WHERE id = $1",
    )
    .bind(id)
    .bind(desired)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives it new values and asks for a fresh start.
pub async fn set_values(
    db: &Db,
    id: Uuid,
    secret_id: Option<Uuid>,
    environment: &Value,
    user_config: &Value,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE mcp_servers SET secret_id = $2, environment_values = $3, user_config_values = $4,
             reinstall_required = false, generation = generation + 1, status = 'pending', error = NULL,
             updated_at = now() WHERE id = $1",
    )
    .bind(id)
    .bind(secret_id)
    .bind(environment)
    .bind(user_config)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Authenticates with another secret from now on; returns the one before.
pub async fn replace_secret(db: &Db, id: Uuid, secret_id: Uuid) -> Result<Option<Option<Uuid>>> {
    let query = sqlx::query_scalar(
        "UPDATE mcp_servers AS new SET secret_id = $2, oauth_refresh_error = NULL, oauth_refresh_failed_at = NULL,
             updated_at = now() FROM mcp_servers AS old WHERE new.id = $1 AND old.id = new.id RETURNING old.secret_id",
    )
    .bind(id)
    .bind(secret_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// What it authenticates with elsewhere could not be renewed.
pub async fn set_refresh_error(
    db: &Db,
    id: Uuid,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE mcp_servers SET oauth_refresh_error = $2,
             oauth_refresh_failed_at = CASE WHEN $2 IS NULL THEN NULL ELSE $3 END, updated_at = $3
         WHERE id = $1 AND oauth_refresh_error IS DISTINCT FROM $2",
    )
    .bind(id)
    .bind(error)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}
