//! What has been used of limits: counted by whoever uses, in the statement that decides or in the transaction that records.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Limit;
use crate::pool::LIMIT_CHANNEL;
use crate::{Db, Result};

/// How a limit stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Usage {
    #[sqlx(flatten)]
    pub limit: Limit,
    /// What the entity is called.
    pub entity_name: String,
    /// Since when it counts, and when it starts anew; none: never.
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub calls: i64,
    pub cost_pico: i64,
}

/// What a model has used of a limit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ModelUsage {
    pub limit_id: Uuid,
    pub model: String,
    pub calls: i64,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub cost_pico: i64,
}

/// Every limit with what is used of it, oldest first.
pub async fn usage(db: &Db, now: DateTime<Utc>) -> Result<(Vec<Usage>, Vec<ModelUsage>)> {
    let limits = sqlx::query_as(
        "SELECT l.*, w.since, w.until, COALESCE(u.calls, 0) AS calls, COALESCE(u.cost_pico, 0) AS cost_pico,
                COALESCE(CASE l.entity_type WHEN 'organization' THEN (SELECT name FROM organization)
                    WHEN 'team' THEN (SELECT name FROM teams WHERE id::text = lower(l.entity_id))
                    ELSE (SELECT name FROM agents WHERE id::text = lower(l.entity_id)) END, '') AS entity_name
         FROM limits AS l CROSS JOIN LATERAL limit_window(l, $1) AS w
         LEFT JOIN LATERAL
             (SELECT sum(calls)::bigint AS calls, LEAST(COALESCE(sum(cost_pico), 0), 9e18)::bigint AS cost_pico FROM limit_usage
              WHERE limit_id = l.id AND limit_usage.since >= w.since) AS u ON true
         ORDER BY l.created_at, l.id",
    )
    .bind(now)
    .fetch_all(&db.pool);
    let models = sqlx::query_as(
        "SELECT u.limit_id, u.model, u.calls, u.tokens_in, u.tokens_out, LEAST(u.cost_pico, 9e18)::bigint AS cost_pico
         FROM limit_usage AS u JOIN limits AS l ON l.id = u.limit_id CROSS JOIN LATERAL limit_window(l, $1) AS w
         WHERE u.since >= w.since AND u.model <> '' ORDER BY u.cost_pico DESC, u.model",
    )
    .bind(now)
    .fetch_all(&db.pool);
    Ok(tokio::try_join!(limits, models)?)
}

/// Starts the usage of a limit anew. False if there is no such limit.
pub async fn reset(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query("UPDATE limits SET last_cleanup = $2, updated_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// This limit has none left, so nothing was taken from the others either.
    UsedUp(Uuid),
}

/// One of each of these limits, or of none. Whoever comes at the same moment waits for the row, so that no call goes
/// through beyond the limit, and none is counted that did not.
const TAKE: &str = "
INSERT INTO limit_usage AS u (limit_id, model, since, last_at, calls)
SELECT l.id, '', w.since, $2, 1 FROM limits AS l CROSS JOIN LATERAL limit_window(l, $2) AS w
WHERE l.id = $1 AND l.limit_value > 0 FOR KEY SHARE OF l
ON CONFLICT (limit_id, model) DO UPDATE SET
    calls = CASE WHEN u.since < excluded.since THEN 1 ELSE u.calls + 1 END,
    since = GREATEST(u.since, excluded.since),
    last_at = GREATEST(u.last_at, excluded.last_at)
WHERE u.since < excluded.since OR u.calls < (SELECT limit_value FROM limits WHERE id = excluded.limit_id)";

pub async fn take(db: &Db, limits: &[Uuid], now: DateTime<Utc>) -> Result<Taken> {
    let mut tx = db.pool.begin().await?;
    // In one order, so that two callers cannot wait for each other.
    let mut limits = limits.to_vec();
    limits.sort_unstable();
    for id in limits {
        let taken = sqlx::query(TAKE)
            .bind(id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 && exists(&mut tx, id).await? {
            tx.rollback().await?;
            return Ok(Taken::UsedUp(id));
        }
    }
    tx.commit().await?;
    Ok(Taken::Yes)
}

/// A limit may have gone since the caller heard of it.
async fn exists(tx: &mut PgConnection, id: Uuid) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM limits WHERE id = $1)").bind(id);
    Ok(query.fetch_one(tx).await?)
}

