//! Recorded model calls: rows, bodies, and the hourly roll-up kept beside them.

mod filter;
mod hours;
mod write;

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

pub use filter::{InteractionFilter, InteractionSort};
pub(crate) use write::insert;
pub use write::{NewInteraction, NewOptimization};

use crate::call_log::{CallFilter as _, Facet, boundary_id};
use crate::{Db, Result, call_log};

/// Serde is for the spool file alone, which holds these rows while the database is away.
#[derive(Debug, Clone, sqlx::FromRow, serde::Serialize, serde::Deserialize)]
pub struct Interaction {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub agent_id: Option<Uuid>,
    pub external_agent_id: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub session_source: Option<String>,
    pub provider: String,
    pub kind: String,
    pub requested_model: Option<String>,
    pub model: Option<String>,
    pub stream: bool,
    pub status: i32,
    pub outcome: String,
    pub error: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cache_read_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub cost_pico: Option<i64>,
    pub first_byte_us: Option<i64>,
    pub duration_us: i64,
    pub tool_call_count: i32,
    pub request_bytes: i64,
    pub response_bytes: i64,
}

/// The zstd-compressed bodies of one call.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Bodies {
    pub request: Vec<u8>,
    pub response: Vec<u8>,
    pub truncated: bool,
}

/// What an optimization rule made of a call.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Optimization {
    pub interaction_id: Uuid,
    pub rule_id: Uuid,
    pub model: String,
    pub baseline_cost_pico: Option<i64>,
}

/// Of those of these calls that a rule sent elsewhere.
pub async fn optimizations(db: &Db, ids: &[Uuid]) -> Result<Vec<Optimization>> {
    let query =
        sqlx::query_as("SELECT * FROM interaction_optimizations WHERE interaction_id = ANY($1)")
            .bind(ids);
    Ok(query.fetch_all(&db.pool).await?)
}

/// A page, newest first unless the filter sorts otherwise.
pub async fn list(db: &Db, filter: &InteractionFilter, limit: i64) -> Result<Vec<Interaction>> {
    call_log::list(db, filter, limit).await
}

/// How many calls match.
pub async fn count(db: &Db, filter: &InteractionFilter) -> Result<i64> {
    call_log::count(db, filter).await
}

/// Counts by agent, provider, kind, model and outcome, from the roll-up: whole hours, whatever else is filtered.
pub async fn facets(db: &Db, filter: &InteractionFilter) -> Result<Vec<Facet>> {
    let mut query = QueryBuilder::new(
        "SELECT CASE WHEN grouping(agent_id) = 0 THEN 'agent' WHEN grouping(provider) = 0 THEN 'provider'
                     WHEN grouping(kind) = 0 THEN 'kind' WHEN grouping(model) = 0 THEN 'model' ELSE 'outcome' END AS field,
                COALESCE(agent_id::text, provider, kind, model, outcome) AS value, sum(requests)::bigint AS requests
         FROM interaction_hours WHERE true",
    );
    call_log::push_hours(&mut query, filter);
    query.push(" GROUP BY GROUPING SETS ((agent_id), (provider), (kind), (model), (outcome)) ORDER BY requests DESC, value");
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

pub async fn find_many(db: &Db, ids: &[Uuid]) -> Result<Vec<Interaction>> {
    Ok(
        sqlx::query_as("SELECT * FROM interactions WHERE id = ANY($1) ORDER BY id")
            .bind(ids)
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Interaction>> {
    Ok(sqlx::query_as("SELECT * FROM interactions WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn bodies(db: &Db, id: Uuid) -> Result<Option<Bodies>> {
    let query =
        sqlx::query_as("SELECT * FROM interaction_bodies WHERE interaction_id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn any(db: &Db) -> Result<bool> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM interactions)")
            .fetch_one(&db.pool)
            .await?,
    )
}

/// Distinct callers as they named themselves, by a skip scan: cheap however many rows there are.
pub async fn external_agent_ids(db: &Db, visible: Option<&[Uuid]>) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT DISTINCT external_agent_id FROM
             (SELECT external_agent_id, agent_id FROM interactions ORDER BY id DESC LIMIT 50000) AS recent
         WHERE external_agent_id IS NOT NULL AND ($1::uuid[] IS NULL OR agent_id = ANY($1)) ORDER BY 1 LIMIT 500",
    )
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn user_ids(db: &Db, visible: Option<&[Uuid]>) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT DISTINCT user_id FROM (SELECT user_id, agent_id FROM interactions ORDER BY id DESC LIMIT 50000) AS recent
         WHERE user_id IS NOT NULL AND ($1::uuid[] IS NULL OR agent_id = ANY($1)) ORDER BY 1 LIMIT 500",
    )
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}

/// How many different people called since each of two moments, the earlier one first.
pub async fn active_users(
    db: &Db,
    earlier: DateTime<Utc>,
    later: DateTime<Utc>,
) -> Result<(i64, i64)> {
    let query = sqlx::query_as(
        "SELECT count(DISTINCT user_id), count(DISTINCT user_id) FILTER (WHERE id >= $2) FROM interactions WHERE id >= $1",
    )
    .bind(boundary_id(earlier))
    .bind(boundary_id(later));
    Ok(query.fetch_one(&db.pool).await?)
}

/// A run of calls that belong together, most recent first.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    pub session_id: String,
    pub session_source: Option<String>,
    pub requests: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub tokens: i64,
    pub cost_pico: i64,
}

pub async fn sessions(db: &Db, visible: Option<&[Uuid]>, limit: i64) -> Result<Vec<Session>> {
    let query = sqlx::query_as(
        "SELECT session_id, max(session_source) AS session_source, count(*) AS requests,
                min(created_at) AS first_at, max(created_at) AS last_at,
                COALESCE(sum(COALESCE(input_tokens, 0) + COALESCE(output_tokens, 0)), 0)::bigint AS tokens,
                COALESCE(sum(cost_pico), 0)::bigint AS cost_pico
         FROM (SELECT * FROM interactions WHERE session_id IS NOT NULL ORDER BY id DESC LIMIT 50000) AS recent
         WHERE $2::uuid[] IS NULL OR agent_id = ANY($2)
         GROUP BY session_id ORDER BY last_at DESC LIMIT $1",
    )
    .bind(limit)
    .bind(visible);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Deletes at most `limit` calls older than `before`, bodies first; returns how many calls went.
pub async fn purge(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    call_log::purge(db, &InteractionFilter::TABLES, before, limit).await
}
