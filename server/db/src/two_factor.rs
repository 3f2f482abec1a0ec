//! Second factors: who has one, what is left of their recovery codes, and browsers that still owe a code.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TwoFactor {
    pub user_id: String,
    /// Its field `secret`.
    pub secret_id: Uuid,
    pub enabled_at: Option<DateTime<Utc>>,
    pub last_step: i64,
}

/// A browser whose password was right.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Challenge {
    pub token_hash: Vec<u8>,
    pub user_id: String,
    pub remember: bool,
    pub must_change_password: bool,
    pub attempts: i32,
    pub expires_at: DateTime<Utc>,
}

pub async fn find(db: &Db, user_id: &str) -> Result<Option<TwoFactor>> {
    let query = sqlx::query_as("SELECT * FROM two_factor WHERE user_id = $1").bind(user_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Begins anew, unless one is in force already; then false.
pub async fn begin(db: &Db, user_id: &str, secret_id: Uuid, codes: &[Vec<u8>]) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    let done = sqlx::query(
        "INSERT INTO two_factor (user_id, secret_id) VALUES ($1, $2) ON CONFLICT (user_id)
         DO UPDATE SET secret_id = $2, last_step = 0 WHERE two_factor.enabled_at IS NULL",
    )
    .bind(user_id)
    .bind(secret_id)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    write_codes(&mut tx, user_id, codes).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn set_codes(db: &Db, user_id: &str, codes: &[Vec<u8>]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    write_codes(&mut tx, user_id, codes).await?;
    Ok(tx.commit().await?)
}

async fn write_codes(tx: &mut sqlx::PgConnection, user_id: &str, codes: &[Vec<u8>]) -> Result<()> {
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind(user_id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO recovery_codes SELECT $1, hash FROM unnest($2::bytea[]) AS hash")
        .bind(user_id)
        .bind(codes)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

pub async fn enable(db: &Db, user_id: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE two_factor SET enabled_at = $2 WHERE user_id = $1 AND enabled_at IS NULL")
        .bind(user_id)
        .bind(now)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Marks a time step as used; false if it or a later one was.
pub async fn use_step(db: &Db, user_id: &str, step: i64) -> Result<bool> {
    let done =
        sqlx::query("UPDATE two_factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2")
            .bind(user_id)
            .bind(step)
            .execute(&db.pool)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Once; false if there is no such code any more.
pub async fn use_code(db: &Db, user_id: &str, hash: &[u8]) -> Result<bool> {
    let done = sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2")
        .bind(user_id)
        .bind(hash)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn codes_left(db: &Db, user_id: &str) -> Result<i64> {
    let query =
        sqlx::query_scalar("SELECT count(*) FROM recovery_codes WHERE user_id = $1").bind(user_id);
    Ok(query.fetch_one(&db.pool).await?)
}

/// The id of the secret that goes with it.
pub async fn delete(db: &Db, user_id: &str) -> Result<Option<Uuid>> {
    let query = sqlx::query_scalar("DELETE FROM two_factor WHERE user_id = $1 RETURNING secret_id")
        .bind(user_id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn insert_challenge(db: &Db, challenge: &Challenge) -> Result<()> {
    sqlx::query("INSERT INTO two_factor_challenges VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&challenge.token_hash)
        .bind(&challenge.user_id)
        .bind(challenge.remember)
        .bind(challenge.must_change_password)
        .bind(challenge.attempts)
        .bind(challenge.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// The challenge, with this attempt counted.
pub async fn attempt(db: &Db, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Challenge>> {
    let query = sqlx::query_as(
        "UPDATE two_factor_challenges SET attempts = attempts + 1 WHERE token_hash = $1 AND expires_at > $2
         RETURNING *",
    )
    .bind(token_hash)
    .bind(now);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Whether it was still there: a challenge is met once.
pub async fn end_challenge(db: &Db, token_hash: &[u8]) -> Result<bool> {
    let done = sqlx::query("DELETE FROM two_factor_challenges WHERE token_hash = $1")
        .bind(token_hash)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
