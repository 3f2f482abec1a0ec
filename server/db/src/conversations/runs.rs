//! Runs: who makes the answer, what it has told so far, and what people tell it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgExecutor, Postgres, Transaction};
use uuid::Uuid;

use super::{Message, announce};
use crate::pool::{ANSWER_CHANNEL, CONVERSATION_CHANNEL};
use crate::{Db, Error, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Run {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub message_id: Uuid,
    pub status: String,
    pub holder: Uuid,
    pub lease_until: DateTime<Utc>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Events of one write, one a line.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Events {
    pub first_id: i64,
    pub last_id: i64,
    pub events: String,
}

/// What somebody told a run.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Answer {
    pub id: Uuid,
    pub run_id: Uuid,
    pub kind: String,
    pub key: String,
    pub body: Value,
}

/// Begins a run with its messages; an answer that is there already goes on. Returns the last event before it.
/// `Conflict` if another run is under way.
pub async fn begin_run(
    db: &Db,
    run: &Run,
    question: Option<&Message>,
    answer: &Message,
    attachments: &[Uuid],
) -> Result<i64> {
    let mut tx = db.pool.begin().await?;
    let conversation = run.conversation_id;
    // Whoever adds events waits, so that no number is given twice.
    sqlx::query("SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE")
        .bind(conversation)
        .execute(&mut *tx)
        .await?;
    insert_run(&mut tx, run).await?;
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT max(last_id) FROM conversation_events WHERE conversation_id = $1",
    )
    .bind(conversation)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM conversation_events WHERE conversation_id = $1")
        .bind(conversation)
        .execute(&mut *tx)
        .await?;
    let last = last.unwrap_or(0);
    // Tells nothing, but keeps the count if this replica dies before it has written anything.
    sqlx::query("INSERT INTO conversation_events VALUES ($1, $2, $3, '')")
        .bind(conversation)
        .bind(last + 1)
        .bind(last)
        .execute(&mut *tx)
        .await?;
    if let Some(question) = question {
        put_message(&mut tx, question).await?;
    }
    put_message(&mut tx, answer).await?;
    sqlx::query("UPDATE attachments SET conversation_id = $1 WHERE id = ANY($2) AND conversation_id IS NULL")
        .bind(conversation)
        .bind(attachments)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE conversations SET leaf_message_id = $2, updated_at = $3 WHERE id = $1")
        .bind(conversation)
        .bind(answer.id)
        .bind(run.started_at)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(last)
}

