//! Which calls go to a cheaper model of the same provider.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OptimizationRule {
    pub id: Uuid,
    /// `organization`, `team` or `agent`
    pub entity_type: String,
    pub entity_id: String,
    pub provider: String,
    pub target_model: String,
    /// `[{"maxLength": …} | {"hasTools": …}]`
    pub conditions: Value,
    pub enabled: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Oldest first.
pub async fn list(db: &Db) -> Result<Vec<OptimizationRule>> {
    Ok(
        sqlx::query_as("SELECT * FROM optimization_rules ORDER BY created_at, id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn insert(db: &Db, rule: &OptimizationRule) -> Result<()> {
    sqlx::query("INSERT INTO optimization_rules VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(rule.id)
        .bind(&rule.entity_type)
        .bind(&rule.entity_id)
        .bind(&rule.provider)
        .bind(&rule.target_model)
        .bind(&rule.conditions)
        .bind(rule.enabled)
        .bind(rule.created_at)
        .bind(rule.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Reads a rule under a row lock, lets `change` edit it, and writes it back. `None` if there is no such rule.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut OptimizationRule) -> std::result::Result<(), E>,
) -> std::result::Result<Option<OptimizationRule>, E> {
    let select = "SELECT * FROM optimization_rules WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |rule: &OptimizationRule| {
        sqlx::query(
            "UPDATE optimization_rules SET entity_type = $2, entity_id = $3, provider = $4, target_model = $5,
                 conditions = $6, enabled = $7, updated_at = $8 WHERE id = $1",
        )
        .bind(id)
        .bind(rule.entity_type.clone())
        .bind(rule.entity_id.clone())
        .bind(rule.provider.clone())
        .bind(rule.target_model.clone())
        .bind(rule.conditions.clone())
        .bind(rule.enabled)
        .bind(rule.updated_at)
    })
    .await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM optimization_rules WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
