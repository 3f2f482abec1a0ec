//! Who was asked to join, and whether they did.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::users::User;
use crate::{Db, Result, roles};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Invitation {
    pub id: Uuid,
    pub organization_id: String,
    pub email: String,
    pub role: String,
    pub team_ids: Vec<Uuid>,
    /// SHA-256 of what the link carries.
    pub token_hash: Vec<u8>,
    /// `pending`, `accepted` or `canceled`
    pub status: String,
    pub inviter_id: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Newest first.
pub async fn list(db: &Db) -> Result<Vec<Invitation>> {
    let query = sqlx::query_as("SELECT * FROM invitations ORDER BY created_at DESC, id DESC");
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Invitation>> {
    let query = sqlx::query_as("SELECT * FROM invitations WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn find_by_token(db: &Db, token_hash: &[u8]) -> Result<Option<Invitation>> {
    let query = sqlx::query_as("SELECT * FROM invitations WHERE token_hash = $1").bind(token_hash);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    Done,
    /// Somebody with this email is a member.
    Member,
    /// One to this email is open.
    Open,
}

/// In place of one to the same email whose time is over.
pub async fn insert(db: &Db, new: &Invitation) -> Result<Invited> {
    let mut tx = db.pool.begin().await?;
    roles::lock(&mut tx).await?;
    if is_member(&mut tx, &new.email).await? {
        return Ok(Invited::Member);
    }
    sqlx::query(
        "DELETE FROM invitations WHERE lower(email) = lower($1) AND status = 'pending' AND expires_at <= $2",
    )
    .bind(&new.email)
    .bind(new.created_at)
    .execute(&mut *tx)
    .await?;
    let done = sqlx::query(
        "INSERT INTO invitations VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (lower(email)) WHERE status = 'pending' DO NOTHING",
    )
    .bind(new.id)
    .bind(&new.organization_id)
    .bind(&new.email)
    .bind(&new.role)
    .bind(&new.team_ids)
    .bind(&new.token_hash)
    .bind(&new.status)
    .bind(&new.inviter_id)
    .bind(new.created_at)
    .bind(new.expires_at)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(match done.rows_affected() {
        0 => Invited::Open,
        _ => Invited::Done,
    })
}

async fn is_member(tx: &mut Transaction<'_, Postgres>, email: &str) -> Result<bool> {
    let query =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1))")
            .bind(email);
    Ok(query.fetch_one(&mut **tx).await?)
}

/// Another link and another time for one that is still pending; false if it is not.
pub async fn renew(
    db: &Db,
    id: Uuid,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE invitations SET token_hash = $2, expires_at = $3 WHERE id = $1 AND status = 'pending'",
    )
    .bind(id)
    .bind(token_hash)
    .bind(expires_at)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// False if it is not pending.
pub async fn cancel(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE invitations SET status = 'canceled' WHERE id = $1 AND status = 'pending'",
    )
    .bind(id)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes `user` of one that is pending and in time, with its role and in its teams, as far as there are these. False if it
/// is neither.
pub async fn accept(db: &Db, token_hash: &[u8], user: &User) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    roles::lock(&mut tx).await?;
    let invitation: Option<Invitation> = sqlx::query_as(
        "UPDATE invitations SET status = 'accepted'
         WHERE token_hash = $1 AND status = 'pending' AND expires_at > $2 RETURNING *",
    )
    .bind(token_hash)
    .bind(user.created_at)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(invitation) = invitation else {
        return Ok(false);
    };
    sqlx::query(
        "INSERT INTO users (id, name, email, role, password_hash, password_is_default, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, false, $6, $6)",
    )
    .bind(&user.id)
    .bind(&user.name)
    .bind(&invitation.email)
    .bind(&invitation.role)
    .bind(&user.password_hash)
    .bind(user.created_at)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO team_members (id, team_id, user_id, role, synced_from_sso, created_at)
         SELECT gen_random_uuid(), id, $2, 'member', false, $3 FROM teams WHERE id = ANY($1)",
    )
    .bind(&invitation.team_ids)
    .bind(&user.id)
    .bind(user.created_at)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}
