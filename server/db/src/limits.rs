//! How much an organization, a team or an agent may use, and how much they have used.
//!
//! Usage is counted in windows that the database works out (`limit_window`), so that all replicas agree on them.

mod usage;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

pub(crate) use usage::{Charge, any_of_costs, charge};
pub use usage::{ModelUsage, Taken, Usage, reset, take, usage};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Limit {
    pub id: Uuid,
    /// `organization`, `team` or `agent`
    pub entity_type: String,
    /// As it was given.
    pub entity_id: String,
    /// `token_cost`, `tool_calls` or `mcp_server_calls`
    pub limit_type: String,
    pub limit_value: i64,
    pub models: Option<Vec<String>>,
    pub mcp_server_name: Option<String>,
    pub tool_name: Option<String>,
    /// When its usage was started anew by hand.
    pub last_cleanup: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Limit {
    /// Whether it counts what the other counts.
    fn counts_as(&self, other: &Self) -> bool {
        self.entity_type == other.entity_type
            && self.entity_id == other.entity_id
            && self.limit_type == other.limit_type
            && self.models == other.models
            && self.mcp_server_name == other.mcp_server_name
            && self.tool_name == other.tool_name
    }
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Limit>> {
    Ok(sqlx::query_as("SELECT * FROM limits WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn insert(db: &Db, limit: &Limit) -> Result<()> {
    sqlx::query("INSERT INTO limits VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(limit.id)
        .bind(&limit.entity_type)
        .bind(&limit.entity_id)
        .bind(&limit.limit_type)
        .bind(limit.limit_value)
        .bind(&limit.models)
        .bind(&limit.mcp_server_name)
        .bind(&limit.tool_name)
        .bind(limit.last_cleanup)
        .bind(limit.created_at)
        .bind(limit.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Reads a limit under a row lock, lets `change` edit it, and writes it back. Usage of something else is no usage of what
/// it counts now, and starts anew at `now`. `None` if there is no such limit.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    now: DateTime<Utc>,
    change: impl FnOnce(&mut Limit) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Limit>, E> {
    let select = "SELECT * FROM limits WHERE id = $1 FOR UPDATE";
    let change = |limit: &mut Limit| {
        let before = limit.clone();
        change(limit)?;
        if !limit.counts_as(&before) {
            limit.last_cleanup = Some(now);
        }
        Ok(())
    };
    row_lock::update(db, select, id, change, |limit: &Limit| {
        sqlx::query(
            "UPDATE limits SET entity_type = $2, entity_id = $3, limit_type = $4, limit_value = $5, models = $6,
                 mcp_server_name = $7, tool_name = $8, updated_at = $9, last_cleanup = $10 WHERE id = $1",
        )
        .bind(id)
        .bind(limit.entity_type.clone())
        .bind(limit.entity_id.clone())
        .bind(limit.limit_type.clone())
        .bind(limit.limit_value)
        .bind(limit.models.clone())
        .bind(limit.mcp_server_name.clone())
        .bind(limit.tool_name.clone())
        .bind(limit.updated_at)
        .bind(limit.last_cleanup)
    })
    .await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM limits WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
