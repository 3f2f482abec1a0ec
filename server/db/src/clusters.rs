//! Kubernetes clusters that a person added. Their kubeconfigs are in the secret store.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Cluster {
    pub id: Uuid,
    pub name: String,
    pub context: Option<String>,
    pub namespace: String,
    /// Its field `kubeconfig`.
    pub secret_id: Option<Uuid>,
    pub server: Option<String>,
    pub settings: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list(db: &Db) -> Result<Vec<Cluster>> {
    Ok(
        sqlx::query_as("SELECT * FROM clusters ORDER BY lower(name), id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Cluster>> {
    Ok(sqlx::query_as("SELECT * FROM clusters WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn insert(db: &Db, cluster: &Cluster) -> Result<()> {
    sqlx::query("INSERT INTO clusters VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(cluster.id)
        .bind(&cluster.name)
        .bind(&cluster.context)
        .bind(&cluster.namespace)
        .bind(cluster.secret_id)
        .bind(&cluster.server)
        .bind(&cluster.settings)
        .bind(cluster.created_at)
        .bind(cluster.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Reads a cluster under a row lock, lets `change` edit it, and writes it back. `None` if there is no such cluster.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Cluster) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Cluster>, E> {
    let select = "SELECT * FROM clusters WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |cluster: &Cluster| {
        sqlx::query(
            "UPDATE clusters SET name = $2, context = $3, namespace = $4, secret_id = $5, server = $6, settings = $7,
                 updated_at = $8 WHERE id = $1",
        )
        .bind(id)
        .bind(&cluster.name)
        .bind(&cluster.context)
        .bind(&cluster.namespace)
        .bind(cluster.secret_id)
        .bind(&cluster.server)
        .bind(&cluster.settings)
        .bind(cluster.updated_at)
    })
    .await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM clusters WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
