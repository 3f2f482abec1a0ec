//! Prompts and their versions: a change is another row.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Prompt {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    pub agent_id: Uuid,
    pub user_prompt: Option<String>,
    pub system_prompt: Option<String>,
    pub version: i32,
    /// The first version; none for itself.
    pub parent_prompt_id: Option<Uuid>,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Prompt {
    /// What all its versions have in common.
    pub fn root(&self) -> Uuid {
        self.parent_prompt_id.unwrap_or(self.id)
    }
}

/// The active version of each, by name.
pub async fn active(db: &Db) -> Result<Vec<Prompt>> {
    let query = sqlx::query_as("SELECT * FROM prompts WHERE is_active ORDER BY lower(name), id");
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Prompt>> {
    let query = sqlx::query_as("SELECT * FROM prompts WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Newest first.
pub async fn versions(db: &Db, root: Uuid) -> Result<Vec<Prompt>> {
    let query = sqlx::query_as(
        "SELECT * FROM prompts WHERE COALESCE(parent_prompt_id, id) = $1 ORDER BY version DESC",
    )
    .bind(root);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn insert(db: &Db, prompt: &Prompt) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    insert_row(&mut tx, prompt).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert_row(tx: &mut Transaction<'_, Postgres>, prompt: &Prompt) -> Result<()> {
    sqlx::query("INSERT INTO prompts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(prompt.id)
        .bind(&prompt.organization_id)
        .bind(&prompt.name)
        .bind(prompt.agent_id)
        .bind(&prompt.user_prompt)
        .bind(&prompt.system_prompt)
        .bind(prompt.version)
        .bind(prompt.parent_prompt_id)
        .bind(prompt.is_active)
        .bind(prompt.created_at)
        .bind(prompt.updated_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The next version, active from now on; its number and its root are set here. None if the prompt is gone.
pub async fn add_version(db: &Db, root: Uuid, mut next: Prompt) -> Result<Option<Prompt>> {
    let mut tx = db.pool.begin().await?;
    let locked = sqlx::query("SELECT 1 FROM prompts WHERE id = $1 FOR UPDATE")
        .bind(root)
        .fetch_optional(&mut *tx)
        .await?;
    if locked.is_none() {
        return Ok(None);
    }
    next.version = sqlx::query_scalar(
        "SELECT max(version) + 1 FROM prompts WHERE COALESCE(parent_prompt_id, id) = $1",
    )
    .bind(root)
    .fetch_one(&mut *tx)
    .await?;
    next.parent_prompt_id = Some(root);
    next.is_active = true;
    sqlx::query("UPDATE prompts SET is_active = false WHERE COALESCE(parent_prompt_id, id) = $1 AND is_active")
        .bind(root)
        .execute(&mut *tx)
        .await?;
    insert_row(&mut tx, &next).await?;
    tx.commit().await?;
    Ok(Some(next))
}

/// All versions of it.
pub async fn delete(db: &Db, root: Uuid) -> Result<bool> {
    let deleted = sqlx::query("DELETE FROM prompts WHERE id = $1")
        .bind(root)
        .execute(&db.pool)
        .await?;
    Ok(deleted.rows_affected() > 0)
}
