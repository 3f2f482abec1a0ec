//! Agents and their labels.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder, Transaction};
use uuid::Uuid;

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Agent {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    /// A readable id that works in URLs, too.
    pub slug: String,
    pub agent_type: String,
    pub description: Option<String>,
    pub icon: Option<String>,
    pub scope: String,
    pub system_prompt: Option<String>,
    pub is_default: bool,
    pub consider_context_untrusted: bool,
    pub author_id: Option<String>,
    pub settings: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[sqlx(skip)]
    pub labels: Vec<(String, String)>,
}

/// Which agents, in which order.
#[derive(Debug, Default)]
pub struct AgentFilter {
    /// A part of the name.
    pub name: Option<String>,
    pub agent_type: Option<String>,
    /// Only these.
    pub visible: Option<Vec<Uuid>>,
    pub sort: AgentSort,
    pub descending: bool,
    pub limit: i64,
    pub offset: i64,
}

#[derive(Debug, Default, Clone, Copy)]
pub enum AgentSort {
    #[default]
    CreatedAt,
    UpdatedAt,
    Name,
}

pub async fn list(db: &Db, filter: &AgentFilter) -> Result<(Vec<Agent>, i64)> {
    let mut count = QueryBuilder::new("SELECT count(*) FROM agents WHERE true");
    push_filter(&mut count, filter);
    let (total,): (i64,) = count.build_query_as().fetch_one(&db.pool).await?;

    let mut query = QueryBuilder::new("SELECT * FROM agents WHERE true");
    push_filter(&mut query, filter);
    query.push(match filter.sort {
        AgentSort::CreatedAt => " ORDER BY created_at",
        AgentSort::UpdatedAt => " ORDER BY updated_at",
        AgentSort::Name => " ORDER BY lower(name)",
    });
    query.push(if filter.descending {
        " DESC, id DESC"
    } else {
        " ASC, id ASC"
    });
    query
        .push(" LIMIT ")
        .push_bind(filter.limit)
        .push(" OFFSET ")
        .push_bind(filter.offset);
    let mut agents: Vec<Agent> = query.build_query_as().fetch_all(&db.pool).await?;
    attach_labels(db, &mut agents).await?;
    Ok((agents, total))
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &AgentFilter) {
    if let Some(name) = &filter.name {
        query
            .push(" AND strpos(lower(name), lower(")
            .push_bind(name.clone())
            .push(")) > 0");
    }
    if let Some(agent_type) = &filter.agent_type {
        query
            .push(" AND agent_type = ")
            .push_bind(agent_type.clone());
    }
    if let Some(visible) = &filter.visible {
        query
            .push(" AND id = ANY(")
            .push_bind(visible.clone())
            .push(")");
    }
}

pub async fn all(db: &Db) -> Result<Vec<Agent>> {
    let mut agents: Vec<Agent> = sqlx::query_as("SELECT * FROM agents ORDER BY created_at, id")
        .fetch_all(&db.pool)
        .await?;
    attach_labels(db, &mut agents).await?;
    Ok(agents)
}

