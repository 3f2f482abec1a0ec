//! What MCP clients authenticate with. Only the SHA-256 of a token is here; its value is in the secret store.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Token {
    pub id: Uuid,
    /// `organization`, `team` or `user`.
    pub kind: String,
    pub team_id: Option<Uuid>,
    pub user_id: Option<String>,
    pub name: String,
    /// The first characters, enough to recognise a token by.
    pub start: String,
    pub token_hash: Vec<u8>,
    /// Its field `token`.
    pub secret_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub rotated_at: Option<DateTime<Utc>>,
}

pub async fn all(db: &Db) -> Result<Vec<Token>> {
    Ok(
        sqlx::query_as("SELECT * FROM tokens ORDER BY kind, created_at, id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Token>> {
    Ok(sqlx::query_as("SELECT * FROM tokens WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

/// The one token of an owner.
pub async fn of_owner(
    db: &Db,
    kind: &str,
    team_id: Option<Uuid>,
    user_id: Option<&str>,
) -> Result<Option<Token>> {
    let query = sqlx::query_as(
        "SELECT * FROM tokens
         WHERE kind = $1 AND team_id IS NOT DISTINCT FROM $2 AND user_id IS NOT DISTINCT FROM $3",
    )
    .bind(kind)
    .bind(team_id)
    .bind(user_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// An owner that has a token already is a [`crate::Error::Conflict`].
pub async fn insert(db: &Db, token: &Token) -> Result<()> {
    sqlx::query("INSERT INTO tokens VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(token.id)
        .bind(&token.kind)
        .bind(token.team_id)
        .bind(&token.user_id)
        .bind(&token.name)
        .bind(&token.start)
        .bind(&token.token_hash)
        .bind(token.secret_id)
        .bind(token.created_at)
        .bind(token.last_used_at)
        .bind(token.rotated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// From now on the token has another value.
pub async fn replace_value(
    db: &Db,
    id: Uuid,
    start: &str,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE tokens SET start = $2, token_hash = $3, rotated_at = $4, last_used_at = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(start)
    .bind(hash)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes the last use, at most once a minute.
pub async fn touch(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE tokens SET last_used_at = $2
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute')",
    )
    .bind(id)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}
