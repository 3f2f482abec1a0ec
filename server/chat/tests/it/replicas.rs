//! Several replicas, and replicas that die.

use chrono::TimeDelta;
use db::conversations::{Events, Message, Progress, Run};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{TestChat, last_message, part};
use crate::replies::{begins, calls, says};

#[tokio::test]
async fn another_replica_serves_the_reader_and_stops_the_answer() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let other = chat.replica().await;
    chat.provider.reply(begins("Once upon"));
    let mut near = chat.say(&conversation, "Tell me").await;
    near.until("text-delta").await;
    let mut far = chat.follow_at(&other, &conversation, None).await;
    assert_eq!(far.until("text-delta").await["delta"], "Once upon");
    let (status, seen) = chat
        .send_to(&other, reqwest::Method::GET, &conversation, None)
        .await;
    assert_eq!(status, 200);
    assert_eq!(last_message(&seen)["parts"][1]["text"], "Once upon");
    let stop = format!("{conversation}/stop");
    chat.send_to(&other, reqwest::Method::POST, &stop, Some(json!({})))
        .await;
    assert_eq!(near.end().await["data"]["run"]["status"], "stopped");
    assert_eq!(far.end().await["data"]["run"]["status"], "stopped");
    assert_eq!(near.seen, far.seen);
}

#[tokio::test]
async fn an_approval_reaches_the_replica_that_waits_for_it() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let other = chat.replica().await;
    chat.provider
        .reply(calls("openai", &[("c1", "notes__delete", json!({}))]));
    chat.provider.reply(says("openai", "Gone."));
    let mut events = chat.say(&conversation, "Delete it").await;
    events.until("data-status").await;
    let mut far = chat.follow_at(&other, &conversation, None).await;
    far.until("data-status").await;
    let path = format!("{conversation}/approvals/c1");
    let answer = Some(json!({ "approved": true }));
    let (status, body) = chat
        .send_to(&other, reqwest::Method::POST, &path, answer)
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(events.end().await["data"]["run"]["status"], "completed");
}

fn told_so_far() -> Events {
    let output = json!({ "content": [{ "type": "text", "text": "nine notes" }] });
    let told = [
        json!({ "type": "start-step" }),
        json!({ "type": "tool-input-start", "toolCallId": "c1", "toolName": "notes__list" }),
        json!({ "type": "tool-input-available", "toolCallId": "c1", "toolName": "notes__list", "input": {} }),
        json!({ "type": "tool-output-available", "toolCallId": "c1", "output": output }),
        json!({ "type": "start-step" }),
        json!({ "type": "text-start", "id": "1" }),
        json!({ "type": "text-delta", "id": "1", "delta": "There are ni" }),
    ];
    let lines: Vec<String> = told.iter().map(Value::to_string).collect();
    Events {
        first_id: 1,
        last_id: 7,
        events: lines.join("\n"),
    }
}

/// What a replica leaves that was killed in the middle of an answer.
async fn leave_behind(chat: &TestChat, conversation: &str) -> Uuid {
    let run = begin_and_die(chat, conversation).await;
    let progress = Progress {
        run: &run,
        events: Some(told_so_far()),
        message: None,
    };
    let db = &chat.test.platform.db;
    assert!(db::conversations::progress(db, &progress).await.unwrap());
    run.message_id
}

/// An answer that was begun and of which nothing was written.
async fn begin_and_die(chat: &TestChat, conversation: &str) -> Run {
    let platform = &chat.test.platform;
    let id: Uuid = conversation.rsplit('/').next().unwrap().parse().unwrap();
    let now = platform.clock.now();
    let question_id = Uuid::now_v7();
    let run = Run {
        id: Uuid::now_v7(),
        conversation_id: id,
        message_id: Uuid::now_v7(),
        status: "running".to_owned(),
        holder: Uuid::now_v7(),
        lease_until: now - TimeDelta::seconds(1),
        started_at: now,
        finished_at: None,
    };
    let message = |id, parent_id, role: &str, parts| Message {
        id,
        conversation_id: run.conversation_id,
        parent_id,
        role: role.to_owned(),
        status: if role == "user" {
            "complete"
        } else {
            "streaming"
        }
        .to_owned(),
        parts,
        words: String::new(),
        run_id: None,
        provider: None,
        model: None,
        error: None,
        usage: None,
        finish_reason: None,
        created_at: now,
    };
    let text = json!([{ "type": "text", "text": "Look and tell" }]);
    let question = message(question_id, None, "user", text);
    let answer = message(run.message_id, Some(question.id), "assistant", json!([]));
    let db = &platform.db;
    db::conversations::begin_run(db, &run, Some(&question), &answer, &[])
        .await
        .unwrap();
    run
}

