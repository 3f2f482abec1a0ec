#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use bytes::Bytes;
use chrono::{TimeZone as _, Utc};
use db::interactions::{Interaction, InteractionFilter};
use db::mcp_tool_calls::ToolCallFilter;
use db::records::Batch;
use testkit::database::TestDatabase;
use testkit::wait;
use uuid::Uuid;

use super::*;

fn row(number: u128) -> NewInteraction {
    NewInteraction {
        row: Interaction {
            id: Uuid::from_u128(number),
            created_at: Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0).unwrap(),
            agent_id: None,
            external_agent_id: None,
            user_id: None,
            session_id: None,
            session_source: None,
            provider: "openai".to_owned(),
            kind: "openai:chatCompletions".to_owned(),
            requested_model: None,
            model: Some("m".to_owned()),
            stream: false,
            status: 200,
            outcome: "ok".to_owned(),
            error: None,
            input_tokens: Some(1),
            output_tokens: Some(2),
            cache_read_tokens: Some(0),
            cache_write_tokens: Some(0),
            cost_pico: Some(3),
            first_byte_us: None,
            duration_us: 1_000,
            tool_call_count: 0,
            request_bytes: 2,
            response_bytes: 2,
        },
        request: b"ask".to_vec(),
        response: b"answer".to_vec(),
        truncated: false,
        model_names: vec!["m".to_owned()],
        optimization: None,
    }
}

fn tool_call(number: u128) -> NewToolCall {
    let mut call = ToolCall::new(&crate::clock::SystemClock, "tools/call");
    call.mcp_server_name = "time".to_owned();
    call.tool_name = Some("time__now".to_owned());
    call.arguments = Bytes::from_static(br#"{"zone":"UTC"}"#);
    call.result = Bytes::from_static(br#"{"content":[]}"#);
    let mut new = call.into_row();
    new.row.id = Uuid::from_u128(number);
    new
}

fn batch(interactions: impl IntoIterator<Item = u128>) -> Batch {
    Batch {
        interactions: interactions.into_iter().map(row).collect(),
        tool_calls: Vec::new(),
    }
}

fn ids(batch: &Batch) -> Vec<u128> {
    let interactions = batch.interactions.iter().map(|new| new.row.id);
    let tool_calls = batch.tool_calls.iter().map(|new| new.row.id);
    interactions
        .chain(tool_calls)
        .map(|id| id.as_u128())
        .collect()
}

fn files(folder: &Path, suffix: &str) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == suffix))
        .count()
}

#[test]
fn batches_come_back_whole_and_in_order_also_in_a_later_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    for numbers in [vec![1, 2], vec![3], vec![4]] {
        spool.push(&batch(numbers)).unwrap();
    }
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    assert_eq!(spool.rows(), 4);
    let first = spool.first().unwrap();
    assert_eq!(ids(&first), [1, 2]);
    assert_eq!(
        (
            first.interactions[0].request.as_slice(),
            first.interactions[0].response.as_slice()
        ),
        (&b"ask"[..], &b"answer"[..])
    );
    for expected in [vec![1, 2], vec![3], vec![4]] {
        assert_eq!(ids(&spool.first().unwrap()), expected);
        spool.pop().unwrap();
    }
    assert!(spool.is_empty() && spool.first().is_none());
    assert_eq!(files(folder.path(), "batch"), 0);
}

#[test]
fn what_cannot_be_read_is_set_aside_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    spool.push(&batch([1])).unwrap();
    spool.push(&batch([2])).unwrap();
    let mut paths: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    // Cut off while this run goes on, and two more that a later run finds.
    let whole = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], &whole[..whole.len() / 2]).unwrap();
    assert_eq!(ids(&spool.first().unwrap()), [2]);
    fs::write(folder.path().join("0.batch"), b"\xffanother version").unwrap();
    fs::write(folder.path().join("1.part"), b"half").unwrap();
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    assert_eq!((spool.rows(), ids(&spool.first().unwrap())), (1, vec![2]));
    assert_eq!(files(folder.path(), "unreadable"), 2);
    assert_eq!(files(folder.path(), "part"), 0);
}

