//! Who somebody is at a provider, and what the provider says about their role and their teams.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::users::User;
use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Account {
    pub provider_id: Uuid,
    pub subject: String,
    pub user_id: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// A session that a provider began.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionIdentity {
    pub session_id: Uuid,
    pub provider_id: Uuid,
    pub id_token: Option<Vec<u8>>,
}

pub async fn find_account(db: &Db, provider_id: Uuid, subject: &str) -> Result<Option<Account>> {
    let query =
        sqlx::query_as("SELECT * FROM identity_accounts WHERE provider_id = $1 AND subject = $2")
            .bind(provider_id)
            .bind(subject);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// Makes somebody known, with their account here if they have none yet; both or neither.
pub async fn link(db: &Db, account: &Account, new: Option<&User>) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    if let Some(user) = new {
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
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query("INSERT INTO identity_accounts VALUES ($1, $2, $3, $4, $5)")
        .bind(account.provider_id)
        .bind(&account.subject)
        .bind(&account.user_id)
        .bind(account.created_at)
        .bind(account.last_used_at)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

pub async fn touch_account(
    db: &Db,
    provider_id: Uuid,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE identity_accounts SET last_used_at = $3 WHERE provider_id = $1 AND subject = $2",
    )
    .bind(provider_id)
    .bind(subject)
    .bind(now)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Accounts of programs are nobody's at a provider.
pub async fn is_person(db: &Db, user_id: &str) -> Result<bool> {
    let query =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE id = $1 AND kind = 'person')")
            .bind(user_id);
    Ok(query.fetch_one(&db.pool).await?)
}

/// Gives a role, unless it would take the last administrator's. Whether it was given.
pub async fn set_role(db: &Db, user_id: &str, role: &str) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    // Two who are administrators must not lose it at the same time.
    let admins: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM users WHERE role = 'admin' AND kind = 'person' ORDER BY id FOR UPDATE",
    )
    .fetch_all(&mut *tx)
    .await?;
    if role != "admin" && admins == [user_id] {
        return Ok(false);
    }
    sqlx::query("UPDATE users SET role = $2, updated_at = now() WHERE id = $1")
        .bind(user_id)
        .bind(role)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// Puts somebody into the teams of these groups and takes them out of those that they were put into before. Memberships
/// that a person made stay. The names of the teams come back.
pub async fn sync_teams(
    db: &Db,
    user_id: &str,
    groups: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<String>> {
    let mut tx = db.pool.begin().await?;
    let found: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT DISTINCT teams.id, teams.name FROM team_external_groups JOIN teams ON teams.id = team_id
         WHERE lower(group_identifier) IN (SELECT lower(name) FROM unnest($1::text[]) AS name) ORDER BY teams.name",
    )
    .bind(groups)
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    sqlx::query(
        "DELETE FROM team_members WHERE user_id = $1 AND synced_from_sso AND team_id <> ALL($2)",
    )
    .bind(user_id)
    .bind(&ids)
    .execute(&mut *tx)
    .await?;
    for id in ids {
        sqlx::query(
            "INSERT INTO team_members (id, team_id, user_id, role, synced_from_sso, created_at)
             VALUES ($1, $2, $3, 'member', true, $4) ON CONFLICT (team_id, user_id) DO NOTHING",
        )
        .bind(Uuid::now_v7())
        .bind(id)
        .bind(user_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

pub async fn insert_session(db: &Db, session: &SessionIdentity) -> Result<()> {
    sqlx::query("INSERT INTO identity_sessions VALUES ($1, $2, $3)")
        .bind(session.session_id)
        .bind(session.provider_id)
        .bind(&session.id_token)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn session_of(db: &Db, session_id: Uuid) -> Result<Option<SessionIdentity>> {
    let query =
        sqlx::query_as("SELECT * FROM identity_sessions WHERE session_id = $1").bind(session_id);
    Ok(query.fetch_optional(&db.pool).await?)
}
