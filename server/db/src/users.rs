//! People who sign in.

use chrono::{DateTime, Utc};

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    /// A PHC string (argon2id); none for people who only sign in elsewhere.
    pub password_hash: Option<String>,
    pub password_is_default: bool,
    pub created_at: DateTime<Utc>,
}

pub async fn insert(db: &Db, user: &User) -> Result<()> {
    sqlx::query(
        "INSERT INTO users (id, name, email, role, password_hash, password_is_default, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(&user.id)
    .bind(&user.name)
    .bind(&user.email)
    .bind(&user.role)
    .bind(&user.password_hash)
    .bind(user.password_is_default)
    .bind(user.created_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

pub async fn find(db: &Db, id: &str) -> Result<Option<User>> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn find_by_email(db: &Db, email: &str) -> Result<Option<User>> {
    let query = sqlx::query_as("SELECT * FROM users WHERE lower(email) = lower($1)").bind(email);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// The oldest administrator: the one the start-up created, whom the desktop signs in and `reset-admin` mends.
pub async fn first_admin(db: &Db) -> Result<Option<User>> {
    let query = sqlx::query_as(
        "SELECT * FROM users WHERE role = 'admin' AND kind = 'person' ORDER BY created_at, id LIMIT 1",
    );
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn any_default_password(db: &Db) -> Result<bool> {
    let (any,): (bool,) =
        sqlx::query_as("SELECT EXISTS (SELECT FROM users WHERE password_is_default)")
            .fetch_one(&db.pool)
            .await?;
    Ok(any)
}

pub async fn set_password(db: &Db, id: &str, hash: &str, is_default: bool) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $2, password_is_default = $3, updated_at = now() WHERE id = $1")
        .bind(id)
        .bind(hash)
        .bind(is_default)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Lets somebody use their password for a while although passwords are switched off.
pub async fn allow_password(db: &Db, id: &str, until: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE users SET password_allowed_until = $2 WHERE id = $1")
        .bind(id)
        .bind(until)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn password_is_allowed(db: &Db, email: &str, now: DateTime<Utc>) -> Result<bool> {
    let query = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1) AND password_allowed_until > $2)",
    )
    .bind(email)
    .bind(now);
    Ok(query.fetch_one(&db.pool).await?)
}

pub async fn rename(db: &Db, id: &str, name: &str) -> Result<()> {
    sqlx::query("UPDATE users SET name = $2, updated_at = now() WHERE id = $1")
        .bind(id)
        .bind(name)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Id and name of everyone, for showing who made a call.
pub async fn names(db: &Db) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("SELECT id, name FROM users ORDER BY name")
        .fetch_all(&db.pool)
        .await?)
}

/// Id and role of everyone, for the snapshot.
pub async fn roles(db: &Db) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("SELECT id, role FROM users")
        .fetch_all(&db.pool)
        .await?)
}
