//! Sums over the hourly roll-up; `visible` narrows them to some agents.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::call_log::boundary_id;
use crate::{Db, Result};

/// What happened in one hour.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Hour {
    pub hour: DateTime<Utc>,
    pub requests: i64,
    pub errors: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cache_read_tokens: i64,
    pub cache_write_tokens: i64,
    pub cost_pico: i64,
    pub unpriced: i64,
}

/// A client that leaves is not an error of the service.
pub async fn hours(
    db: &Db,
    visible: Option<&[Uuid]>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<Hour>> {
    let query = sqlx::query_as(
        "SELECT hour, sum(requests)::bigint AS requests,
                COALESCE(sum(requests) FILTER (WHERE outcome NOT IN ('ok', 'client_left')), 0)::bigint AS errors,
                sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
                sum(cache_read_tokens)::bigint AS cache_read_tokens, sum(cache_write_tokens)::bigint AS cache_write_tokens,
                sum(cost_pico)::bigint AS cost_pico, sum(unpriced)::bigint AS unpriced
         FROM interaction_hours WHERE hour >= $1 AND hour < $2 AND ($3::uuid[] IS NULL OR agent_id = ANY($3))
         GROUP BY hour ORDER BY hour",
    )
    .bind(start)
    .bind(end)
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}

/// What optimization rules saved in one hour.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SavedHour {
    pub hour: DateTime<Utc>,
    pub saved_pico: i64,
}

/// Of calls both of whose prices are known.
pub async fn saved(
    db: &Db,
    visible: Option<&[Uuid]>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<SavedHour>> {
    let query = sqlx::query_as(
        "SELECT date_trunc('hour', i.created_at) AS hour, sum(o.baseline_cost_pico - i.cost_pico)::bigint AS saved_pico
         FROM interaction_optimizations AS o JOIN interactions AS i ON i.id = o.interaction_id
         WHERE i.id >= $4 AND i.created_at >= $1 AND i.created_at < $2 AND ($3::uuid[] IS NULL OR i.agent_id = ANY($3))
           AND o.baseline_cost_pico IS NOT NULL AND i.cost_pico IS NOT NULL
         GROUP BY 1 ORDER BY 1",
    )
    .bind(start)
    .bind(end)
    .bind(visible)
    .bind(boundary_id(start));
    Ok(query.fetch_all(&db.pool).await?)
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ModelTotal {
    pub provider: String,
    pub model: String,
    pub requests: i64,
    pub tokens: i64,
    pub cost_pico: i64,
}

pub async fn top_models(
    db: &Db,
    visible: Option<&[Uuid]>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ModelTotal>> {
    let query = sqlx::query_as(
        "SELECT provider, model, sum(requests)::bigint AS requests,
                sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens)::bigint AS tokens,
                sum(cost_pico)::bigint AS cost_pico
         FROM interaction_hours WHERE hour >= $1 AND hour < $2 AND model <> ''
           AND ($4::uuid[] IS NULL OR agent_id = ANY($4))
         GROUP BY provider, model ORDER BY cost_pico DESC, requests DESC LIMIT $3",
    )
    .bind(start)
    .bind(end)
    .bind(limit)
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AgentTotal {
    pub agent_id: Uuid,
    /// None if the agent has been deleted since.
    pub name: Option<String>,
    pub requests: i64,
    pub tokens: i64,
    pub cost_pico: i64,
}

pub async fn top_agents(
    db: &Db,
    visible: Option<&[Uuid]>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<AgentTotal>> {
    let query = sqlx::query_as(
        "SELECT h.agent_id, a.name, sum(h.requests)::bigint AS requests,
                sum(h.input_tokens + h.output_tokens + h.cache_read_tokens + h.cache_write_tokens)::bigint AS tokens,
                sum(h.cost_pico)::bigint AS cost_pico
         FROM interaction_hours h LEFT JOIN agents a ON a.id = h.agent_id
         WHERE h.hour >= $1 AND h.hour < $2 AND ($4::uuid[] IS NULL OR h.agent_id = ANY($4))
         GROUP BY h.agent_id, a.name ORDER BY requests DESC LIMIT $3",
    )
    .bind(start)
    .bind(end)
    .bind(limit)
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}
