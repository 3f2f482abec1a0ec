//! Roles that people made, beside those that are always there.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::{Db, Error, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Role {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    /// Resource → actions.
    pub permission: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: Option<DateTime<Utc>>,
}

pub async fn list(db: &Db) -> Result<Vec<Role>> {
    Ok(
        sqlx::query_as("SELECT * FROM roles ORDER BY created_at, id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Role>> {
    Ok(sqlx::query_as("SELECT * FROM roles WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

/// False if there are as many as there may be.
pub async fn insert(db: &Db, role: &Role, most: i64) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    lock(&mut tx).await?;
    let done = sqlx::query(
        "INSERT INTO roles SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM roles) < $7",
    )
    .bind(role.id)
    .bind(&role.organization_id)
    .bind(&role.name)
    .bind(&role.permission)
    .bind(role.created_at)
    .bind(role.updated_at)
    .bind(most)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Reads a role under a lock, lets `change` edit it, and writes it back; whoever has it has it by its new name. `None` if
/// there is no such role.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Role) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Role>, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    lock(&mut tx).await?;
    let Some(mut role) = locked(&mut tx, id).await? else {
        return Ok(None);
    };
    let before = role.name.clone();
    change(&mut role)?;
    write(&mut tx, &role, &before).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Some(role))
}

async fn locked(tx: &mut Transaction<'_, Postgres>, id: Uuid) -> Result<Option<Role>> {
    let query = sqlx::query_as("SELECT * FROM roles WHERE id = $1 FOR UPDATE").bind(id);
    Ok(query.fetch_optional(&mut **tx).await?)
}

async fn write(tx: &mut Transaction<'_, Postgres>, role: &Role, before: &str) -> Result<()> {
    sqlx::query("UPDATE roles SET name = $2, permission = $3, updated_at = $4 WHERE id = $1")
        .bind(role.id)
        .bind(&role.name)
        .bind(&role.permission)
        .bind(role.updated_at)
        .execute(&mut **tx)
        .await?;
    if role.name != before {
        for table in ["users", "invitations"] {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "UPDATE {table} SET role = $2 WHERE role = $1"
            )))
            .bind(before)
            .bind(&role.name)
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

/// Who holds a role up: people, and invitations that are still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Holders {
    pub users: i64,
    pub invitations: i64,
}

/// Deletes a role unless somebody has it or is invited to it; tells how many. `None` if there is no such role.
pub async fn delete(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<Option<Holders>> {
    let mut tx = db.pool.begin().await?;
    lock(&mut tx).await?;
    let Some(role) = locked(&mut tx, id).await? else {
        return Ok(None);
    };
    let holders: Holders = sqlx::query_as(
        "SELECT (SELECT count(*) FROM users WHERE role = $1) AS users,
                (SELECT count(*) FROM invitations WHERE role = $1 AND status = 'pending' AND expires_at > $2) AS invitations",
    )
    .bind(&role.name)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    if holders.users == 0 && holders.invitations == 0 {
        sqlx::query("DELETE FROM roles WHERE id = $1")
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(Some(holders))
}

/// One at a time gives, takes or deletes roles, or the last administrator could go, and a role could vanish while it is
/// being given. The lock lasts as long as the transaction.
pub(crate) async fn lock(tx: &mut Transaction<'_, Postgres>) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('archestra roles'))")
        .execute(&mut **tx)
        .await?;
    Ok(())
}