/// What a recorded call is to be counted as.
pub(crate) struct Charge<'a> {
    pub(crate) agent: Option<Uuid>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) model: &'a str,
    /// Every name by which a limit may mean this model.
    pub(crate) names: &'a [String],
    pub(crate) tokens_in: i64,
    pub(crate) tokens_out: i64,
    pub(crate) cost_pico: i64,
}

/// Of a batch that was spooled for long, calls of a window that is over count no more. Rows are taken in one order, so
/// that two replicas cannot wait for each other.
const CHARGE: &str = "
WITH counted AS
    (SELECT l.id AS limit_id, c.*, w.since, max(w.since) OVER (PARTITION BY l.id, c.model) AS latest
     FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::int8[])
         AS c (agent_id, at, model, names, tokens_in, tokens_out, cost_pico)
     JOIN (SELECT * FROM limits WHERE limit_type = 'token_cost' FOR KEY SHARE) AS l
         ON c.at >= COALESCE(l.last_cleanup, l.created_at)
         AND (cardinality(COALESCE(l.models, '{}')) = 0 OR l.models && string_to_array(c.names, E'\\n'))
         AND CASE l.entity_type WHEN 'organization' THEN true
             WHEN 'agent' THEN lower(l.entity_id) = c.agent_id::text
             ELSE EXISTS (SELECT FROM agent_teams AS t WHERE t.agent_id = c.agent_id AND t.team_id::text = lower(l.entity_id))
             END
     CROSS JOIN LATERAL limit_window(COALESCE(l.last_cleanup, l.created_at),
         (SELECT limit_cleanup_interval FROM organization), c.at) AS w)
INSERT INTO limit_usage AS u (limit_id, model, since, last_at, calls, tokens_in, tokens_out, cost_pico)
SELECT limit_id, model, since, max(at), count(*), sum(tokens_in), sum(tokens_out), sum(cost_pico)
FROM counted WHERE since = latest GROUP BY 1, 2, 3 ORDER BY 1, 2
ON CONFLICT (limit_id, model) DO UPDATE SET
    calls = excluded.calls + CASE WHEN u.since < excluded.since THEN 0 ELSE u.calls END,
    tokens_in = excluded.tokens_in + CASE WHEN u.since < excluded.since THEN 0 ELSE u.tokens_in END,
    tokens_out = excluded.tokens_out + CASE WHEN u.since < excluded.since THEN 0 ELSE u.tokens_out END,
    cost_pico = excluded.cost_pico + CASE WHEN u.since < excluded.since THEN 0 ELSE u.cost_pico END,
    since = GREATEST(u.since, excluded.since),
    last_at = GREATEST(u.last_at, excluded.last_at)
WHERE excluded.last_at >= u.since";

/// Whether what calls cost is limited at all.
pub(crate) async fn any_of_costs(connection: &mut PgConnection) -> Result<bool> {
    let query =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM limits WHERE limit_type = 'token_cost')");
    Ok(query.fetch_one(connection).await?)
}

/// A part of the transaction that [`crate::records::insert_batch`] makes: a call is recorded and counted, or neither.
pub(crate) async fn charge(tx: &mut PgConnection, charges: &[Charge<'_>]) -> Result<()> {
    fn column<'a, T>(charges: &'a [Charge<'_>], field: impl Fn(&'a Charge<'_>) -> T) -> Vec<T> {
        charges.iter().map(field).collect()
    }
    let done = sqlx::query(CHARGE)
        .bind(column(charges, |charge| charge.agent))
        .bind(column(charges, |charge| charge.at))
        .bind(column(charges, |charge| charge.model))
        .bind(column(charges, |charge| charge.names.join("\n")))
        .bind(column(charges, |charge| charge.tokens_in))
        .bind(column(charges, |charge| charge.tokens_out))
        .bind(column(charges, |charge| charge.cost_pico))
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() > 0 {
        sqlx::query("SELECT pg_notify($1, '')")
            .bind(LIMIT_CHANNEL)
            .execute(tx)
            .await?;
    }
    Ok(())
}
