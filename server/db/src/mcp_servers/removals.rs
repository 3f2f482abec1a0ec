//! What deleted servers left elsewhere. A trigger writes these rows, so that no way of deleting forgets one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Removal {
    pub server_id: Uuid,
    pub name: String,
    pub server_type: String,
    pub runtime: Option<String>,
    pub cluster_id: Option<Uuid>,
    pub secret_id: Option<Uuid>,
    pub attempts: i32,
}

/// Takes what is due, and keeps it from other replicas until `retry_at`.
pub async fn due_removals(
    db: &Db,
    now: DateTime<Utc>,
    retry_at: DateTime<Utc>,
) -> Result<Vec<Removal>> {
    let query = sqlx::query_as(
        "UPDATE mcp_server_removals SET attempts = attempts + 1, next_at = $2 WHERE server_id IN
             (SELECT server_id FROM mcp_server_removals WHERE next_at <= $1 ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED)
         RETURNING server_id, name, server_type, runtime, cluster_id, secret_id, attempts",
    )
    .bind(now)
    .bind(retry_at);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn finish_removal(db: &Db, server_id: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM mcp_server_removals WHERE server_id = $1")
        .bind(server_id)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn postpone_removal(
    db: &Db,
    server_id: Uuid,
    next_at: DateTime<Utc>,
    error: &str,
) -> Result<()> {
    sqlx::query("UPDATE mcp_server_removals SET next_at = $2, error = $3 WHERE server_id = $1")
        .bind(server_id)
        .bind(next_at)
        .bind(error)
        .execute(&db.pool)
        .await?;
    Ok(())
}
