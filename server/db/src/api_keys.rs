//! Keys that programs authenticate with. Only the SHA-256 of a key is here.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ApiKey {
    pub id: Uuid,
    pub user_id: String,
    pub name: String,
    pub prefix: String,
    /// The first characters, enough to recognise a key by.
    pub start: String,
    pub key_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// Resource → actions that it is limited to; without it, all that its owner may do.
    pub permission: Option<Value>,
}

pub async fn insert(db: &Db, key: &ApiKey) -> Result<()> {
    sqlx::query("INSERT INTO api_keys VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(key.id)
        .bind(&key.user_id)
        .bind(&key.name)
        .bind(&key.prefix)
        .bind(&key.start)
        .bind(&key.key_hash)
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(key.last_used_at)
        .bind(&key.permission)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn list(db: &Db, user_id: &str) -> Result<Vec<ApiKey>> {
    let query =
        sqlx::query_as("SELECT * FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id")
            .bind(user_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Every key, for the snapshot.
pub async fn all(db: &Db) -> Result<Vec<ApiKey>> {
    Ok(sqlx::query_as("SELECT * FROM api_keys")
        .fetch_all(&db.pool)
        .await?)
}

/// False if the user has no such key.
pub async fn delete(db: &Db, user_id: &str, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM api_keys WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes the last use, at most once a minute.
pub async fn touch(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE api_keys SET last_used_at = $2
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute')",
    )
    .bind(id)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}