#[test]
fn a_disk_that_takes_nothing_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("spool");
    let mut spool = Spool::open(place.clone()).unwrap();
    fs::remove_dir(&place).unwrap();
    spool.push(&batch([1])).unwrap_err();
    assert!(spool.is_empty());
    fs::create_dir(&place).unwrap();
    spool.push(&batch([2])).unwrap();
    assert_eq!(ids(&spool.first().unwrap()), [2]);
}

async fn recorded(db: &Db) -> Vec<u128> {
    let filter = InteractionFilter {
        ascending: true,
        ..InteractionFilter::default()
    };
    let rows = db::interactions::list(db, &filter, 100).await.unwrap();
    rows.iter().map(|row| row.id.as_u128()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_run_left_is_written_once_even_if_it_was_written_already() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    spool.push(&batch([1, 2])).unwrap();
    spool.push(&batch([2, 3])).unwrap();
    db::records::insert_batch(&test.db, &batch([1]))
        .await
        .unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    assert_eq!(recorder.status().spooled.load(Ordering::Relaxed), 4);
    wait::until("the replay", async || {
        (files(folder.path(), "batch") == 0).then_some(())
    })
    .await;
    recorder.close().await;
    assert_eq!(recorded(&test.db).await, [1, 2, 3]);
    let counted = test
        .text("SELECT sum(requests) FROM interaction_hours")
        .await
        .unwrap();
    assert_eq!(
        counted.as_deref(),
        Some("3"),
        "the roll-up counts each call once"
    );
    assert_eq!(recorder.status().lost.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_refused_or_cannot_be_read_takes_no_other_with_it() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    for number in 1..=9 {
        recorder.record(Box::new(move |_| {
            let mut new = row(number);
            if number == 5 {
                "postgres takes no \0".clone_into(&mut new.row.outcome);
            }
            assert!(number != 7, "a fault in reading");
            new
        }));
    }
    recorder.close().await;
    assert_eq!(recorded(&test.db).await, [1, 2, 3, 4, 6, 8, 9]);
    assert_eq!(recorder.status().lost.load(Ordering::Relaxed), 2);
    assert_eq!(recorder.status().waiting.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_without_a_database_keeps_everything_on_disk() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    test.set_away(true).await.unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    recorder.record(Box::new(|_| row(1)));
    recorder.close().await;
    recorder.record(Box::new(|_| row(2)));
    assert_eq!(
        recorder.status().lost.load(Ordering::Relaxed),
        1,
        "nothing is taken after the end"
    );
    assert_eq!(Spool::open(folder.path().to_owned()).unwrap().rows(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_neither_database_nor_disk_takes_waits_in_memory_until_one_does() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("spool");
    test.set_away(true).await.unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        place.clone(),
    )
    .unwrap();
    fs::remove_dir(&place).unwrap();
    recorder.record(Box::new(|_| row(1)));
    let spooled = || recorder.status().spooled.load(Ordering::Relaxed);
    wait::until("the call waits", async || (spooled() == 1).then_some(())).await;

    test.set_away(false).await.unwrap();
    wait::until("the call is written", async || {
        (recorded(&test.db).await == [1]).then_some(())
    })
    .await;
    wait::until("nothing waits", async || (spooled() == 0).then_some(())).await;
    assert_eq!(recorder.status().lost.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_known_to_be_away_is_not_waited_for() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = Availability::default();
    database.set(false);
    let recorder = Recorder::start(
        test.db.clone(),
        database.clone(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    recorder.record(Box::new(|_| row(1)));
    let spooled = || recorder.status().spooled.load(Ordering::Relaxed);
    wait::until("the call is on disk", async || {
        (spooled() == 1).then_some(())
    })
    .await;
    assert!(recorded(&test.db).await.is_empty());
    database.set(true);
    wait::until("the call is written", async || {
        (recorded(&test.db).await == [1] && spooled() == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_goes_to_the_disk_and_from_there_to_the_database_without_a_loss() {
    const CALLS: usize = 30_000;
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    for number in 1..=CALLS {
        let number = u128::try_from(number).unwrap();
        recorder.record(Box::new(move |_| row(number)));
    }
    let status = recorder.status();
    wait::until("all calls", async || {
        (status.written.load(Ordering::Relaxed) == CALLS as u64).then_some(())
    })
    .await;
    recorder.close().await;
    assert_eq!(status.lost.load(Ordering::Relaxed), 0);
    let counted = test
        .text("SELECT count(*) FROM interactions")
        .await
        .unwrap();
    assert_eq!(counted, Some(CALLS.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn tool_calls_are_recorded_beside_model_calls_with_their_bodies_and_in_the_roll_up() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    recorder.record(Box::new(|_| row(1)));
    for is_error in [false, true, false] {
        let mut call = ToolCall::new(&crate::clock::SystemClock, "tools/call");
        call.tool_name = Some("time__now".to_owned());
        call.is_error = is_error;
        call.error = is_error.then(|| "a NUL \0 is refused by Postgres".to_owned());
        call.arguments = Bytes::from_static(br#"{"zone":"UTC"}"#);
        call.result = Bytes::from(vec![b'x'; 20 << 20]);
        recorder.record_tool_call(call);
    }
    recorder.close().await;
    assert_eq!(recorder.status().lost.load(Ordering::Relaxed), 0);
    assert_eq!(recorded(&test.db).await, [1]);
    let filter = ToolCallFilter::default();
    let calls = db::mcp_tool_calls::list(&test.db, &filter, 10)
        .await
        .unwrap();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0].result_bytes, 20 << 20);
    assert_eq!(
        db::mcp_tool_calls::count(&test.db, &filter).await.unwrap(),
        3
    );
    let bodies = db::mcp_tool_calls::bodies(&test.db, &[calls[0].id])
        .await
        .unwrap();
    assert_eq!(inflate(&bodies[0].arguments), br#"{"zone":"UTC"}"#);
    assert!(bodies[0].truncated && inflate(&bodies[0].result).len() < 20 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_batch_waits_on_disk_and_a_refused_call_takes_no_other_with_it() {
    let test = TestDatabase::create().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut refused = tool_call(12);
    "postgres takes no \0".clone_into(&mut refused.row.method);
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    spool
        .push(&Batch {
            interactions: vec![row(1), row(2)],
            tool_calls: vec![tool_call(11), refused, tool_call(13)],
        })
        .unwrap();
    let recorder = Recorder::start(
        test.db.clone(),
        Availability::default(),
        SnapshotHandle::default(),
        folder.path().to_owned(),
    )
    .unwrap();
    assert_eq!(recorder.status().spooled.load(Ordering::Relaxed), 5);
    wait::until("the replay", async || {
        (files(folder.path(), "batch") == 0).then_some(())
    })
    .await;
    recorder.close().await;
    assert_eq!(recorded(&test.db).await, [1, 2]);
    let filter = ToolCallFilter::default();
    let calls = db::mcp_tool_calls::list(&test.db, &filter, 10)
        .await
        .unwrap();
    let found: Vec<u128> = calls.iter().map(|call| call.id.as_u128()).collect();
    assert_eq!(found, [13, 11]);
    assert_eq!(recorder.status().lost.load(Ordering::Relaxed), 1);
}

#[test]
fn files_of_earlier_versions_are_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let old = |id| (row(id).row, row(id).request, row(id).response, false);
    let first = postcard::to_extend(&vec![old(1), old(2)], vec![1]).unwrap();
    fs::write(folder.path().join("0.batch"), first).unwrap();
    let second = postcard::to_extend(&(vec![old(3)], vec![tool_call(4)]), vec![2]).unwrap();
    fs::write(folder.path().join("1.batch"), second).unwrap();
    let mut spool = Spool::open(folder.path().to_owned()).unwrap();
    assert_eq!(ids(&spool.first().unwrap()), [1, 2]);
    spool.pop().unwrap();
    let batch = spool.first().unwrap();
    assert_eq!(ids(&batch), [3, 4]);
    assert_eq!(batch.interactions[0].model_names, ["m"]);
}
