//! Who belongs to the organization: people and service accounts, and the role each has.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::{Db, Error, Result, roles};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Member {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    /// `person` or `service`
    pub kind: String,
    pub has_password: bool,
    pub created_at: DateTime<Utc>,
    /// When a browser or a key of theirs was last used.
    pub last_active_at: Option<DateTime<Utc>>,
}

/// Everything is optional.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// A part of the name or the email.
    pub search: Option<String>,
    pub role: Option<String>,
    pub kind: Option<String>,
    pub id: Option<String>,
}

/// What became of a change that must leave an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Done,
    NoSuchMember,
    LastAdministrator,
}

const COLUMNS: &str =
    "id, name, email, role, kind, password_hash IS NOT NULL AS has_password, created_at,
    GREATEST((SELECT max(last_used_at) FROM sessions WHERE user_id = users.id),
             (SELECT max(last_used_at) FROM api_keys WHERE user_id = users.id)) AS last_active_at";

/// By name.
pub async fn list(db: &Db, filter: &MemberFilter) -> Result<Vec<Member>> {
    let query = format!(
        "SELECT {COLUMNS} FROM users
         WHERE ($1::text IS NULL OR strpos(lower(name), lower($1)) > 0 OR strpos(lower(email), lower($1)) > 0)
           AND ($2::text IS NULL OR role = $2)
           AND ($3::text IS NULL OR kind = $3)
           AND ($4::text IS NULL OR id = $4)
         ORDER BY lower(name), id"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(&filter.search)
        .bind(&filter.role)
        .bind(&filter.kind)
        .bind(&filter.id);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: &str) -> Result<Option<Member>> {
    let filter = MemberFilter {
        id: Some(id.to_owned()),
        ..MemberFilter::default()
    };
    Ok(list(db, &filter).await?.pop())
}

/// An account for programs.
pub async fn insert_service(
    db: &Db,
    id: &str,
    name: &str,
    email: &str,
    role: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO users (id, name, email, role, kind, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'service', $5, $5)",
    )
    .bind(id)
    .bind(name)
    .bind(email)
    .bind(role)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Gives somebody another role, if `allowed` says that the one they have may be taken from them.
pub async fn set_role<E: From<Error>>(
    db: &Db,
    id: &str,
    role: &str,
    allowed: impl FnOnce(&str) -> std::result::Result<(), E>,
) -> std::result::Result<Change, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let Some(before) = role_of(&mut tx, id).await? else {
        return Ok(Change::NoSuchMember);
    };
    allowed(&before)?;
    if role != "admin" && is_last_administrator(&mut tx, id).await? {
        return Ok(Change::LastAdministrator);
    }
    let query = sqlx::query("UPDATE users SET role = $2, updated_at = now() WHERE id = $1")
        .bind(id)
        .bind(role);
    query.execute(&mut *tx).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Change::Done)
}

/// With sessions, keys, tokens, conversations; `allowed` as above.
pub async fn delete<E: From<Error>>(
    db: &Db,
    id: &str,
    allowed: impl FnOnce(&str) -> std::result::Result<(), E>,
) -> std::result::Result<Change, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let Some(role) = role_of(&mut tx, id).await? else {
        return Ok(Change::NoSuchMember);
    };
    allowed(&role)?;
    if is_last_administrator(&mut tx, id).await? {
        return Ok(Change::LastAdministrator);
    }
    let query = sqlx::query("DELETE FROM users WHERE id = $1").bind(id);
    query.execute(&mut *tx).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Change::Done)
}

async fn role_of(tx: &mut Transaction<'_, Postgres>, id: &str) -> Result<Option<String>> {
    roles::lock(tx).await?;
    let query = sqlx::query_scalar("SELECT role FROM users WHERE id = $1 FOR UPDATE").bind(id);
    Ok(query.fetch_optional(&mut **tx).await?)
}

/// Only people count: a program can't sign in and mend things.
async fn is_last_administrator(tx: &mut Transaction<'_, Postgres>, id: &str) -> Result<bool> {
    let query = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM users WHERE id = $1 AND role = 'admin' AND kind = 'person')
            AND NOT EXISTS (SELECT FROM users WHERE id <> $1 AND role = 'admin' AND kind = 'person')",
    )
    .bind(id);
    Ok(query.fetch_one(&mut **tx).await?)
}

/// Person, team, the team's name and the role in it, of everybody.
pub async fn teams(db: &Db) -> Result<Vec<(String, Uuid, String, String)>> {
    let query = sqlx::query_as(
        "SELECT user_id, team_id, teams.name, team_members.role FROM team_members
         JOIN teams ON teams.id = team_id ORDER BY user_id, lower(teams.name), team_id",
    );
    Ok(query.fetch_all(&db.pool).await?)
}

/// Role and how many have it.
pub async fn count_by_role(db: &Db) -> Result<Vec<(String, i64)>> {
    let query = sqlx::query_as("SELECT role, count(*) FROM users GROUP BY role");
    Ok(query.fetch_all(&db.pool).await?)
}