#[tokio::test]
async fn an_answer_whose_replica_died_is_interrupted_and_goes_on_when_it_is_resumed() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let message = leave_behind(&chat, &conversation).await;
    let mut events = chat.follow(&conversation, Some(0)).await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "interrupted");
    let kept = chat.get(&conversation).await;
    let broken = last_message(&kept);
    assert_eq!(broken["metadata"]["status"], "interrupted");
    assert!(
        broken["parts"].to_string().contains("There are ni"),
        "{broken}"
    );

    chat.provider.reply(says("openai", "There are nine notes."));
    let turn = chat
        .post(&format!("{conversation}/resume"), json!({}))
        .await;
    assert_eq!(turn["message"]["id"], json!(message));
    events.end().await;
    let kept = chat.get(&conversation).await;
    let whole = last_message(&kept);
    assert_eq!(whole["metadata"]["status"], "complete");
    assert_eq!(part(whole, "c1")["state"], "output-available");
    assert!(
        !whole["parts"].to_string().contains("There are ni\""),
        "{whole}"
    );
    let told = chat.asked()[0].to_string();
    assert!(
        told.contains("nine notes"),
        "the result it had is told again: {told}"
    );
    assert!(
        chat.server
            .received()
            .iter()
            .all(|request| request.message["method"] != "tools/call")
    );
}

#[tokio::test]
async fn a_reader_who_heard_more_than_was_kept_is_told_to_read_anew() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let reset = json!({ "type": "reset" });
    let mut never_told = chat.follow(&conversation, Some(5)).await;
    assert_eq!(never_told.next().await, reset);
    leave_behind(&chat, &conversation).await;
    // Seven events were kept of what was told before the kill.
    let mut ahead = chat.follow(&conversation, Some(9)).await;
    assert_eq!(ahead.next().await, reset);
    let mut level = chat.follow(&conversation, Some(7)).await;
    assert_eq!(level.next().await["type"], "abort");
    level.end().await;
    for heard in [9, level.last + 1, i64::MAX] {
        let mut ahead = chat.follow(&conversation, Some(heard)).await;
        assert_eq!(ahead.next().await, reset, "after {heard}");
    }

    chat.provider.reply(begins("There are nine"));
    chat.post(&format!("{conversation}/resume"), json!({}))
        .await;
    level.until("text-delta").await;
    for heard in [9, i64::MAX] {
        let mut ahead = chat.follow(&conversation, Some(heard)).await;
        assert_eq!(ahead.next().await, reset, "after {heard}");
    }
    let read = chat.get(&conversation).await;
    let known = read["lastEventId"].as_i64();
    let mut caught_up = chat.follow(&conversation, known).await;
    chat.post(&format!("{conversation}/stop"), json!({})).await;
    assert_eq!(caught_up.end().await["data"]["run"]["status"], "stopped");
}

#[tokio::test]
async fn numbers_go_on_where_a_replica_died_before_it_wrote_anything() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "Hello."));
    let mut events = chat.say(&conversation, "Hi").await;
    events.end().await;
    let before = events.last;
    begin_and_die(&chat, &conversation).await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "interrupted");
    assert!(events.last > before, "{} after {before}", events.last);
}

#[tokio::test]
async fn a_graceful_stop_ends_a_running_answer_as_interrupted() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(begins("Once upon"));
    let mut events = chat.say(&conversation, "Tell me").await;
    events.until("text-delta").await;
    chat.test.platform.stopping.cancel();
    let id: Uuid = conversation.rsplit('/').next().unwrap().parse().unwrap();
    let messages = testkit::wait::until("the end", async || {
        let messages = db::conversations::messages(&chat.test.platform.db, id)
            .await
            .ok()?;
        (messages.last()?.status == "interrupted").then_some(messages)
    })
    .await;
    assert_eq!(messages.last().unwrap().parts[1]["text"], "Once upon");
}
