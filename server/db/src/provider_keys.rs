//! Keys for model providers, and which agent uses which. Their values are in the secret store.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::{Db, Error, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProviderKey {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    pub provider: String,
    /// Its field `key`.
    pub secret_id: Option<Uuid>,
    pub base_url: Option<String>,
    pub scope: String,
    pub team_id: Option<Uuid>,
    pub user_id: Option<String>,
    pub is_default: bool,
    pub vault_path: Option<String>,
    pub vault_key: Option<String>,
    pub tested_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An agent and the key it uses for a provider.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Assignment {
    pub agent_id: Uuid,
    pub provider: String,
    pub key_id: Uuid,
}

pub async fn list(db: &Db) -> Result<Vec<ProviderKey>> {
    Ok(
        sqlx::query_as("SELECT * FROM provider_keys ORDER BY provider, lower(name), id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<ProviderKey>> {
    Ok(sqlx::query_as("SELECT * FROM provider_keys WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn insert(db: &Db, key: &ProviderKey, agent_ids: &[Uuid]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    lock(&mut tx).await?;
    make_room(&mut tx, key).await?;
    sqlx::query(
        "INSERT INTO provider_keys VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(key.id)
    .bind(&key.organization_id)
    .bind(&key.name)
    .bind(&key.provider)
    .bind(key.secret_id)
    .bind(&key.base_url)
    .bind(&key.scope)
    .bind(key.team_id)
    .bind(&key.user_id)
    .bind(key.is_default)
    .bind(&key.vault_path)
    .bind(&key.vault_key)
    .bind(key.tested_at)
    .bind(key.created_at)
    .bind(key.updated_at)
    .execute(&mut *tx)
    .await?;
    add(&mut tx, key.id, agent_ids).await?;
    Ok(tx.commit().await?)
}

/// Reads a key under a lock, lets `change` edit it, and writes it back. `None` if there is no such key.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut ProviderKey) -> std::result::Result<(), E>,
) -> std::result::Result<Option<ProviderKey>, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    lock(&mut tx).await?;
    let key: Option<ProviderKey> = sqlx::query_as("SELECT * FROM provider_keys WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await
        .map_err(Error::from)?;
    let Some(mut key) = key else {
        return Ok(None);
    };
    change(&mut key)?;
    make_room(&mut tx, &key).await?;
    write(&mut tx, &key).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Some(key))
}

async fn write(connection: &mut PgConnection, key: &ProviderKey) -> Result<()> {
    sqlx::query(
        "UPDATE provider_keys SET name = $2, secret_id = $3, base_url = $4, scope = $5, team_id = $6, user_id = $7,
             is_default = $8, vault_path = $9, vault_key = $10, tested_at = $11, updated_at = $12
         WHERE id = $1",
    )
    .bind(key.id)
    .bind(&key.name)
    .bind(key.secret_id)
    .bind(&key.base_url)
    .bind(&key.scope)
    .bind(key.team_id)
    .bind(&key.user_id)
    .bind(key.is_default)
    .bind(&key.vault_path)
    .bind(&key.vault_key)
    .bind(key.tested_at)
    .bind(key.updated_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Two that become the default at once, or that are given to one agent at once, come one after the other.
async fn lock(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("LOCK TABLE provider_keys IN SHARE ROW EXCLUSIVE MODE")
        .execute(connection)
        .await?;
    Ok(())
}

/// Whichever was the default of its provider is it no longer.
async fn make_room(connection: &mut PgConnection, key: &ProviderKey) -> Result<()> {
    if key.is_default {
        sqlx::query(
            "UPDATE provider_keys SET is_default = false, updated_at = $4
             WHERE organization_id = $1 AND provider = $2 AND is_default AND id <> $3",
        )
        .bind(&key.organization_id)
        .bind(&key.provider)
        .bind(key.id)
        .bind(key.updated_at)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Agents that used another key of the same provider use this one from now on; unknown ones are left out.
async fn add(connection: &mut PgConnection, id: Uuid, agent_ids: &[Uuid]) -> Result<u64> {
    let done = sqlx::query(
        "INSERT INTO provider_key_agents (agent_id, provider, key_id)
         SELECT agents.id, provider, provider_keys.id FROM agents, provider_keys
         WHERE agents.id = ANY($2) AND provider_keys.id = $1
         ON CONFLICT (agent_id, provider) DO UPDATE SET key_id = excluded.key_id",
    )
    .bind(id)
    .bind(agent_ids)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Gives each key to each agent; how many assignments there are of them now.
pub async fn assign(db: &Db, ids: &[Uuid], agent_ids: &[Uuid]) -> Result<u64> {
    let mut tx = db.pool.begin().await?;
    lock(&mut tx).await?;
    let mut assigned = 0;
    for id in ids {
        assigned += add(&mut tx, *id, agent_ids).await?;
    }
    tx.commit().await?;
    Ok(assigned)
}

/// From now on exactly these agents use the key.
pub async fn set_agents(db: &Db, id: Uuid, agent_ids: &[Uuid]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    lock(&mut tx).await?;
    sqlx::query("DELETE FROM provider_key_agents WHERE key_id = $1 AND agent_id <> ALL($2)")
        .bind(id)
        .bind(agent_ids)
        .execute(&mut *tx)
        .await?;
    add(&mut tx, id, agent_ids).await?;
    Ok(tx.commit().await?)
}

/// Notes that the provider has just accepted it.
pub async fn set_tested(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE provider_keys SET tested_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// With its assignments, and with models that only it could use and nobody said anything about.
pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    sqlx::query(
        "DELETE FROM models WHERE NOT ignored AND input_modalities IS NULL AND output_modalities IS NULL
             AND embedding_dimensions IS NULL AND price_filled_in IS NULL
             AND id IN (SELECT model_id FROM model_keys GROUP BY model_id HAVING every(key_id = $1))",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let done = sqlx::query("DELETE FROM provider_keys WHERE id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Every assignment, for the snapshot.
pub async fn assignments(db: &Db) -> Result<Vec<Assignment>> {
    Ok(
        sqlx::query_as("SELECT agent_id, provider, key_id FROM provider_key_agents")
            .fetch_all(&db.pool)
            .await?,
    )
}
