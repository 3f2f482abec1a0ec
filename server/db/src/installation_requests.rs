//! Requests of people who may not add a server themselves.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InstallationRequest {
    pub id: Uuid,
    pub external_catalog_id: Option<String>,
    pub requested_by: String,
    /// `pending`, `approved` or `declined`.
    pub status: String,
    pub request_reason: Option<String>,
    pub custom_server_config: Option<Value>,
    pub admin_response: Option<String>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
    /// `[{"id", "userId", "userName", "content", "createdAt"}]`
    pub notes: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Newest first.
pub async fn list(
    db: &Db,
    status: Option<&str>,
    requested_by: Option<&str>,
) -> Result<Vec<InstallationRequest>> {
    let query = sqlx::query_as(
        "SELECT * FROM installation_requests
         WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR requested_by = $2)
         ORDER BY created_at DESC, id DESC",
    )
    .bind(status)
    .bind(requested_by);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<InstallationRequest>> {
    let query = sqlx::query_as("SELECT * FROM installation_requests WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn insert(db: &Db, request: &InstallationRequest) -> Result<()> {
    sqlx::query(
        "INSERT INTO installation_requests VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(request.id)
    .bind(&request.external_catalog_id)
    .bind(&request.requested_by)
    .bind(&request.status)
    .bind(&request.request_reason)
    .bind(&request.custom_server_config)
    .bind(&request.admin_response)
    .bind(&request.reviewed_by)
    .bind(request.reviewed_at)
    .bind(&request.notes)
    .bind(request.created_at)
    .bind(request.updated_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Reads a request under a row lock, lets `change` edit it, and writes it back. `None` if there is no such request.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut InstallationRequest) -> std::result::Result<(), E>,
) -> std::result::Result<Option<InstallationRequest>, E> {
    let select = "SELECT * FROM installation_requests WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |request: &InstallationRequest| {
        sqlx::query(
            "UPDATE installation_requests SET status = $2, request_reason = $3, custom_server_config = $4,
                 admin_response = $5, reviewed_by = $6, reviewed_at = $7, notes = $8, updated_at = $9 WHERE id = $1",
        )
        .bind(id)
        .bind(&request.status)
        .bind(&request.request_reason)
        .bind(&request.custom_server_config)
        .bind(&request.admin_response)
        .bind(&request.reviewed_by)
        .bind(request.reviewed_at)
        .bind(&request.notes)
        .bind(request.updated_at)
    })
    .await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM installation_requests WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
