//! The private registry: MCP servers that can be installed.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::row_lock::{self, Write};
use crate::{Db, Error, Result};

/// Its secret values are in the secret store, under the two secret ids.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CatalogItem {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    /// What its tools' names begin with; none before they are first discovered.
    pub tool_prefix: Option<String>,
    pub description: Option<String>,
    pub version: Option<String>,
    pub instructions: Option<String>,
    pub repository: Option<String>,
    pub installation_command: Option<String>,
    pub docs_url: Option<String>,
    pub icon: Option<String>,
    pub requires_auth: bool,
    pub auth_description: Option<String>,
    pub auth_fields: Option<Value>,
    /// `local`, `remote` or `builtin`.
    pub server_type: String,
    pub server_url: Option<String>,
    pub local_config: Option<Value>,
    pub user_config: Option<Value>,
    pub oauth_config: Option<Value>,
    pub enterprise_managed_config: Option<Value>,
    pub deployment_spec_yaml: Option<String>,
    pub client_secret_id: Option<Uuid>,
    pub local_config_secret_id: Option<Uuid>,
    /// `[{"key": …, "value": …}]`
    pub labels: Value,
    pub team_ids: Vec<Uuid>,
    /// `personal`, `team` or `org`.
    pub scope: String,
    pub author_id: Option<String>,
    pub settings: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list(db: &Db) -> Result<Vec<CatalogItem>> {
    Ok(
        sqlx::query_as("SELECT * FROM mcp_catalog ORDER BY created_at, id")
            .fetch_all(&db.pool)
            .await?,
    )
}

/// Id and name of every item, for the snapshot.
pub async fn names(db: &Db) -> Result<Vec<(Uuid, String)>> {
    Ok(sqlx::query_as("SELECT id, name FROM mcp_catalog")
        .fetch_all(&db.pool)
        .await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<CatalogItem>> {
    Ok(sqlx::query_as("SELECT * FROM mcp_catalog WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<CatalogItem>> {
    Ok(sqlx::query_as("SELECT * FROM mcp_catalog WHERE name = $1")
        .bind(name)
        .fetch_optional(&db.pool)
        .await?)
}

/// A name that is taken is a [`Error::Conflict`] of `mcp_catalog_name`.
pub async fn insert(db: &Db, item: &CatalogItem) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    sqlx::query("INSERT INTO mcp_catalog (id, organization_id, name, server_type, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)")
        .bind(item.id)
        .bind(&item.organization_id)
        .bind(&item.name)
        .bind(&item.server_type)
        .bind(item.created_at)
        .execute(&mut *tx)
        .await?;
    write(item).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Reads an item under a row lock, lets `change` edit it, and writes it back: concurrent edits queue, none is lost.
/// `None` if there is no such item; `change`'s own error undoes everything.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut CatalogItem) -> std::result::Result<(), E>,
) -> std::result::Result<Option<CatalogItem>, E> {
    let select = "SELECT * FROM mcp_catalog WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, write).await
}

fn write(item: &CatalogItem) -> Write {
    sqlx::query(
        "UPDATE mcp_catalog SET name = $2, description = $3, version = $4, instructions = $5, repository = $6,
             installation_command = $7, docs_url = $8, icon = $9, requires_auth = $10, auth_description = $11,
             auth_fields = $12::json, server_type = $13, server_url = $14, local_config = $15::json, user_config = $16::json,
             oauth_config = $17::json, enterprise_managed_config = $18::json, deployment_spec_yaml = $19, client_secret_id = $20,
             local_config_secret_id = $21, labels = $22, team_ids = $23, scope = $24, author_id = $25, settings = $26,
             updated_at = $27 WHERE id = $1",
    )
    .bind(item.id)
    .bind(&item.name)
    .bind(&item.description)
    .bind(&item.version)
    .bind(&item.instructions)
    .bind(&item.repository)
    .bind(&item.installation_command)
    .bind(&item.docs_url)
    .bind(&item.icon)
    .bind(item.requires_auth)
    .bind(&item.auth_description)
    .bind(text(item.auth_fields.as_ref()))
    .bind(&item.server_type)
    .bind(&item.server_url)
    .bind(text(item.local_config.as_ref()))
    .bind(text(item.user_config.as_ref()))
    .bind(text(item.oauth_config.as_ref()))
    .bind(text(item.enterprise_managed_config.as_ref()))
    .bind(&item.deployment_spec_yaml)
    .bind(item.client_secret_id)
    .bind(item.local_config_secret_id)
    .bind(&item.labels)
    .bind(&item.team_ids)
    .bind(&item.scope)
    .bind(&item.author_id)
    .bind(&item.settings)
    .bind(item.updated_at)
}

/// Bound as a `Value` it would become jsonb on its way, which forgets the order of fields.
fn text(value: Option<&Value>) -> Option<String> {
    value.map(Value::to_string)
}

/// Its installations, tools and assignments go with it.
pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM mcp_catalog WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Sets what the item's tools' names begin with, unless that was set before; returns what holds.
/// A prefix that another item has is a [`Error::Conflict`].
pub async fn claim_tool_prefix(db: &Db, id: Uuid, prefix: &str) -> Result<Option<String>> {
    let query = sqlx::query_scalar(
        "UPDATE mcp_catalog SET tool_prefix = COALESCE(tool_prefix, $2) WHERE id = $1 RETURNING tool_prefix",
    )
    .bind(id)
    .bind(prefix);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn label_keys(db: &Db) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT DISTINCT label->>'key' AS key FROM mcp_catalog, jsonb_array_elements(labels) AS label
         WHERE label->>'key' IS NOT NULL ORDER BY key",
    );
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn label_values(db: &Db, key: Option<&str>) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT DISTINCT label->>'value' AS value FROM mcp_catalog, jsonb_array_elements(labels) AS label
         WHERE label->>'value' IS NOT NULL AND ($1::text IS NULL OR label->>'key' = $1) ORDER BY value",
    )
    .bind(key);
    Ok(query.fetch_all(&db.pool).await?)
}