/// Those whose context counts as untrusted from the start.
pub async fn untrusted(db: &Db) -> Result<Vec<Uuid>> {
    Ok(
        sqlx::query_scalar("SELECT id FROM agents WHERE consider_context_untrusted")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Agent>> {
    let agent: Option<Agent> = sqlx::query_as("SELECT * FROM agents WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?;
    let Some(agent) = agent else { return Ok(None) };
    let mut agents = [agent];
    attach_labels(db, &mut agents).await?;
    let [agent] = agents;
    Ok(Some(agent))
}

async fn attach_labels(db: &Db, agents: &mut [Agent]) -> Result<()> {
    let ids: Vec<Uuid> = agents.iter().map(|agent| agent.id).collect();
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "SELECT agent_id, key, value FROM agent_labels WHERE agent_id = ANY($1) ORDER BY agent_id, position",
    )
    .bind(&ids)
    .fetch_all(&db.pool)
    .await?;
    for agent in agents {
        agent.labels = rows
            .iter()
            .filter(|(id, ..)| *id == agent.id)
            .map(|(_, key, value)| (key.clone(), value.clone()))
            .collect();
    }
    Ok(())
}

/// Creates an agent; if it is the default, no other one is any more.
pub async fn insert(db: &Db, agent: &Agent) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    insert_in(&mut tx, agent).await?;
    Ok(tx.commit().await?)
}

/// The same, with its teams in this order.
pub async fn insert_with_teams(db: &Db, agent: &Agent, team_ids: &[Uuid]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    if agent.is_default {
        queue_for_default(&mut tx).await?;
    }
    insert_in(&mut tx, agent).await?;
    crate::teams::replace_agent_teams(&mut tx, agent.id, team_ids).await?;
    Ok(tx.commit().await?)
}

async fn insert_in(tx: &mut Transaction<'_, Postgres>, agent: &Agent) -> Result<()> {
    if agent.is_default {
        clear_default(tx).await?;
    }
    sqlx::query("INSERT INTO agents VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        .bind(agent.id)
        .bind(&agent.organization_id)
        .bind(&agent.name)
        .bind(&agent.slug)
        .bind(&agent.agent_type)
        .bind(&agent.description)
        .bind(&agent.icon)
        .bind(&agent.scope)
        .bind(&agent.system_prompt)
        .bind(agent.is_default)
        .bind(agent.consider_context_untrusted)
        .bind(&agent.author_id)
        .bind(&agent.settings)
        .bind(agent.created_at)
        .bind(agent.updated_at)
        .execute(&mut **tx)
        .await?;
    replace_labels(tx, agent).await
}

/// Reads an agent under a row lock, lets `change` edit it, and writes it back: concurrent edits queue, none is lost.
/// `None` if there is no such agent; `change`'s own error undoes everything.
pub async fn update<E: From<crate::Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Agent) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Agent>, E> {
    update_with_teams(db, id, None, change).await
}

/// The same, with other teams if there are any here.
pub async fn update_with_teams<E: From<crate::Error>>(
    db: &Db,
    id: Uuid,
    team_ids: Option<&[Uuid]>,
    change: impl FnOnce(&mut Agent) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Agent>, E> {
    let mut tx = db.pool.begin().await.map_err(crate::Error::from)?;
    let Some(mut agent) = lock(&mut tx, id).await? else {
        return Ok(None);
    };
    let was_default = agent.is_default;
    change(&mut agent)?;
    if agent.is_default && !was_default {
        queue_for_default(&mut tx).await?;
        clear_default(&mut tx).await?;
    }
    write(&mut tx, &agent).await?;
    if let Some(team_ids) = team_ids {
        crate::teams::replace_agent_teams(&mut tx, id, team_ids).await?;
    }
    tx.commit().await.map_err(crate::Error::from)?;
    Ok(Some(agent))
}

async fn lock(tx: &mut Transaction<'_, Postgres>, id: Uuid) -> Result<Option<Agent>> {
    let agent: Option<Agent> = sqlx::query_as("SELECT * FROM agents WHERE id = $1 FOR UPDATE")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(mut agent) = agent else {
        return Ok(None);
    };
    agent.labels =
        sqlx::query_as("SELECT key, value FROM agent_labels WHERE agent_id = $1 ORDER BY position")
            .bind(id)
            .fetch_all(&mut **tx)
            .await?;
    Ok(Some(agent))
}

async fn write(tx: &mut Transaction<'_, Postgres>, agent: &Agent) -> Result<()> {
    sqlx::query(
        "UPDATE agents SET name = $2, agent_type = $3, description = $4, icon = $5, scope = $6, system_prompt = $7,
             is_default = $8, consider_context_untrusted = $9, settings = $10, updated_at = $11 WHERE id = $1",
    )
    .bind(agent.id)
    .bind(&agent.name)
    .bind(&agent.agent_type)
    .bind(&agent.description)
    .bind(&agent.icon)
    .bind(&agent.scope)
    .bind(&agent.system_prompt)
    .bind(agent.is_default)
    .bind(agent.consider_context_untrusted)
    .bind(&agent.settings)
    .bind(agent.updated_at)
    .execute(&mut **tx)
    .await?;
    replace_labels(tx, agent).await
}

/// Two that are made the default at once wait for each other, and the later one is.
async fn queue_for_default(tx: &mut Transaction<'_, Postgres>) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('agents.is_default'))")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn clear_default(tx: &mut Transaction<'_, Postgres>) -> Result<()> {
    sqlx::query("UPDATE agents SET is_default = false WHERE is_default")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn replace_labels(tx: &mut Transaction<'_, Postgres>, agent: &Agent) -> Result<()> {
    sqlx::query("DELETE FROM agent_labels WHERE agent_id = $1")
        .bind(agent.id)
        .execute(&mut **tx)
        .await?;
    let (keys, values): (Vec<&str>, Vec<&str>) = agent
        .labels
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .unzip();
    sqlx::query(
        "INSERT INTO agent_labels (agent_id, key, value, position)
         SELECT $1, key, value, position FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS l(key, value, position)",
    )
    .bind(agent.id)
    .bind(&keys)
    .bind(&values)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM agents WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn label_keys(db: &Db) -> Result<Vec<String>> {
    Ok(
        sqlx::query_scalar("SELECT DISTINCT key FROM agent_labels ORDER BY key")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn label_values(db: &Db, key: Option<&str>) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT DISTINCT value FROM agent_labels WHERE $1::text IS NULL OR key = $1 ORDER BY value",
    )
    .bind(key);
    Ok(query.fetch_all(&db.pool).await?)
}

/// When each agent was last called.
pub async fn last_used(db: &Db, ids: &[Uuid]) -> Result<Vec<(Uuid, DateTime<Utc>)>> {
    let query = sqlx::query_as(
        "SELECT wanted.id, last.created_at FROM unnest($1::uuid[]) AS wanted(id)
         CROSS JOIN LATERAL
             (SELECT created_at FROM interactions WHERE agent_id = wanted.id ORDER BY id DESC LIMIT 1) AS last",
    )
    .bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}
