//! Writing calls in batches: rows, bodies and roll-up, the same batch twice without harm.

use std::collections::HashSet;

use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::Interaction;
use crate::limits::Charge;
use crate::{Result, limits};

/// One call as it is recorded. Bodies are zstd-compressed already.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct NewInteraction {
    pub row: Interaction,
    pub request: Vec<u8>,
    pub response: Vec<u8>,
    pub truncated: bool,
    /// Every name by which a limit may mean the model that was called.
    pub model_names: Vec<String>,
    /// Another model was called than the one that was asked for.
    pub optimization: Option<NewOptimization>,
}

/// What an optimization rule made of a call.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct NewOptimization {
    pub rule_id: Uuid,
    pub model: String,
    pub baseline_cost_pico: Option<i64>,
}

/// Only rows that are new count into the roll-up, so a replayed batch changes nothing. The roll-up rows are
/// taken in one order, so that two replicas cannot wait for each other.
const INSERT: &str = "
WITH fresh AS (INSERT INTO interactions SELECT * FROM unnest(
         $1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::text[], $12::bool[], $13::int4[], $14::text[], $15::text[], $16::int8[],
         $17::int8[], $18::int8[], $19::int8[], $20::int8[], $21::int8[], $22::int8[], $23::int4[],
         $24::int8[], $25::int8[])
     ON CONFLICT (id) DO NOTHING RETURNING *),
summed AS (INSERT INTO interaction_hours AS h
SELECT date_trunc('hour', created_at), COALESCE(agent_id, '00000000-0000-0000-0000-000000000000'), provider, kind,
       COALESCE(model, requested_model, ''), outcome, count(*), COALESCE(sum(input_tokens), 0),
       COALESCE(sum(output_tokens), 0), COALESCE(sum(cache_read_tokens), 0), COALESCE(sum(cache_write_tokens), 0),
       COALESCE(sum(cost_pico), 0), count(*) FILTER (WHERE cost_pico IS NULL AND input_tokens IS NOT NULL)
FROM fresh GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (hour, agent_id, provider, kind, model, outcome) DO UPDATE SET
    requests = h.requests + excluded.requests,
    input_tokens = h.input_tokens + excluded.input_tokens,
    output_tokens = h.output_tokens + excluded.output_tokens,
    cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = h.cache_write_tokens + excluded.cache_write_tokens,
    cost_pico = h.cost_pico + excluded.cost_pico,
    unpriced = h.unpriced + excluded.unpriced)
SELECT array_agg(id), (SELECT EXISTS (SELECT FROM limits WHERE limit_type = 'token_cost')) FROM fresh";

/// A part of the transaction that [`crate::records::insert_batch`] makes.
pub(crate) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[NewInteraction],
) -> Result<()> {
    let (fresh, counts) = insert_rows(tx, batch).await?;
    insert_bodies(tx, batch).await?;
    let fresh: HashSet<Uuid> = fresh.into_iter().flatten().collect();
    let fresh: Vec<&NewInteraction> = batch
        .iter()
        .filter(|new| fresh.contains(&new.row.id))
        .collect();
    insert_optimizations(tx, &fresh).await?;
    let charges: Vec<Charge<'_>> = fresh.iter().filter_map(|new| charge_of(new)).collect();
    if counts && !charges.is_empty() {
        limits::charge(tx, &charges).await?;
    }
    Ok(())
}

/// A call without tokens costs nothing.
fn charge_of(new: &NewInteraction) -> Option<Charge<'_>> {
    let row = &new.row;
    let cached = row.cache_read_tokens.unwrap_or(0) + row.cache_write_tokens.unwrap_or(0);
    Some(Charge {
        agent: row.agent_id,
        at: row.created_at,
        model: row.model.as_deref().or(row.requested_model.as_deref())?,
        names: &new.model_names,
        tokens_in: row.input_tokens? + cached,
        tokens_out: row.output_tokens.unwrap_or(0),
        cost_pico: row.cost_pico.unwrap_or(0),
    })
}

async fn insert_optimizations(
    tx: &mut Transaction<'_, Postgres>,
    fresh: &[&NewInteraction],
) -> Result<()> {
    let made = fresh
        .iter()
        .filter_map(|new| Some((new.row.id, new.optimization.as_ref()?)));
    let (ids, made): (Vec<Uuid>, Vec<&NewOptimization>) = made.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let rules: Vec<Uuid> = made.iter().map(|made| made.rule_id).collect();
    let models: Vec<&str> = made.iter().map(|made| made.model.as_str()).collect();
    let baselines: Vec<Option<i64>> = made.iter().map(|made| made.baseline_cost_pico).collect();
    sqlx::query(
        "INSERT INTO interaction_optimizations SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int8[])",
    )
    .bind(&ids)
    .bind(&rules)
    .bind(&models)
    .bind(&baselines)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The rows that were not there yet, and whether costs are limited at all.
async fn insert_rows(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[NewInteraction],
) -> Result<(Option<Vec<Uuid>>, bool)> {
    let inserted = sqlx::query_as(INSERT)
        .bind(column(batch, |row| row.id))
        .bind(column(batch, |row| row.created_at))
        .bind(column(batch, |row| row.agent_id))
        .bind(column(batch, |row| row.external_agent_id.as_deref()))
        .bind(column(batch, |row| row.user_id.as_deref()))
        .bind(column(batch, |row| row.session_id.as_deref()))
        .bind(column(batch, |row| row.session_source.as_deref()))
        .bind(column(batch, |row| row.provider.as_str()))
        .bind(column(batch, |row| row.kind.as_str()))
        .bind(column(batch, |row| row.requested_model.as_deref()))
        .bind(column(batch, |row| row.model.as_deref()))
        .bind(column(batch, |row| row.stream))
        .bind(column(batch, |row| row.status))
        .bind(column(batch, |row| row.outcome.as_str()))
        .bind(column(batch, |row| row.error.as_deref()))
        .bind(column(batch, |row| row.input_tokens))
        .bind(column(batch, |row| row.output_tokens))
        .bind(column(batch, |row| row.cache_read_tokens))
        .bind(column(batch, |row| row.cache_write_tokens))
        .bind(column(batch, |row| row.cost_pico))
        .bind(column(batch, |row| row.first_byte_us))
        .bind(column(batch, |row| row.duration_us))
        .bind(column(batch, |row| row.tool_call_count))
        .bind(column(batch, |row| row.request_bytes))
        .bind(column(batch, |row| row.response_bytes))
        .fetch_one(&mut **tx)
        .await?;
    Ok(inserted)
}

fn column<'a, T>(batch: &'a [NewInteraction], field: impl Fn(&'a Interaction) -> T) -> Vec<T> {
    batch.iter().map(|new| field(&new.row)).collect()
}

async fn insert_bodies(tx: &mut Transaction<'_, Postgres>, batch: &[NewInteraction]) -> Result<()> {
    let ids: Vec<Uuid> = batch.iter().map(|new| new.row.id).collect();
    let requests: Vec<&[u8]> = batch.iter().map(|new| new.request.as_slice()).collect();
    let responses: Vec<&[u8]> = batch.iter().map(|new| new.response.as_slice()).collect();
    let truncated: Vec<bool> = batch.iter().map(|new| new.truncated).collect();
    sqlx::query(
        "INSERT INTO interaction_bodies SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bool[])
         ON CONFLICT (interaction_id) DO NOTHING",
    )
    .bind(&ids)
    .bind(&requests)
    .bind(&responses)
    .bind(&truncated)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