async fn insert_run(tx: &mut Transaction<'_, Postgres>, run: &Run) -> Result<()> {
    sqlx::query("INSERT INTO conversation_runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(run.id)
        .bind(run.conversation_id)
        .bind(run.message_id)
        .bind(&run.status)
        .bind(run.holder)
        .bind(run.lease_until)
        .bind(run.started_at)
        .bind(run.finished_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn put_message(tx: &mut Transaction<'_, Postgres>, message: &Message) -> Result<()> {
    sqlx::query(
        "INSERT INTO messages VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, parts = excluded.parts, words = excluded.words,
             run_id = excluded.run_id, provider = excluded.provider, model = excluded.model, error = excluded.error,
             usage = excluded.usage, finish_reason = excluded.finish_reason",
    )
    .bind(message.id)
    .bind(message.conversation_id)
    .bind(message.parent_id)
    .bind(&message.role)
    .bind(&message.status)
    .bind(&message.parts)
    .bind(&message.words)
    .bind(message.run_id)
    .bind(&message.provider)
    .bind(&message.model)
    .bind(&message.error)
    .bind(&message.usage)
    .bind(&message.finish_reason)
    .bind(message.created_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a run writes: its events since the last time, how it stands, and at its end its message.
#[derive(Debug)]
pub struct Progress<'a> {
    pub run: &'a Run,
    pub events: Option<Events>,
    pub message: Option<&'a Message>,
}

/// False if the run is not this holder's any more: then nothing is written.
pub async fn progress(db: &Db, progress: &Progress<'_>) -> Result<bool> {
    let run = progress.run;
    let mut tx = db.pool.begin().await?;
    let updated = sqlx::query(
        "UPDATE conversation_runs SET status = $3, lease_until = $4, finished_at = $5
         WHERE id = $1 AND holder = $2 AND finished_at IS NULL",
    )
    .bind(run.id)
    .bind(run.holder)
    .bind(&run.status)
    .bind(run.lease_until)
    .bind(run.finished_at)
    .execute(&mut *tx)
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(events) = &progress.events {
        sqlx::query("INSERT INTO conversation_events VALUES ($1, $2, $3, $4)")
            .bind(run.conversation_id)
            .bind(events.first_id)
            .bind(events.last_id)
            .bind(&events.events)
            .execute(&mut *tx)
            .await?;
    }
    if let Some(message) = progress.message {
        put_message(&mut tx, message).await?;
        sqlx::query("UPDATE conversations SET updated_at = GREATEST(updated_at, $2) WHERE id = $1")
            .bind(run.conversation_id)
            .bind(run.finished_at)
            .execute(&mut *tx)
            .await?;
    }
    if progress.events.is_some() || progress.message.is_some() {
        announce(&mut tx, CONVERSATION_CHANNEL, run.conversation_id).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// More events after a run's end, such as a title.
pub async fn append_events(db: &Db, conversation_id: Uuid, events: &[String]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    // Whoever begins a run waits for this, so that no number is given twice.
    let found = sqlx::query("SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE")
        .bind(conversation_id)
        .fetch_optional(&mut *tx)
        .await?;
    if found.is_none() || events.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO conversation_events
         SELECT $1, COALESCE(max(last_id), 0) + 1, COALESCE(max(last_id), 0) + $2, $3 FROM conversation_events
         WHERE conversation_id = $1
         HAVING NOT EXISTS (SELECT 1 FROM conversation_runs WHERE conversation_id = $1 AND finished_at IS NULL)",
    )
    .bind(conversation_id)
    .bind(count)
    .bind(events.join("\n"))
    .execute(&mut *tx)
    .await?;
    announce(&mut tx, CONVERSATION_CHANNEL, conversation_id).await?;
    tx.commit().await?;
    Ok(())
}

/// What has been told after an event, oldest first. The first row has that event, or follows it, if it is known.
pub async fn events_after(db: &Db, conversation_id: Uuid, after: i64) -> Result<Vec<Events>> {
    events_of(&db.pool, conversation_id, after).await
}

pub(super) async fn events_of(
    db: impl PgExecutor<'_>,
    conversation_id: Uuid,
    after: i64,
) -> Result<Vec<Events>> {
    let query = sqlx::query_as(
        "SELECT first_id, last_id, events FROM conversation_events WHERE conversation_id = $1 AND last_id >= $2
         ORDER BY last_id",
    )
    .bind(conversation_id)
    .bind(after);
    Ok(query.fetch_all(db).await?)
}

pub async fn run(db: &Db, id: Uuid) -> Result<Option<Run>> {
    let query = sqlx::query_as("SELECT * FROM conversation_runs WHERE id = $1").bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

/// The newest run of each conversation that has had one.
pub async fn latest_runs(db: &Db, conversations: &[Uuid]) -> Result<Vec<Run>> {
    latest_runs_of(&db.pool, conversations).await
}

pub(super) async fn latest_runs_of(
    db: impl PgExecutor<'_>,
    conversations: &[Uuid],
) -> Result<Vec<Run>> {
    let query = sqlx::query_as(
        "SELECT DISTINCT ON (conversation_id) * FROM conversation_runs WHERE conversation_id = ANY($1)
         ORDER BY conversation_id, started_at DESC, id DESC",
    )
    .bind(conversations);
    Ok(query.fetch_all(db).await?)
}

/// Runs whose replica is gone, from now on this holder's.
pub async fn take_lapsed(
    db: &Db,
    holder: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Run>> {
    let query = sqlx::query_as(
        "UPDATE conversation_runs SET holder = $1, lease_until = $3 WHERE finished_at IS NULL AND lease_until < $2 RETURNING *",
    )
    .bind(holder)
    .bind(now)
    .bind(until);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Tells the run of a conversation something. False if it was told already.
pub async fn tell(db: &Db, conversation_id: Uuid, answer: &Answer) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    let inserted = sqlx::query(
        "INSERT INTO conversation_answers VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run_id, kind, key) DO NOTHING",
    )
    .bind(answer.id)
    .bind(answer.run_id)
    .bind(&answer.kind)
    .bind(&answer.key)
    .bind(&answer.body)
    .execute(&mut *tx)
    .await?;
    announce(&mut tx, ANSWER_CHANNEL, conversation_id).await?;
    tx.commit().await?;
    Ok(inserted.rows_affected() > 0)
}

/// Everything a run was told.
pub async fn answers(db: &Db, run_id: Uuid) -> Result<Vec<Answer>> {
    let query = sqlx::query_as("SELECT * FROM conversation_answers WHERE run_id = $1").bind(run_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Whether a run could not begin because another one is under way.
pub fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Conflict(constraint) if constraint == "conversation_runs_one_active")
}
