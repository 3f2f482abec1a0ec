//! Gateway sessions that their clients have ended; running ones need no row.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{Db, Result};

/// A session's id is refused by its own age after a month.
const KEPT: TimeDelta = TimeDelta::days(31);

/// Also forgets what nobody can come back with.
pub async fn end(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("INSERT INTO mcp_sessions_ended VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(id)
        .bind(now)
        .execute(&db.pool)
        .await?;
    sqlx::query("DELETE FROM mcp_sessions_ended WHERE ended_at < $1")
        .bind(now - KEPT)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn is_ended(db: &Db, id: Uuid) -> Result<bool> {
    let query =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM mcp_sessions_ended WHERE id = $1)").bind(id);
    Ok(query.fetch_one(&db.pool).await?)
}
