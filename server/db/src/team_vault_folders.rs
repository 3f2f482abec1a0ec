//! Where a team's secrets are in a Vault that we only read.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VaultFolder {
    pub team_id: Uuid,
    pub id: Uuid,
    pub vault_path: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn find(db: &Db, team_id: Uuid) -> Result<Option<VaultFolder>> {
    Ok(
        sqlx::query_as("SELECT * FROM team_vault_folders WHERE team_id = $1")
            .bind(team_id)
            .fetch_optional(&db.pool)
            .await?,
    )
}

/// A team has one: another path replaces it.
pub async fn set(
    db: &Db,
    team_id: Uuid,
    vault_path: &str,
    now: DateTime<Utc>,
) -> Result<VaultFolder> {
    let query = sqlx::query_as(
        "INSERT INTO team_vault_folders (team_id, id, vault_path, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (team_id) DO UPDATE SET vault_path = excluded.vault_path, updated_at = excluded.updated_at
         RETURNING *",
    );
    let query = query.bind(team_id).bind(Uuid::now_v7());
    Ok(query.bind(vault_path).bind(now).fetch_one(&db.pool).await?)
}

pub async fn delete(db: &Db, team_id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM team_vault_folders WHERE team_id = $1")
        .bind(team_id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
