//! Identity providers, who people are there, and sign-ins that are under way.

mod flows;
mod people;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

pub use flows::{
    Flow, Test, find_test, insert_flow, insert_test, purge, take_flow, update_test, use_assertion,
};
pub use people::{
    Account, SessionIdentity, find_account, insert_session, is_person, link, session_of, set_role,
    sync_teams, touch_account,
};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct IdentityProvider {
    pub id: Uuid,
    pub organization_id: String,
    pub provider_id: String,
    pub issuer: String,
    pub domain: String,
    pub domain_verified: Option<bool>,
    pub user_id: Option<String>,
    pub oidc_config: Option<Value>,
    pub saml_config: Option<Value>,
    pub role_mapping: Option<Value>,
    pub team_sync_config: Option<Value>,
    pub secret_id: Option<Uuid>,
    pub worked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list(db: &Db) -> Result<Vec<IdentityProvider>> {
    Ok(
        sqlx::query_as("SELECT * FROM identity_providers ORDER BY provider_id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<IdentityProvider>> {
    let query = sqlx::query_as("SELECT * FROM identity_providers WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn find_by_provider_id(db: &Db, provider_id: &str) -> Result<Option<IdentityProvider>> {
    let query =
        sqlx::query_as("SELECT * FROM identity_providers WHERE provider_id = $1").bind(provider_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn insert(db: &Db, row: &IdentityProvider) -> Result<()> {
    sqlx::query(
        "INSERT INTO identity_providers
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9::json, $10::json, $11::json, $12, $13, $14, $15)",
    )
    .bind(row.id)
    .bind(&row.organization_id)
    .bind(&row.provider_id)
    .bind(&row.issuer)
    .bind(&row.domain)
    .bind(row.domain_verified)
    .bind(&row.user_id)
    .bind(text(row.oidc_config.as_ref()))
    .bind(text(row.saml_config.as_ref()))
    .bind(text(row.role_mapping.as_ref()))
    .bind(text(row.team_sync_config.as_ref()))
    .bind(row.secret_id)
    .bind(row.worked_at)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Bound as JSON it would lose the order of its keys.
fn text(block: Option<&Value>) -> Option<String> {
    block.map(Value::to_string)
}

/// Reads a provider under a row lock, lets `change` edit it, and writes it back. `None` if there is no such provider.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut IdentityProvider) -> std::result::Result<(), E>,
) -> std::result::Result<Option<IdentityProvider>, E> {
    let select = "SELECT * FROM identity_providers WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |row: &IdentityProvider| {
        sqlx::query(
            "UPDATE identity_providers SET issuer = $2, domain = $3, domain_verified = $4, user_id = $5, oidc_config = $6::json,
             saml_config = $7::json, role_mapping = $8::json, team_sync_config = $9::json, secret_id = $10, worked_at = $11, updated_at = $12,
             provider_id = $13 WHERE id = $1",
        )
        .bind(row.id)
        .bind(row.issuer.clone())
        .bind(row.domain.clone())
        .bind(row.domain_verified)
        .bind(row.user_id.clone())
        .bind(text(row.oidc_config.as_ref()))
        .bind(text(row.saml_config.as_ref()))
        .bind(text(row.role_mapping.as_ref()))
        .bind(text(row.team_sync_config.as_ref()))
        .bind(row.secret_id)
        .bind(row.worked_at)
        .bind(row.updated_at)
        .bind(row.provider_id.clone())
    })
    .await
}

/// The row that was; `None` if there was none.
pub async fn delete(db: &Db, id: Uuid) -> Result<Option<IdentityProvider>> {
    let query = sqlx::query_as("DELETE FROM identity_providers WHERE id = $1 RETURNING *").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Notes that the settings work.
pub async fn worked(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE identity_providers SET worked_at = $2 WHERE id = $1 AND worked_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Whether people can do without passwords.
pub async fn any_works(db: &Db) -> Result<bool> {
    let query = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM identity_providers WHERE worked_at IS NOT NULL)",
    );
    Ok(query.fetch_one(&db.pool).await?)
}
