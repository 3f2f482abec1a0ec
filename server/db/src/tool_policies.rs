//! When a tool may be called, and how far its results are trusted.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of calls.
    Invocation,
    /// Of what calls bring back.
    Result,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Invocation => "invocation",
            Self::Result => "result",
        }
    }
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ToolPolicy {
    pub id: Uuid,
    pub tool_id: Uuid,
    /// `[{"key": …, "operator": …, "value": …}]`; an empty list: the tool's default
    pub conditions: Value,
    pub action: String,
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a model proposed for a tool.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Proposal {
    pub tool_id: Uuid,
    pub model: String,
    pub reasoning: String,
    pub created_at: DateTime<Utc>,
}

/// Oldest first.
pub async fn list(db: &Db, kind: Kind) -> Result<Vec<ToolPolicy>> {
    let query =
        sqlx::query_as("SELECT * FROM tool_policies WHERE kind = $1 ORDER BY created_at, id")
            .bind(kind.as_str());
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, kind: Kind, id: Uuid) -> Result<Option<ToolPolicy>> {
    let query = sqlx::query_as("SELECT * FROM tool_policies WHERE id = $1 AND kind = $2")
        .bind(id)
        .bind(kind.as_str());
    Ok(query.fetch_optional(&db.pool).await?)
}

/// A second default of a tool is a [`Error::Conflict`] of `tool_policies_one_default`.
pub async fn insert(db: &Db, kind: Kind, policy: &ToolPolicy) -> Result<()> {
    sqlx::query("INSERT INTO tool_policies VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(policy.id)
        .bind(kind.as_str())
        .bind(policy.tool_id)
        .bind(&policy.conditions)
        .bind(&policy.action)
        .bind(&policy.note)
        .bind(policy.created_at)
        .bind(policy.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Reads a policy under a row lock, lets `change` edit it, and writes it back. `None` if there is no such policy.
pub async fn update<E: From<Error>>(
    db: &Db,
    kind: Kind,
    id: Uuid,
    change: impl FnOnce(&mut ToolPolicy) -> std::result::Result<(), E>,
) -> std::result::Result<Option<ToolPolicy>, E> {
    let select = match kind {
        Kind::Invocation => {
            "SELECT * FROM tool_policies WHERE id = $1 AND kind = 'invocation' FOR UPDATE"
        }
        Kind::Result => "SELECT * FROM tool_policies WHERE id = $1 AND kind = 'result' FOR UPDATE",
    };
    row_lock::update(db, select, id, change, |policy: &ToolPolicy| {
        sqlx::query(
            "UPDATE tool_policies SET tool_id = $2, conditions = $3, action = $4, note = $5, updated_at = $6
             WHERE id = $1",
        )
        .bind(id)
        .bind(policy.tool_id)
        .bind(policy.conditions.clone())
        .bind(policy.action.clone())
        .bind(policy.note.clone())
        .bind(policy.updated_at)
    })
    .await
}

pub async fn delete(db: &Db, kind: Kind, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM tool_policies WHERE id = $1 AND kind = $2")
        .bind(id)
        .bind(kind.as_str())
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives each tool this default. Returns how many had none, and how many had one.
pub async fn set_defaults(
    db: &Db,
    kind: Kind,
    tool_ids: &[Uuid],
    action: &str,
    now: DateTime<Utc>,
) -> Result<(u64, u64)> {
    // Always in the same order, so that two of these can't wait for each other.
    let mut tool_ids = tool_ids.to_vec();
    tool_ids.sort_unstable();
    tool_ids.dedup();
    let mut tx = db.pool.begin().await?;
    let (mut created, mut updated) = (0, 0);
    for tool_id in tool_ids {
        let is_new: bool = sqlx::query_scalar(
            "INSERT INTO tool_policies VALUES ($1, $2, $3, '[]', $4, NULL, $5, $5)
             ON CONFLICT (kind, tool_id) WHERE json_array_length(conditions) = 0
             DO UPDATE SET action = excluded.action, updated_at = excluded.updated_at
             RETURNING id = $1",
        )
        .bind(Uuid::now_v7())
        .bind(kind.as_str())
        .bind(tool_id)
        .bind(action)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
        if is_new {
            created += 1;
        } else {
            updated += 1;
        }
    }
    tx.commit().await?;
    Ok((created, updated))
}

pub async fn propose(db: &Db, proposal: &Proposal) -> Result<()> {
    sqlx::query(
        "INSERT INTO tool_policy_proposals VALUES ($1, $2, $3, $4)
         ON CONFLICT (tool_id) DO UPDATE SET model = excluded.model, reasoning = excluded.reasoning,
             created_at = excluded.created_at",
    )
    .bind(proposal.tool_id)
    .bind(&proposal.model)
    .bind(&proposal.reasoning)
    .bind(proposal.created_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

pub async fn proposals(db: &Db) -> Result<Vec<Proposal>> {
    Ok(
        sqlx::query_as("SELECT * FROM tool_policy_proposals ORDER BY tool_id")
            .fetch_all(&db.pool)
            .await?,
    )
}
