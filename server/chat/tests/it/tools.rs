//! Tools: called at once through the gateway, with what they lack and what they ask.

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestChat, last_message, part};
use crate::replies::{PROVIDERS, calls, says};

#[tokio::test]
async fn three_tools_are_called_and_their_results_go_up_for_every_provider() {
    let chat = TestChat::start().await;
    for (provider, model) in PROVIDERS {
        let conversation = chat.conversation(provider, model).await;
        chat.provider.reply(calls(
            provider,
            &[
                ("c1", "notes__read", json!({ "note": "one-fish" })),
                ("c2", "notes__list", json!({ "note": "two-fish" })),
                ("c3", "notes__write", json!({ "note": "red-fish" })),
            ],
        ));
        chat.provider.reply(says(provider, "All done."));
        let mut events = chat.say(&conversation, "Look").await;
        let end = events.end().await;
        assert_eq!(
            end["data"]["run"]["status"], "completed",
            "{provider}: {end}"
        );
        assert_eq!(
            events.of("tool-output-available").len(),
            3,
            "{provider}: {:?}",
            events.seen
        );
        let asked = chat.provider.last().unwrap();
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        for fish in ["one-fish", "two-fish", "red-fish"] {
            // Once as the call's arguments, once as its result.
            assert_eq!(
                body.matches(fish).count(),
                2,
                "{provider}: {fish} in {body}"
            );
        }
        let kept = chat.get(&conversation).await;
        assert_eq!(last_message(&kept)["metadata"]["usage"]["steps"], 2);
        if provider == "gemini" {
            assert!(body.contains("thoughtSignature"), "{body}");
        }
    }
}

#[tokio::test]
async fn calls_are_recorded_as_the_persons_own() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider
        .reply(calls("openai", &[("c1", "notes__read", json!({}))]));
    chat.provider.reply(says("openai", "Done."));
    chat.say(&conversation, "Look").await.end().await;
    let call = testkit::wait::until("the record", async || {
        let filter = db::mcp_tool_calls::ToolCallFilter::default();
        let rows = db::mcp_tool_calls::list(&chat.test.platform.db, &filter, 50)
            .await
            .ok()?;
        rows.into_iter().find(|row| row.method == "tools/call")
    })
    .await;
    assert_eq!(call.user_id.as_deref(), Some(crate::harness::PERSON));
    assert_eq!(call.auth_method.as_deref(), Some("chat"));
}

#[tokio::test]
async fn a_tool_that_the_conversation_leaves_out_is_neither_offered_nor_called() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let tools = chat
        .get(&format!("/api/chat/agents/{}/mcp-tools", chat.agent))
        .await;
    let tools = tools.as_array().unwrap();
    let read = tools
        .iter()
        .find(|tool| tool["name"] == "notes__read")
        .unwrap();
    let body = json!({ "toolIds": [read["id"]] });
    let (status, _) = chat
        .send(
            Method::PUT,
            &format!("{conversation}/enabled-tools"),
            Some(body),
        )
        .await;
    assert_eq!(status, 200);
    chat.provider.reply(calls(
        "openai",
        &[("c1", "notes__write", json!({ "note": "x" }))],
    ));
    chat.provider.reply(says("openai", "I cannot."));
    let mut events = chat.say(&conversation, "Write").await;
    events.end().await;
    assert_eq!(events.of("tool-output-error").len(), 1);
    let first = &chat.asked()[0]["tools"];
    assert_eq!(first.as_array().unwrap().len(), 1, "{first}");
    let written = chat.server.received();
    let was_called = written
        .iter()
        .any(|request| request.message["params"]["name"] == "write");
    assert!(!was_called);
}

#[tokio::test]
async fn a_tool_without_credentials_comes_back_with_the_form_that_gives_them() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let db = &chat.test.platform.db;
    let servers = db::mcp_servers::list(db, &db::mcp_servers::ServerFilter::default())
        .await
        .unwrap();
    db::mcp_servers::delete(db, servers[0].id).await.unwrap();
    chat.test.refresh().await.unwrap();
    chat.provider
        .reply(calls("openai", &[("c1", "notes__read", json!({}))]));
    chat.provider.reply(says("openai", "Please install it."));
    let mut events = chat.say(&conversation, "Look").await;
    events.end().await;
    let kept = chat.get(&conversation).await;
    let call = part(last_message(&kept), "c1");
    assert_eq!(call["state"], "output-error", "{call}");
    assert!(
        call["link"].as_str().unwrap().contains("/catalog?install="),
        "{call}"
    );
}

#[tokio::test]
async fn a_servers_question_reaches_the_person_and_the_answer_the_server() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let call = (
        "c1",
        "notes__test_elicitation",
        json!({ "message": "Your name?" }),
    );
    chat.provider.reply(calls("openai", &[call]));
    chat.provider.reply(says("openai", "Thanks."));
    let mut events = chat.say(&conversation, "Ask me").await;
    let asked = events.until("data-elicitation").await;
    let waiting = events.until("data-status").await;
    assert_eq!(waiting["data"]["status"], "waiting");
    let id = asked["data"]["id"].as_str().unwrap();
    let answer =
        json!({ "action": "accept", "content": { "username": "Ada", "email": "ada@example.com" } });
    chat.post(&format!("{conversation}/elicitations/{id}"), answer.clone())
        .await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "completed", "{end}");
    let kept = chat.get(&conversation).await;
    let call = part(last_message(&kept), "c1");
    assert_eq!(call["elicitation"]["answered"], "accept");
    assert!(call["output"].to_string().contains("Ada"), "{call}");
    let (status, _) = chat
        .send(
            Method::POST,
            &format!("{conversation}/elicitations/{id}"),
            Some(answer),
        )
        .await;
    assert_eq!(status, 409, "nobody waits any more");
}
