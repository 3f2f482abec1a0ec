//! OAuth in both directions: sign-ins at remote servers that are under way, and what our own authorization server gave
//! to MCP clients. Only hashes of codes and tokens are here.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Result};

/// A sign-in at a remote server that waits for the browser to come back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OauthFlow {
    /// The SHA-256 of its `state`, in hex.
    pub id: String,
    pub catalog_id: Uuid,
    pub server_id: Option<Uuid>,
    pub user_id: String,
    /// Its field `flow`.
    pub secret_id: Uuid,
    pub expires_at: DateTime<Utc>,
}

/// A program that registered itself at our authorization server.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OauthClient {
    pub id: String,
    pub metadata: Value,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OauthCode {
    pub code_hash: Vec<u8>,
    pub client_id: String,
    pub user_id: String,
    pub agent_id: Option<Uuid>,
    pub redirect_uri: String,
    pub code_challenge: String,
    pub resource: Option<String>,
    pub scopes: Vec<String>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OauthToken {
    pub id: Uuid,
    pub access_hash: Vec<u8>,
    pub refresh_hash: Option<Vec<u8>>,
    pub client_id: String,
    pub user_id: String,
    pub agent_id: Option<Uuid>,
    pub resource: Option<String>,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

pub async fn insert_flow(db: &Db, flow: &OauthFlow) -> Result<()> {
    sqlx::query("INSERT INTO oauth_flows VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&flow.id)
        .bind(flow.catalog_id)
        .bind(flow.server_id)
        .bind(&flow.user_id)
        .bind(flow.secret_id)
        .bind(flow.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Once; `None` if it is unknown or has expired.
pub async fn take_flow(db: &Db, id: &str, now: DateTime<Utc>) -> Result<Option<OauthFlow>> {
    let query =
        sqlx::query_as("DELETE FROM oauth_flows WHERE id = $1 AND expires_at > $2 RETURNING *")
            .bind(id)
            .bind(now);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Forgets what nobody came back for; returns the secrets that go with it.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    sqlx::query("DELETE FROM oauth_codes WHERE expires_at <= $1")
        .bind(now)
        .execute(&db.pool)
        .await?;
    sqlx::query(
        "DELETE FROM oauth_tokens WHERE COALESCE(refresh_expires_at, access_expires_at) <= $1",
    )
    .bind(now)
    .execute(&db.pool)
    .await?;
    let query =
        sqlx::query_scalar("DELETE FROM oauth_flows WHERE expires_at <= $1 RETURNING secret_id")
            .bind(now);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn insert_client(db: &Db, client: &OauthClient) -> Result<()> {
    sqlx::query("INSERT INTO oauth_clients VALUES ($1, $2, $3)")
        .bind(&client.id)
        .bind(&client.metadata)
        .bind(client.created_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn find_client(db: &Db, id: &str) -> Result<Option<OauthClient>> {
    Ok(sqlx::query_as("SELECT * FROM oauth_clients WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn insert_code(db: &Db, code: &OauthCode) -> Result<()> {
    sqlx::query("INSERT INTO oauth_codes VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(&code.code_hash)
        .bind(&code.client_id)
        .bind(&code.user_id)
        .bind(code.agent_id)
        .bind(&code.redirect_uri)
        .bind(&code.code_challenge)
        .bind(&code.resource)
        .bind(&code.scopes)
        .bind(code.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Once; `None` if it is unknown or has expired.
pub async fn take_code(db: &Db, hash: &[u8], now: DateTime<Utc>) -> Result<Option<OauthCode>> {
    let query = sqlx::query_as(
        "DELETE FROM oauth_codes WHERE code_hash = $1 AND expires_at > $2 RETURNING *",
    )
    .bind(hash)
    .bind(now);
    Ok(query.fetch_optional(&db.pool).await?)
}

const INSERT_TOKEN: &str =
    "INSERT INTO oauth_tokens VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

pub async fn insert_token(db: &Db, token: &OauthToken) -> Result<()> {
    let mut connection = db.pool.acquire().await.map_err(crate::Error::from)?;
    write_token(&mut connection, token).await
}

async fn write_token(connection: &mut sqlx::PgConnection, token: &OauthToken) -> Result<()> {
    sqlx::query(INSERT_TOKEN)
        .bind(token.id)
        .bind(&token.access_hash)
        .bind(&token.refresh_hash)
        .bind(&token.client_id)
        .bind(&token.user_id)
        .bind(token.agent_id)
        .bind(&token.resource)
        .bind(&token.scopes)
        .bind(token.created_at)
        .bind(token.access_expires_at)
        .bind(token.refresh_expires_at)
        .bind(token.last_used_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Every token that may still be used, for the snapshot.
pub async fn all_tokens(db: &Db) -> Result<Vec<OauthToken>> {
    let query = sqlx::query_as("SELECT * FROM oauth_tokens WHERE access_expires_at > now()");
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find_refresh(db: &Db, hash: &[u8], now: DateTime<Utc>) -> Result<Option<OauthToken>> {
    let query = sqlx::query_as(
        "SELECT * FROM oauth_tokens WHERE refresh_hash = $1 AND refresh_expires_at > $2",
    )
    .bind(hash)
    .bind(now);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Rotation: the old token goes, the new one comes. False if somebody else replaced the old one first.
pub async fn replace_token(db: &Db, old: Uuid, new: &OauthToken) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    let done = sqlx::query("DELETE FROM oauth_tokens WHERE id = $1")
        .bind(old)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    write_token(&mut tx, new).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn revoke_token(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM oauth_tokens WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn tokens_of_user(db: &Db, user_id: &str) -> Result<Vec<OauthToken>> {
    let query = sqlx::query_as("SELECT * FROM oauth_tokens WHERE user_id = $1 ORDER BY id DESC")
        .bind(user_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Notes the last use, at most once a minute.
pub async fn touch_token(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE oauth_tokens SET last_used_at = $2
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute')",
    )
    .bind(id)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}
