//! Tools that ask first.

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestChat, last_message, part};
use crate::replies::{calls, says};

#[tokio::test]
async fn a_destructive_tool_waits_and_runs_once_it_is_approved() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(calls(
        "openai",
        &[("c1", "notes__delete", json!({ "note": "a" }))],
    ));
    chat.provider.reply(says("openai", "Gone."));
    let mut events = chat.say(&conversation, "Delete it").await;
    let asks = events.until("tool-approval-request").await;
    assert_eq!(asks["toolCallId"], "c1");
    let seen = chat.get(&conversation).await;
    assert_eq!(
        part(last_message(&seen), "c1")["state"],
        "approval-requested"
    );
    assert!(!was_called(&chat, "delete"));
    chat.post(
        &format!("{conversation}/approvals/c1"),
        json!({ "approved": true, "remember": true }),
    )
    .await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "completed", "{end}");
    assert!(was_called(&chat, "delete"));
    // Nobody is asked again in this conversation.
    chat.provider.reply(calls(
        "openai",
        &[("c2", "notes__delete", json!({ "note": "b" }))],
    ));
    chat.provider.reply(says("openai", "Gone, too."));
    let mut events = chat.say(&conversation, "And b").await;
    events.end().await;
    assert!(events.of("tool-approval-request").is_empty());
}

#[tokio::test]
async fn a_denied_call_is_not_made_and_the_model_is_told_why() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(calls(
        "openai",
        &[("c1", "notes__delete", json!({ "note": "a" }))],
    ));
    chat.provider.reply(says("openai", "Then not."));
    let mut events = chat.say(&conversation, "Delete it").await;
    events.until("tool-approval-request").await;
    let answer = json!({ "approved": false, "reason": "I need that note" });
    chat.post(&format!("{conversation}/approvals/c1"), answer.clone())
        .await;
    events.end().await;
    assert_eq!(events.of("tool-output-denied").len(), 1);
    assert!(!was_called(&chat, "delete"));
    let told = chat.asked()[1].to_string();
    assert!(told.contains("I need that note"), "{told}");
    let (status, _) = chat
        .send(
            Method::POST,
            &format!("{conversation}/approvals/c1"),
            Some(answer),
        )
        .await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn stop_ends_a_run_that_waits_for_a_person() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider
        .reply(calls("openai", &[("c1", "notes__delete", json!({}))]));
    let mut events = chat.say(&conversation, "Delete it").await;
    events.until("tool-approval-request").await;
    chat.post(&format!("{conversation}/stop"), json!({})).await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "stopped");
    assert!(!was_called(&chat, "delete"));
}

fn was_called(chat: &TestChat, tool: &str) -> bool {
    let received = chat.server.received();
    received.iter().any(|request| {
        request.message["method"] == "tools/call" && request.message["params"]["name"] == tool
    })
}
