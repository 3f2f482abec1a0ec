//! Files that people send with a message.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

/// A file without its bytes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Attachment {
    pub id: Uuid,
    pub user_id: String,
    /// None until it is sent.
    pub conversation_id: Option<Uuid>,
    pub filename: String,
    pub media_type: String,
    pub size: i64,
    pub created_at: DateTime<Utc>,
}

pub async fn insert(db: &Db, attachment: &Attachment, content: &[u8]) -> Result<()> {
    sqlx::query("INSERT INTO attachments VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(attachment.id)
        .bind(&attachment.user_id)
        .bind(attachment.conversation_id)
        .bind(&attachment.filename)
        .bind(&attachment.media_type)
        .bind(attachment.size)
        .bind(content)
        .bind(attachment.created_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Of these, a person's own.
pub async fn of_user(db: &Db, user_id: &str, ids: &[Uuid]) -> Result<Vec<Attachment>> {
    let query = sqlx::query_as(
        "SELECT id, user_id, conversation_id, filename, media_type, size, created_at FROM attachments
         WHERE user_id = $1 AND id = ANY($2)",
    )
    .bind(user_id)
    .bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn content(db: &Db, id: Uuid) -> Result<Option<Vec<u8>>> {
    let query = sqlx::query_scalar("SELECT content FROM attachments WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Only one that was not sent.
pub async fn delete_unsent(db: &Db, user_id: &str, id: Uuid) -> Result<bool> {
    let deleted = sqlx::query(
        "DELETE FROM attachments WHERE id = $1 AND user_id = $2 AND conversation_id IS NULL",
    )
    .bind(id)
    .bind(user_id)
    .execute(&db.pool)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// What was put on the table and left there.
pub async fn delete_forgotten(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let deleted =
        sqlx::query("DELETE FROM attachments WHERE conversation_id IS NULL AND created_at < $1")
            .bind(before)
            .execute(&db.pool)
            .await?;
    Ok(deleted.rows_affected())
}
