//! Which agents an agent may hand work to.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Db, Result};

/// What a replacement changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    pub added: Vec<Uuid>,
    pub removed: Vec<Uuid>,
}

/// The targets of an agent, in the order in which they were added.
pub async fn of_agent(db: &Db, agent_id: Uuid) -> Result<Vec<Uuid>> {
    let mut connection = db.pool.acquire().await?;
    targets(&mut connection, agent_id).await
}

async fn targets(connection: &mut PgConnection, agent_id: Uuid) -> Result<Vec<Uuid>> {
    let query = sqlx::query_scalar(
        "SELECT target_agent_id FROM agent_delegations WHERE agent_id = $1 ORDER BY position",
    )
    .bind(agent_id);
    Ok(query.fetch_all(connection).await?)
}

/// Replaces the targets of an agent as a whole; replacements of one agent queue. `None` if there is no such agent.
pub async fn replace(db: &Db, agent_id: Uuid, targets_wanted: &[Uuid]) -> Result<Option<Replaced>> {
    let mut tx = db.pool.begin().await?;
    let agent = sqlx::query("SELECT 1 FROM agents WHERE id = $1 FOR UPDATE")
        .bind(agent_id)
        .fetch_optional(&mut *tx)
        .await?;
    if agent.is_none() {
        return Ok(None);
    }
    let before = targets(&mut tx, agent_id).await?;
    sqlx::query("DELETE FROM agent_delegations WHERE agent_id = $1 AND target_agent_id <> ALL($2)")
        .bind(agent_id)
        .bind(targets_wanted)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO agent_delegations (agent_id, target_agent_id)
         SELECT $1, target FROM unnest($2::uuid[]) WITH ORDINALITY AS t(target, place) ORDER BY place
         ON CONFLICT DO NOTHING",
    )
    .bind(agent_id)
    .bind(targets_wanted)
    .execute(&mut *tx)
    .await?;
    let after = targets(&mut tx, agent_id).await?;
    tx.commit().await?;
    let without = |one: &[Uuid], other: &[Uuid]| -> Vec<Uuid> {
        let missing = one.iter().filter(|id| !other.contains(id));
        missing.copied().collect()
    };
    Ok(Some(Replaced {
        added: without(&after, &before),
        removed: without(&before, &after),
    }))
}

pub async fn remove(db: &Db, agent_id: Uuid, target_agent_id: Uuid) -> Result<bool> {
    let done =
        sqlx::query("DELETE FROM agent_delegations WHERE agent_id = $1 AND target_agent_id = $2")
            .bind(agent_id)
            .bind(target_agent_id)
            .execute(&db.pool)
            .await?;
    Ok(done.rows_affected() > 0)
}
