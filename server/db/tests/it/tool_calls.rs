//! Recorded tool calls: pages, filters, counts, usage, retention.

use chrono::TimeDelta;
use db::call_log::{Cursor, boundary_id};
use db::mcp_tool_calls::{self, McpToolCall, NewToolCall, ToolCallFilter, ToolCallSort};
use db::records::{Batch, insert_batch};
use testkit::database::TestDatabase;
use uuid::Uuid;

use crate::rows::{database, noon};

const TIME: Uuid = Uuid::from_u128(100);
const GIT: Uuid = Uuid::from_u128(200);

/// The n-th call: every third one to git and failed, a minute after the one before it.
fn call(number: u32) -> NewToolCall {
    let is_git = number.is_multiple_of(3);
    let created_at = noon() + TimeDelta::minutes(i64::from(number));
    let id = boundary_id(created_at).as_u128() + u128::from(number);
    NewToolCall {
        row: McpToolCall {
            id: Uuid::from_u128(id),
            created_at,
            agent_id: None,
            mcp_server_id: Some(if is_git { GIT } else { TIME }),
            mcp_server_name: if is_git { "git" } else { "time" }.to_owned(),
            method: "tools/call".to_owned(),
            tool_name: Some(if is_git { "git__log" } else { "time__now" }.to_owned()),
            user_id: Some("ann".to_owned()),
            token_id: None,
            token_kind: Some("user".to_owned()),
            auth_method: None,
            session_id: None,
            client: None,
            is_error: is_git,
            error: is_git.then(|| "not a repository".to_owned()),
            argument_bytes: 2,
            result_bytes: 20,
            duration_us: i64::from(number) * 1_000,
        },
        arguments: b"{}".to_vec(),
        result: b"result".to_vec(),
        truncated: false,
    }
}

async fn store(test: &TestDatabase, numbers: impl Iterator<Item = u32>) {
    let batch = Batch {
        tool_calls: numbers.map(call).collect(),
        ..Batch::default()
    };
    insert_batch(&test.db, &batch).await.unwrap();
}

#[tokio::test]
async fn calls_are_paged_filtered_counted_and_summed_up_once() {
    let test = database().await;
    store(&test, 1..=90).await;
    store(&test, 80..=90).await;
    let all = ToolCallFilter::default();
    assert_eq!(mcp_tool_calls::count(&test.db, &all).await.unwrap(), 90);
    let page = mcp_tool_calls::list(&test.db, &all, 10).await.unwrap();
    let older = ToolCallFilter {
        cursor: Cursor::Before(page[9].id),
        ..ToolCallFilter::default()
    };
    let next = mcp_tool_calls::list(&test.db, &older, 10).await.unwrap();
    assert_eq!((page[0].duration_us, next[0].duration_us), (90_000, 80_000));
    let failed = ToolCallFilter {
        is_error: Some(true),
        search: Some("REPOSITORY".to_owned()),
        user_id: Some("ann".to_owned()),
        sort: ToolCallSort::Duration,
        ascending: true,
        start: Some(noon()),
        end: Some(noon() + TimeDelta::minutes(31)),
        ..ToolCallFilter::default()
    };
    assert_eq!(mcp_tool_calls::count(&test.db, &failed).await.unwrap(), 10);
    let slowest = mcp_tool_calls::list(&test.db, &failed, 50).await.unwrap();
    assert_eq!(slowest.last().unwrap().duration_us, 30_000);
    let facets = mcp_tool_calls::facets(&test.db, &all).await.unwrap();
    let of = |field: &str, value: &str| {
        let facet = facets
            .iter()
            .find(|facet| facet.field == field && facet.value == value);
        facet.map(|facet| facet.requests)
    };
    assert_eq!(
        (of("outcome", "error"), of("tool", "time__now")),
        (Some(30), Some(60))
    );
}

#[tokio::test]
async fn usage_tells_calls_errors_and_percentiles_of_each_server() {
    let test = database().await;
    store(&test, 1..=90).await;
    let usage = mcp_tool_calls::server_usage(&test.db, noon())
        .await
        .unwrap();
    let git = usage
        .iter()
        .find(|usage| usage.mcp_server_id == GIT)
        .unwrap();
    assert_eq!((git.calls, git.errors), (30, 30));
    assert_eq!((git.p50_us, git.p95_us), (Some(45_000), Some(87_000)));
    let tools = mcp_tool_calls::tool_usage(&test.db, TIME, noon())
        .await
        .unwrap();
    assert_eq!(
        (tools[0].tool_name.as_str(), tools[0].calls),
        ("time__now", 60)
    );
    let hours = mcp_tool_calls::hours(&test.db, Some(GIT), noon())
        .await
        .unwrap();
    assert_eq!(hours.iter().map(|hour| hour.calls).sum::<i64>(), 30);
}

#[tokio::test]
async fn old_calls_go_with_their_bodies() {
    let test = database().await;
    store(&test, 1..=10).await;
    assert!(mcp_tool_calls::any(&test.db).await.unwrap());
    let rows = mcp_tool_calls::list(&test.db, &ToolCallFilter::default(), 10)
        .await
        .unwrap();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    assert_eq!(
        mcp_tool_calls::bodies(&test.db, &ids).await.unwrap().len(),
        10
    );
    assert_eq!(
        mcp_tool_calls::find_many(&test.db, &ids)
            .await
            .unwrap()
            .len(),
        10
    );
    assert!(
        mcp_tool_calls::find(&test.db, ids[0])
            .await
            .unwrap()
            .is_some()
    );
    let before = noon() + TimeDelta::minutes(6);
    assert_eq!(
        mcp_tool_calls::purge(&test.db, before, 100).await.unwrap(),
        5
    );
    assert_eq!(
        mcp_tool_calls::bodies(&test.db, &ids).await.unwrap().len(),
        5
    );
}
