//! What the recorder writes at once: calls of both planes in one transaction, the same batch twice without harm.

use uuid::Uuid;

use crate::interactions::NewInteraction;
use crate::mcp_tool_calls::NewToolCall;
use crate::pool::{INTERACTION_CHANNEL, TOOL_CALL_CHANNEL};
use crate::{Db, Result, interactions, mcp_tool_calls};

#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub struct Batch {
    pub interactions: Vec<NewInteraction>,
    pub tool_calls: Vec<NewToolCall>,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.interactions.len() + self.tool_calls.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A notification holds 8,000 bytes; a live view of more calls than this in one batch would be unreadable anyway.
const ANNOUNCED: usize = 200;

pub async fn insert_batch(db: &Db, batch: &Batch) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    if !batch.interactions.is_empty() {
        interactions::insert(&mut tx, &batch.interactions).await?;
        let ids = batch.interactions.iter().map(|new| new.row.id);
        announce(&mut tx, INTERACTION_CHANNEL, ids).await?;
    }
    if !batch.tool_calls.is_empty() {
        mcp_tool_calls::insert(&mut tx, &batch.tool_calls).await?;
        let ids = batch.tool_calls.iter().map(|new| new.row.id);
        announce(&mut tx, TOOL_CALL_CHANNEL, ids).await?;
    }
    Ok(tx.commit().await?)
}

async fn announce(
    tx: &mut sqlx::PgConnection,
    channel: &str,
    ids: impl Iterator<Item = Uuid>,
) -> Result<()> {
    let ids: Vec<String> = ids
        .take(ANNOUNCED)
        .map(|id| id.simple().to_string())
        .collect();
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(channel)
        .bind(ids.join(","))
        .execute(tx)
        .await?;
    Ok(())
}
