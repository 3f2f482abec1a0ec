//! Sign-ins that are under way, tests of them, and assertions that were used.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Result};

/// A sign-in that waits for the browser to come back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Flow {
    pub state_hash: Vec<u8>,
    pub provider_id: Uuid,
    pub browser_hash: Vec<u8>,
    pub return_to: String,
    pub test_id: Option<Uuid>,
    pub outcome: Option<Value>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Test {
    pub id: Uuid,
    pub provider_id: Uuid,
    pub state: String,
    pub steps: Value,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_flow(db: &Db, flow: &Flow) -> Result<()> {
    sqlx::query("INSERT INTO identity_flows VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(&flow.state_hash)
        .bind(flow.provider_id)
        .bind(&flow.browser_hash)
        .bind(&flow.return_to)
        .bind(flow.test_id)
        .bind(&flow.outcome)
        .bind(flow.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Once; `None` if it is unknown, has expired, is of another provider or, with `browser_hash`, of another browser.
/// `with_outcome`: one that was parked, or one that was not.
pub async fn take_flow(
    db: &Db,
    state_hash: &[u8],
    provider_id: Uuid,
    browser_hash: Option<&[u8]>,
    with_outcome: bool,
    now: DateTime<Utc>,
) -> Result<Option<Flow>> {
    let query = sqlx::query_as(
        "DELETE FROM identity_flows
         WHERE state_hash = $1 AND provider_id = $2 AND ($3::bytea IS NULL OR browser_hash = $3)
         AND (outcome IS NOT NULL) = $4 AND expires_at > $5 RETURNING *",
    )
    .bind(state_hash)
    .bind(provider_id)
    .bind(browser_hash)
    .bind(with_outcome)
    .bind(now);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// False if it was used before.
pub async fn use_assertion(
    db: &Db,
    provider_id: Uuid,
    assertion_id: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done =
        sqlx::query("INSERT INTO identity_assertions VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(provider_id)
            .bind(assertion_id)
            .bind(expires_at)
            .execute(&db.pool)
            .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn insert_test(db: &Db, test: &Test) -> Result<()> {
    sqlx::query("INSERT INTO identity_tests VALUES ($1, $2, $3, $4, $5)")
        .bind(test.id)
        .bind(test.provider_id)
        .bind(&test.state)
        .bind(&test.steps)
        .bind(test.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn update_test(db: &Db, id: Uuid, state: &str, steps: &Value) -> Result<()> {
    sqlx::query("UPDATE identity_tests SET state = $2, steps = $3 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(steps)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn find_test(db: &Db, id: Uuid, provider_id: Uuid) -> Result<Option<Test>> {
    let query = sqlx::query_as("SELECT * FROM identity_tests WHERE id = $1 AND provider_id = $2")
        .bind(id)
        .bind(provider_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Forgets what nobody came back for, and assertions that can't be used any more anyhow.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let statements = [
        "DELETE FROM identity_flows WHERE expires_at <= $1",
        "DELETE FROM identity_tests WHERE expires_at <= $1",
        "DELETE FROM identity_assertions WHERE expires_at <= $1",
        "DELETE FROM two_factor_challenges WHERE expires_at <= $1",
    ];
    for statement in statements {
        sqlx::query(statement).bind(now).execute(&db.pool).await?;
    }
    Ok(())
}
