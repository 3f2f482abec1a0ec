//! Policies of tools in a conversation: who is asked, and what is refused once something untrusted was read.

use db::tool_policies::{Kind, set_defaults};
use serde_json::json;

use crate::harness::TestChat;
use crate::replies::{calls, says};

async fn default_of(chat: &TestChat, tool: &str, kind: Kind, action: &str) {
    let platform = &chat.test.platform;
    let snapshot = platform.snapshot.load().clone();
    let mut tools = snapshot.tools_of(chat.agent).iter();
    let tool = tools.find(|has| has.tool.raw_name == tool).unwrap();
    let now = platform.clock.now();
    set_defaults(&platform.db, kind, &[tool.tool.id], action, now)
        .await
        .unwrap();
    chat.test.refresh().await.unwrap();
}

fn made(chat: &TestChat, tool: &str) -> usize {
    let received = chat.server.received();
    let calls = received
        .iter()
        .filter(|request| request.message["params"]["name"] == tool);
    calls.count()
}

#[tokio::test]
async fn a_tool_that_needs_approval_asks_every_time_and_runs_once_it_has_it() {
    let chat = TestChat::start().await;
    default_of(&chat, "read", Kind::Invocation, "require_approval").await;
    let conversation = chat.openai().await;
    for (turn, call) in ["c1", "c2"].into_iter().enumerate() {
        chat.provider
            .reply(calls("openai", &[(call, "notes__read", json!({}))]));
        chat.provider.reply(says("openai", "Read."));
        let mut events = chat.say(&conversation, "Read it").await;
        events.until("tool-approval-request").await;
        assert_eq!(made(&chat, "read"), turn);
        let approval = format!("{conversation}/approvals/{call}");
        let agreed = json!({ "approved": true, "remember": true });
        chat.post(&approval, agreed).await;
        events.end().await;
        assert_eq!(made(&chat, "read"), turn + 1);
    }
}

#[tokio::test]
async fn what_was_read_of_strangers_keeps_other_tools_from_being_called() {
    let chat = TestChat::start().await;
    default_of(&chat, "read", Kind::Result, "mark_as_untrusted").await;
    let rule = "block_when_context_is_untrusted";
    default_of(&chat, "write", Kind::Invocation, rule).await;
    let conversation = chat.openai().await;
    let say = async |call: &str, tool: &str| {
        chat.provider
            .reply(calls("openai", &[(call, tool, json!({}))]));
        chat.provider.reply(says("openai", "Done."));
        chat.say(&conversation, "Go on").await.end().await;
    };
    say("c1", "notes__write").await;
    assert_eq!(made(&chat, "write"), 1);
    say("c2", "notes__read").await;
    say("c3", "notes__write").await;
    assert_eq!(
        made(&chat, "write"),
        1,
        "the conversation has read it in an earlier answer"
    );
}
