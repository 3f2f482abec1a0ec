//! The hourly roll-up of recorded calls: what the home page, the filters and the counts read.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Interaction, NewInteraction};
use crate::Result;

const ADD: &str = "
INSERT INTO interaction_hours AS h
SELECT hour, agent_id, provider, kind, model, outcome, requests, input_tokens, output_tokens, cache_read_tokens,
       cache_write_tokens, cost_pico::numeric, unpriced
FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[], $8::int8[],
            $9::int8[], $10::int8[], $11::int8[], $12::text[], $13::int8[])
     AS new (hour, agent_id, provider, kind, model, outcome, requests, input_tokens, output_tokens,
             cache_read_tokens, cache_write_tokens, cost_pico, unpriced)
ON CONFLICT (hour, agent_id, provider, kind, model, outcome) DO UPDATE SET
    requests = h.requests + excluded.requests,
    input_tokens = h.input_tokens + excluded.input_tokens,
    output_tokens = h.output_tokens + excluded.output_tokens,
    cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = h.cache_write_tokens + excluded.cache_write_tokens,
    cost_pico = h.cost_pico + excluded.cost_pico,
    unpriced = h.unpriced + excluded.unpriced";

/// What is counted together. Its order is the one in which rows are locked, so that two replicas never wait for each
/// other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    hour: DateTime<Utc>,
    /// Zero for none.
    agent_id: Uuid,
    provider: &'a str,
    kind: &'a str,
    model: &'a str,
    outcome: &'a str,
}

#[derive(Default)]
struct Sum {
    requests: i64,
    input_tokens: i64,
    output_tokens: i64,
    cache_read_tokens: i64,
    cache_write_tokens: i64,
    cost_pico: i128,
    unpriced: i64,
}

/// Counts these calls, once each.
pub(super) async fn add(connection: &mut PgConnection, calls: &[&NewInteraction]) -> Result<()> {
    let mut sums: BTreeMap<Key<'_>, Sum> = BTreeMap::new();
    for call in calls {
        sums.entry(key(&call.row)).or_default().add(&call.row);
    }
    let (keys, sums): (Vec<Key<'_>>, Vec<Sum>) = sums.into_iter().unzip();
    let counts = |of: fn(&Sum) -> i64| sums.iter().map(of).collect::<Vec<i64>>();
    let names = |of: fn(&Key<'_>) -> String| keys.iter().map(of).collect::<Vec<String>>();
    sqlx::query(ADD)
        .bind(keys.iter().map(|key| key.hour).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.agent_id).collect::<Vec<_>>())
        .bind(names(|key| key.provider.to_owned()))
        .bind(names(|key| key.kind.to_owned()))
        .bind(names(|key| key.model.to_owned()))
        .bind(names(|key| key.outcome.to_owned()))
        .bind(counts(|sum| sum.requests))
        .bind(counts(|sum| sum.input_tokens))
        .bind(counts(|sum| sum.output_tokens))
        .bind(counts(|sum| sum.cache_read_tokens))
        .bind(counts(|sum| sum.cache_write_tokens))
        .bind(
            sums.iter()
                .map(|sum| sum.cost_pico.to_string())
                .collect::<Vec<_>>(),
        )
        .bind(counts(|sum| sum.unpriced))
        .execute(connection)
        .await?;
    Ok(())
}

fn key(row: &Interaction) -> Key<'_> {
    let model = row.model.as_deref().or(row.requested_model.as_deref());
    Key {
        // It fails for years that no call is made in.
        hour: row
            .created_at
            .duration_trunc(TimeDelta::hours(1))
            .unwrap_or(row.created_at),
        agent_id: row.agent_id.unwrap_or_default(),
        provider: &row.provider,
        kind: &row.kind,
        model: model.unwrap_or_default(),
        outcome: &row.outcome,
    }
}

impl Sum {
    fn add(&mut self, row: &Interaction) {
        let more =
            |sum: &mut i64, count: Option<i64>| *sum = sum.saturating_add(count.unwrap_or(0));
        self.requests += 1;
        more(&mut self.input_tokens, row.input_tokens);
        more(&mut self.output_tokens, row.output_tokens);
        more(&mut self.cache_read_tokens, row.cache_read_tokens);
        more(&mut self.cache_write_tokens, row.cache_write_tokens);
        self.cost_pico += i128::from(row.cost_pico.unwrap_or(0));
        self.unpriced += i64::from(row.cost_pico.is_none() && row.input_tokens.is_some());
    }
}
