//! A property: what was blocked never reaches the provider, however calls, decisions and branches are mixed.

use db::tool_policies::{Kind, ToolPolicy, insert};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Follower, TestChat};
use crate::replies::{PROVIDERS, calls, says};

/// Numbers that look random and are the same in every run (Numerical Recipes' linear congruential generator).
struct Dice(u32);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % sides
    }
}

/// What keeps a call from being made.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Block {
    Denied,
    Paused,
    NotEnabled,
    Stopped,
    /// Made, but what came back is withheld by a policy.
    Withheld,
    None,
}

#[tokio::test]
async fn a_blocked_calls_result_never_reaches_the_provider() {
    let chat = TestChat::start().await;
    pause(&chat, "notes__list").await;
    withhold(&chat, "notes__read", "withheld-").await;
    let mut dice = Dice(7);
    for round in 0..24 {
        let (provider, model) = PROVIDERS[round % 3];
        let conversation = chat.conversation(provider, model).await;
        leave_out(&chat, &conversation, "notes__write").await;
        for turn in 0..2 {
            one_turn(&chat, provider, &conversation, &mut dice, round * 10 + turn).await;
        }
    }
    // The server answers with its arguments, so a result that went up would bring its mark a second time.
    for request in chat.provider.received() {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        for mark in marks(&body) {
            let allowed = if mark.starts_with("ok-") { 2 } else { 1 };
            let count = body.matches(&mark).count();
            assert!(count <= allowed, "{mark} stands {count} times in {body}");
        }
    }
    let made = chat.server.received();
    let made: Vec<String> = made
        .iter()
        .map(|request| request.message.to_string())
        .collect();
    for text in &made {
        assert!(
            !text.contains("blocked-"),
            "a blocked call was made: {text}"
        );
    }
    let is_withheld = |text: &&String| text.contains("withheld-");
    assert!(
        made.iter().filter(is_withheld).count() > 10,
        "those are made"
    );
}

async fn one_turn(
    chat: &TestChat,
    provider: &str,
    conversation: &str,
    dice: &mut Dice,
    turn: usize,
) {
    let mut made = Vec::new();
    let mut ids = Vec::new();
    for index in 0..=dice.roll(3) {
        let (tool, block) = match dice.roll(6) {
            0 => ("notes__delete", Block::Denied),
            1 => ("notes__list", Block::Paused),
            2 => ("notes__write", Block::NotEnabled),
            3 => ("notes__delete", Block::Stopped),
            4 => ("notes__read", Block::Withheld),
            _ => ("notes__read", Block::None),
        };
        let id = format!("call-{turn}-{index}");
        let prefix = match block {
            Block::None => "ok",
            Block::Withheld => "withheld",
            _ => "blocked",
        };
        made.push((
            id.clone(),
            tool,
            json!({ "note": format!("{prefix}-{turn}-{index}-x") }),
        ));
        ids.push((id, block));
    }
    let wire: Vec<_> = made
        .iter()
        .map(|(id, tool, arguments)| (id.as_str(), *tool, arguments.clone()))
        .collect();
    let stops = ids.iter().any(|(_, block)| *block == Block::Stopped);
    chat.provider.reply(calls(provider, &wire));
    if !stops {
        chat.provider.reply(says(provider, "Done."));
    }
    let mut events = chat.say(conversation, "Go").await;
    decide(chat, conversation, &mut events, stops).await;
}

async fn decide(chat: &TestChat, conversation: &str, events: &mut Follower, stops: bool) {
    loop {
        let event = events.next().await;
        match event["type"].as_str() {
            Some("data-run-end") => return,
            Some("tool-approval-request") if stops => {
                chat.post(&format!("{conversation}/stop"), json!({})).await;
            }
            Some("tool-approval-request") => {
                let id = event["toolCallId"].as_str().unwrap();
                let path = format!("{conversation}/approvals/{id}");
                chat.post(&path, json!({ "approved": false })).await;
            }
            _ => {}
        }
    }
}

fn marks(body: &str) -> Vec<String> {
    let words = body.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let is_mark = |word: &&str| {
        ["ok-", "blocked-", "withheld-"]
            .iter()
            .any(|prefix| word.starts_with(prefix))
    };
    let mut marks: Vec<String> = words.filter(is_mark).map(str::to_owned).collect();
    marks.sort();
    marks.dedup();
    marks
}

async fn pause(chat: &TestChat, name: &str) {
    let db = &chat.test.platform.db;
    let snapshot = chat.test.platform.snapshot.load();
    let tool = snapshot.tools().find(|tool| tool.name == name).unwrap().id;
    let paused = db::tools::update(db, tool, |tool| tool.paused = true);
    assert!(paused.await.unwrap().is_some());
    chat.test.refresh().await.unwrap();
}

/// Results that hold `mark` go to nobody.
async fn withhold(chat: &TestChat, name: &str, mark: &str) {
    let platform = &chat.test.platform;
    let tool_id = platform
        .snapshot
        .load()
        .tools()
        .find(|tool| tool.name == name)
        .unwrap()
        .id;
    let now = platform.clock.now();
    let policy = ToolPolicy {
        id: Uuid::now_v7(),
        tool_id,
        conditions: json!([{ "key": "note", "operator": "contains", "value": mark }]),
        action: "block_always".to_owned(),
        note: None,
        created_at: now,
        updated_at: now,
    };
    insert(&platform.db, Kind::Result, &policy).await.unwrap();
    chat.test.refresh().await.unwrap();
}

async fn leave_out(chat: &TestChat, conversation: &str, name: &str) {
    let tools = chat
        .get(&format!("/api/chat/agents/{}/mcp-tools", chat.agent))
        .await;
    let kept: Vec<&Value> = tools
        .as_array()
        .unwrap()
        .iter()
        .filter(|tool| tool["name"] != name)
        .map(|tool| &tool["id"])
        .collect();
    let path = format!("{conversation}/enabled-tools");
    let (status, _) = chat
        .send(Method::PUT, &path, Some(json!({ "toolIds": kept })))
        .await;
    assert_eq!(status, 200);
}
