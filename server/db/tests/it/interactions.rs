//! Recorded model calls: in whole, again, in part, with all that a row can hold.

use chrono::TimeDelta;
use db::call_log::boundary_id;
use db::interactions::{self, Interaction, InteractionFilter, NewInteraction};
use db::records::{Batch, insert_batch};
use testkit::database::TestDatabase;
use uuid::Uuid;

use crate::rows::{database, noon};

/// The n-th call, a minute after the one before it: every second one with as little as a call may have.
fn call(number: u32) -> NewInteraction {
    let is_full = !number.is_multiple_of(2);
    let text = |text: &str| is_full.then(|| text.to_owned());
    let count = |count: i64| is_full.then_some(count);
    let created_at = noon() + TimeDelta::minutes(number.into()) + TimeDelta::microseconds(7);
    let row = Interaction {
        id: Uuid::from_u128(boundary_id(created_at).as_u128() + u128::from(number)),
        created_at,
        agent_id: is_full.then(|| Uuid::from_u128(5)),
        external_agent_id: text("codex"),
        user_id: text("ann"),
        session_id: text("session"),
        session_source: text("header"),
        provider: "openai".to_owned(),
        kind: "openai:chatCompletions".to_owned(),
        requested_model: text("m"),
        model: text("m-2026"),
        stream: is_full,
        status: 200,
        outcome: "ok".to_owned(),
        error: text("tab\t, backslash \\, 🦀"),
        input_tokens: count(10),
        output_tokens: count(20),
        cache_read_tokens: count(30),
        cache_write_tokens: count(40),
        cost_pico: count(i64::MAX),
        first_byte_us: count(1),
        duration_us: -1,
        tool_call_count: 3,
        request_bytes: i64::MAX,
        response_bytes: 0,
    };
    NewInteraction {
        row,
        request: vec![0, 0xff, number.to_be_bytes()[3]],
        response: Vec::new(),
        truncated: is_full,
        model_names: Vec::new(),
        optimization: None,
    }
}

async fn store(test: &TestDatabase, numbers: &[u32]) {
    let batch = Batch {
        interactions: numbers.iter().copied().map(call).collect(),
        ..Batch::default()
    };
    insert_batch(&test.db, &batch).await.unwrap();
}

async fn stored(test: &TestDatabase) -> Vec<Interaction> {
    let filter = InteractionFilter {
        ascending: true,
        ..InteractionFilter::default()
    };
    interactions::list(&test.db, &filter, 100).await.unwrap()
}

#[tokio::test]
async fn every_column_comes_back_as_it_was_written_the_first_time_and_when_some_are_there() {
    let test = database().await;
    store(&test, &[1, 2]).await;
    store(&test, &[2, 3, 4]).await;
    let rows = stored(&test).await;
    let wanted: Vec<String> = (1..=4)
        .map(|number| format!("{:?}", call(number).row))
        .collect();
    let found: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    assert_eq!(found, wanted);
    for number in 1..=4 {
        let wanted = call(number);
        let found = interactions::bodies(&test.db, wanted.row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.request, wanted.request);
        assert_eq!(found.response, wanted.response);
        assert_eq!(found.truncated, wanted.truncated);
    }
}

#[tokio::test]
async fn a_call_counts_once_however_often_it_is_written() {
    let test = database().await;
    store(&test, &[1, 2, 3]).await;
    store(&test, &[1, 2, 3]).await;
    store(&test, &[3, 5, 5, 61]).await;
    let sums = "SELECT string_agg(concat_ws(' ', date_part('hour', hour), model, requests, input_tokens,
            output_tokens, cache_read_tokens, cache_write_tokens, cost_pico, unpriced), E'\\n' ORDER BY hour, model)
        FROM interaction_hours";
    let sums = test.text(sums).await.unwrap().unwrap();
    let (once, thrice) = (i128::from(i64::MAX), 3 * i128::from(i64::MAX));
    let wanted = format!(
        "12  1 0 0 0 0 0 0\n12 m-2026 3 30 60 90 120 {thrice} 0\n13 m-2026 1 10 20 30 40 {once} 0"
    );
    assert_eq!(sums, wanted);
    assert_eq!(stored(&test).await.len(), 5);
}
