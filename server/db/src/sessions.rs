//! Signed-in browsers, and failed attempts to become one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    pub id: Uuid,
    pub user_id: String,
    /// SHA-256 of the cookie's value.
    pub token_hash: Vec<u8>,
    pub must_change_password: bool,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(db: &Db, session: &Session) -> Result<()> {
    sqlx::query("INSERT INTO sessions VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(session.id)
        .bind(&session.user_id)
        .bind(&session.token_hash)
        .bind(session.must_change_password)
        .bind(&session.ip_address)
        .bind(&session.user_agent)
        .bind(session.created_at)
        .bind(session.last_used_at)
        .bind(session.expires_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// The live session behind a cookie; its last use is noted at most once a minute.
pub async fn find_live(db: &Db, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Session>> {
    let session: Option<Session> =
        sqlx::query_as("SELECT * FROM sessions WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(now)
            .fetch_optional(&db.pool)
            .await?;
    if let Some(session) = &session
        && now - session.last_used_at > chrono::TimeDelta::minutes(1)
    {
        sqlx::query("UPDATE sessions SET last_used_at = $2 WHERE id = $1")
            .bind(session.id)
            .bind(now)
            .execute(&db.pool)
            .await?;
    }
    Ok(session)
}

pub async fn list_live(db: &Db, user_id: &str, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let query = sqlx::query_as(
        "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC",
    )
    .bind(user_id)
    .bind(now);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Ends one session of a user; false if the user has no such session.
pub async fn revoke(db: &Db, user_id: &str, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends every session of a user but the one given.
pub async fn revoke_others(db: &Db, user_id: &str, keep: Option<Uuid>) -> Result<u64> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2")
        .bind(user_id)
        .bind(keep)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected())
}

pub async fn lift_password_duty(db: &Db, user_id: &str) -> Result<()> {
    sqlx::query("UPDATE sessions SET must_change_password = false WHERE user_id = $1")
        .bind(user_id)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Removes what has expired: sessions, and failures nobody counts any more.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now)
        .execute(&db.pool)
        .await?;
    sqlx::query("DELETE FROM sign_in_failures WHERE failed_at <= $1")
        .bind(now - chrono::TimeDelta::hours(1))
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// `subject` is an account or an address, as the caller names it.
pub async fn note_failure(db: &Db, subjects: &[String], now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "INSERT INTO sign_in_failures SELECT subject, $2 FROM unnest($1::text[]) AS subject",
    )
    .bind(subjects)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// How often a subject failed since then, and when last.
pub async fn failures(
    db: &Db,
    subject: &str,
    since: DateTime<Utc>,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    let query =
        sqlx::query_as("SELECT count(*), max(failed_at) FROM sign_in_failures WHERE subject = $1 AND failed_at > $2")
            .bind(subject)
            .bind(since);
    Ok(query.fetch_one(&db.pool).await?)
}

pub async fn forgive(db: &Db, subject: &str) -> Result<()> {
    sqlx::query("DELETE FROM sign_in_failures WHERE subject = $1")
        .bind(subject)
        .execute(&db.pool)
        .await?;
    Ok(())
}
