//! Tools of MCP servers: as they were last discovered, and as a person approved them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::row_lock::{self, Write};
use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Tool {
    pub id: Uuid,
    /// None: a tool of the built-in server.
    pub catalog_id: Option<Uuid>,
    /// `{server}__{tool}`
    pub name: String,
    pub raw_name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub input_schema: Value,
    /// The server's whole tool object as JSON, byte for byte.
    pub definition: String,
    /// Of the approved name, description and schema.
    pub fingerprint: String,
    /// What the server says now, where it differs from what was approved.
    pub pending_definition: Option<String>,
    pub pending_fingerprint: Option<String>,
    pub pending_detected_at: Option<DateTime<Utc>>,
    pub rejected_fingerprint: Option<String>,
    /// Not to be called until a person approves the change.
    pub paused: bool,
    /// What looks suspicious in it, as sentences.
    pub warnings: Vec<String>,
    /// The server still had it when it was last asked.
    pub available: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Default)]
pub struct ToolFilter {
    pub catalog_id: Option<Uuid>,
    /// A part of the name or the description.
    pub search: Option<String>,
}

/// Sorted by name.
pub async fn list(db: &Db, filter: &ToolFilter) -> Result<Vec<Tool>> {
    let query = sqlx::query_as(
        "SELECT * FROM tools WHERE ($1::uuid IS NULL OR catalog_id = $1)
             AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0 OR strpos(lower(description), lower($2)) > 0)
         ORDER BY name",
    )
    .bind(filter.catalog_id)
    .bind(&filter.search);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn all(db: &Db) -> Result<Vec<Tool>> {
    list(db, &ToolFilter::default()).await
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Tool>> {
    Ok(sqlx::query_as("SELECT * FROM tools WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn find_many(db: &Db, ids: &[Uuid]) -> Result<Vec<Tool>> {
    let query = sqlx::query_as("SELECT * FROM tools WHERE id = ANY($1) ORDER BY name").bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Lets `change` see all tools of a catalog item (or of the built-in server) and say which rows to write. Two
/// discoveries of one item queue; neither sees half of the other's.
pub async fn sync(
    db: &Db,
    catalog_id: Option<Uuid>,
    change: impl FnOnce(Vec<Tool>) -> Vec<Tool>,
) -> Result<Vec<Tool>> {
    let mut tx = db.pool.begin().await?;
    // The built-in server has no row to lock.
    let key = catalog_id.unwrap_or_default().as_u64_pair().1.cast_signed();
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(key)
        .execute(&mut *tx)
        .await?;
    let before = sqlx::query_as(
        "SELECT * FROM tools WHERE catalog_id IS NOT DISTINCT FROM $1 ORDER BY name",
    )
    .bind(catalog_id)
    .fetch_all(&mut *tx)
    .await?;
    let changed = change(before);
    for tool in &changed {
        write(tool).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

fn write(tool: &Tool) -> Write {
    sqlx::query(
        "INSERT INTO tools VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description,
             input_schema = excluded.input_schema, definition = excluded.definition, fingerprint = excluded.fingerprint,
             pending_definition = excluded.pending_definition, pending_fingerprint = excluded.pending_fingerprint,
             pending_detected_at = excluded.pending_detected_at, rejected_fingerprint = excluded.rejected_fingerprint,
             paused = excluded.paused, warnings = excluded.warnings, available = excluded.available,
             updated_at = excluded.updated_at",
    )
    .bind(tool.id)
    .bind(tool.catalog_id)
    .bind(&tool.name)
    .bind(&tool.raw_name)
    .bind(&tool.title)
    .bind(&tool.description)
    // Bound as a `Value` it would become jsonb on its way, which forgets the order of fields.
    .bind(tool.input_schema.to_string())
    .bind(&tool.definition)
    .bind(&tool.fingerprint)
    .bind(&tool.pending_definition)
    .bind(&tool.pending_fingerprint)
    .bind(tool.pending_detected_at)
    .bind(&tool.rejected_fingerprint)
    .bind(tool.paused)
    .bind(&tool.warnings)
    .bind(tool.available)
    .bind(tool.created_at)
    .bind(tool.updated_at)
}

/// Reads a tool under a row lock, lets `change` edit it, and writes it back. `None` if there is no such tool.
pub async fn update(db: &Db, id: Uuid, change: impl FnOnce(&mut Tool)) -> Result<Option<Tool>> {
    let select = "SELECT * FROM tools WHERE id = $1 FOR UPDATE";
    let change = |tool: &mut Tool| {
        change(tool);
        Ok(())
    };
    row_lock::update(db, select, id, change, write).await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM tools WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
