//! Writing calls in batches: rows, bodies and roll-up, the same batch twice without harm.

use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::McpToolCall;
use crate::Result;

/// One call as it is recorded. Bodies are zstd-compressed already.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct NewToolCall {
    pub row: McpToolCall,
    pub arguments: Vec<u8>,
    pub result: Vec<u8>,
    pub truncated: bool,
}

/// Only rows that are new count into the roll-up, so a replayed batch changes nothing. The roll-up rows are
/// taken in one order, so that two replicas cannot wait for each other.
const INSERT: &str = "
WITH fresh AS (INSERT INTO mcp_tool_calls SELECT * FROM unnest(
         $1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::uuid[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bool[], $15::text[], $16::int8[],
         $17::int8[], $18::int8[])
     ON CONFLICT (id) DO NOTHING RETURNING *)
INSERT INTO mcp_tool_call_hours AS h
SELECT date_trunc('hour', created_at), COALESCE(agent_id, '00000000-0000-0000-0000-000000000000'),
       COALESCE(mcp_server_id, '00000000-0000-0000-0000-000000000000'), method, COALESCE(tool_name, ''), is_error,
       count(*), sum(result_bytes), sum(duration_us)
FROM fresh GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (hour, agent_id, mcp_server_id, method, tool_name, is_error) DO UPDATE SET
    calls = h.calls + excluded.calls,
    result_bytes = h.result_bytes + excluded.result_bytes,
    duration_us = h.duration_us + excluded.duration_us";

/// A part of the transaction that [`crate::records::insert_batch`] makes.
pub(crate) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[NewToolCall],
) -> Result<()> {
    insert_rows(tx, batch).await?;
    insert_bodies(tx, batch).await
}

async fn insert_rows(tx: &mut Transaction<'_, Postgres>, batch: &[NewToolCall]) -> Result<()> {
    sqlx::query(INSERT)
        .bind(column(batch, |row| row.id))
        .bind(column(batch, |row| row.created_at))
        .bind(column(batch, |row| row.agent_id))
        .bind(column(batch, |row| row.mcp_server_id))
        .bind(column(batch, |row| row.mcp_server_name.as_str()))
        .bind(column(batch, |row| row.method.as_str()))
        .bind(column(batch, |row| row.tool_name.as_deref()))
        .bind(column(batch, |row| row.user_id.as_deref()))
        .bind(column(batch, |row| row.token_id))
        .bind(column(batch, |row| row.token_kind.as_deref()))
        .bind(column(batch, |row| row.auth_method.as_deref()))
        .bind(column(batch, |row| row.session_id.as_deref()))
        .bind(column(batch, |row| row.client.as_deref()))
        .bind(column(batch, |row| row.is_error))
        .bind(column(batch, |row| row.error.as_deref()))
        .bind(column(batch, |row| row.argument_bytes))
        .bind(column(batch, |row| row.result_bytes))
        .bind(column(batch, |row| row.duration_us))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn column<'a, T>(batch: &'a [NewToolCall], field: impl Fn(&'a McpToolCall) -> T) -> Vec<T> {
    batch.iter().map(|new| field(&new.row)).collect()
}

async fn insert_bodies(tx: &mut Transaction<'_, Postgres>, batch: &[NewToolCall]) -> Result<()> {
    let ids: Vec<Uuid> = batch.iter().map(|new| new.row.id).collect();
    let arguments: Vec<&[u8]> = batch.iter().map(|new| new.arguments.as_slice()).collect();
    let results: Vec<&[u8]> = batch.iter().map(|new| new.result.as_slice()).collect();
    let truncated: Vec<bool> = batch.iter().map(|new| new.truncated).collect();
    sqlx::query(
        "INSERT INTO mcp_tool_call_bodies SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bool[])
         ON CONFLICT (mcp_tool_call_id) DO NOTHING",
    )
    .bind(&ids)
    .bind(&arguments)
    .bind(&results)
    .bind(&truncated)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
