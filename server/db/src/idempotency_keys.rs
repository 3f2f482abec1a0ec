//! Answers that are kept for whoever repeats a request.

use chrono::{DateTime, Utc};

use crate::{Db, Result};

/// What became of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's to answer.
    New,
    /// It was used for another request.
    Other,
    /// Somebody is answering it.
    Running,
    Answered(Vec<u8>),
}

/// When claims end: one that nobody answers, and one that is answered.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub now: DateTime<Utc>,
    pub lease_until: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn claim(db: &Db, key: &[u8], request: &[u8], times: Times) -> Result<Claim> {
    sqlx::query("DELETE FROM idempotency_keys WHERE expires_at <= $1")
        .bind(times.now)
        .execute(&db.pool)
        .await?;
    // Whoever was to answer and is gone leaves the key to the next who sends the same.
    let claimed = sqlx::query(
        "INSERT INTO idempotency_keys (key_hash, request_hash, lease_until, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key_hash) DO UPDATE SET lease_until = EXCLUDED.lease_until
         WHERE idempotency_keys.answer IS NULL AND idempotency_keys.lease_until <= $5
             AND idempotency_keys.request_hash = EXCLUDED.request_hash",
    )
    .bind(key)
    .bind(request)
    .bind(times.lease_until)
    .bind(times.expires_at)
    .bind(times.now)
    .execute(&db.pool)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let found: Option<(Vec<u8>, Option<Vec<u8>>)> =
        sqlx::query_as("SELECT request_hash, answer FROM idempotency_keys WHERE key_hash = $1")
            .bind(key)
            .fetch_optional(&db.pool)
            .await?;
    Ok(match found {
        Some((known, _)) if known != request => Claim::Other,
        Some((_, Some(answer))) => Claim::Answered(answer),
        // Given back in the meantime: whoever asks again finds it free.
        Some((_, None)) | None => Claim::Running,
    })
}

pub async fn answer(db: &Db, key: &[u8], answer: &[u8]) -> Result<()> {
    sqlx::query("UPDATE idempotency_keys SET answer = $2 WHERE key_hash = $1")
        .bind(key)
        .bind(answer)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Nothing came of it: the key is as new.
pub async fn release(db: &Db, key: &[u8]) -> Result<()> {
    sqlx::query("DELETE FROM idempotency_keys WHERE key_hash = $1 AND answer IS NULL")
        .bind(key)
        .execute(&db.pool)
        .await?;
    Ok(())
}
