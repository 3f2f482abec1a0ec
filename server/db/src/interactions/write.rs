//! Writing calls in batches: rows, bodies and roll-up, the same batch twice without harm.

use std::collections::HashSet;

use sqlx::{Connection as _, PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{Interaction, hours};
use crate::copy::CopyIn;
use crate::limits::Charge;
use crate::{Error, Result, limits};

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

const COPY_ROWS: &str = "COPY interactions (id, created_at, agent_id, external_agent_id, user_id, session_id,
    session_source, provider, kind, requested_model, model, stream, status, outcome, error, input_tokens,
    output_tokens, cache_read_tokens, cache_write_tokens, cost_pico, first_byte_us, duration_us, tool_call_count,
    request_bytes, response_bytes) FROM STDIN (FORMAT binary)";

const COPY_BODIES: &str = "COPY interaction_bodies (interaction_id, request, response, truncated)
    FROM STDIN (FORMAT binary)";

/// For a batch of which some is there already.
const INSERT_MISSING: &str = "
INSERT INTO interactions SELECT * FROM unnest(
    $1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::bool[], $13::int4[], $14::text[], $15::text[], $16::int8[],
    $17::int8[], $18::int8[], $19::int8[], $20::int8[], $21::int8[], $22::int8[], $23::int4[],
    $24::int8[], $25::int8[])
ON CONFLICT (id) DO NOTHING RETURNING id";

/// A part of the transaction that [`crate::records::insert_batch`] makes.
pub(crate) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[NewInteraction],
) -> Result<()> {
    let fresh = insert_rows(tx, batch).await?;
    copy_bodies(tx, &fresh).await?;
    hours::add(tx, &fresh).await?;
    insert_optimizations(tx, &fresh).await?;
    let charges: Vec<Charge<'_>> = fresh.iter().filter_map(|new| charge_of(new)).collect();
    if !charges.is_empty() && limits::any_of_costs(tx).await? {
        limits::charge(tx, &charges).await?;
    }
    Ok(())
}

/// The calls that were not there yet: nearly always all of them.
async fn insert_rows<'b>(
    tx: &mut Transaction<'_, Postgres>,
    batch: &'b [NewInteraction],
) -> Result<Vec<&'b NewInteraction>> {
    let mut attempt = tx.begin().await?;
    match copy_rows(&mut attempt, batch).await {
        Ok(()) => {
            attempt.commit().await?;
            return Ok(batch.iter().collect());
        }
        Err(Error::Conflict(_)) => attempt.rollback().await?,
        Err(error) => return Err(error),
    }
    let inserted = insert_missing(tx, batch).await?;
    let mut inserted: HashSet<Uuid> = inserted.into_iter().collect();
    let is_fresh = |new: &&NewInteraction| inserted.remove(&new.row.id);
    Ok(batch.iter().filter(is_fresh).collect())
}

async fn copy_rows(connection: &mut PgConnection, batch: &[NewInteraction]) -> Result<()> {
    let mut copy = CopyIn::of(25);
    for NewInteraction { row, .. } in batch {
        copy.row();
        copy.column(row.id)?;
        copy.column(row.created_at)?;
        copy.column(row.agent_id)?;
        copy.column(row.external_agent_id.as_deref())?;
        copy.column(row.user_id.as_deref())?;
        copy.column(row.session_id.as_deref())?;
        copy.column(row.session_source.as_deref())?;
        copy.column(row.provider.as_str())?;
        copy.column(row.kind.as_str())?;
        copy.column(row.requested_model.as_deref())?;
        copy.column(row.model.as_deref())?;
        copy.column(row.stream)?;
        copy.column(row.status)?;
        copy.column(row.outcome.as_str())?;
        copy.column(row.error.as_deref())?;
        copy.column(row.input_tokens)?;
        copy.column(row.output_tokens)?;
        copy.column(row.cache_read_tokens)?;
        copy.column(row.cache_write_tokens)?;
        copy.column(row.cost_pico)?;
        copy.column(row.first_byte_us)?;
        copy.column(row.duration_us)?;
        copy.column(row.tool_call_count)?;
        copy.column(row.request_bytes)?;
        copy.column(row.response_bytes)?;
    }
    copy.into(COPY_ROWS, connection).await
}

async fn copy_bodies(connection: &mut PgConnection, fresh: &[&NewInteraction]) -> Result<()> {
    let mut copy = CopyIn::of(4);
    for new in fresh {
        copy.row();
        copy.column(new.row.id)?;
        copy.column(new.request.as_slice())?;
        copy.column(new.response.as_slice())?;
        copy.column(new.truncated)?;
    }
    copy.into(COPY_BODIES, connection).await
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

async fn insert_missing(
    connection: &mut PgConnection,
    batch: &[NewInteraction],
) -> Result<Vec<Uuid>> {
    let inserted = sqlx::query_scalar(INSERT_MISSING)
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
        .fetch_all(connection)
        .await?;
    Ok(inserted)
}

fn column<'a, T>(batch: &'a [NewInteraction], field: impl Fn(&'a Interaction) -> T) -> Vec<T> {
    batch.iter().map(|new| field(&new.row)).collect()
}
