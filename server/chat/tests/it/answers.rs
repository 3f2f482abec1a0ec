//! Answers without tools: streamed, kept, counted, stopped, replayed.

use reqwest::Method;
use serde_json::json;
use testkit::provider::Reply;

use crate::harness::{TestChat, last_message};
use crate::replies::{PROVIDERS, begins, says};

#[tokio::test]
async fn all_three_providers_stream_an_answer_that_is_kept_and_paid_for() {
    let chat = TestChat::start().await;
    for (provider, model) in PROVIDERS {
        let conversation = chat.conversation(provider, model).await;
        chat.provider.reply(says(provider, "Hello you there"));
        let mut events = chat.say(&conversation, "Hi").await;
        let end = events.end().await;
        assert_eq!(
            end["data"]["run"]["status"], "completed",
            "{provider}: {end}"
        );
        assert_eq!(events.text(), "Hello you there", "{provider}");
        let kept = chat.get(&conversation).await;
        let message = last_message(&kept);
        assert_eq!(message["metadata"]["status"], "complete");
        assert_eq!(
            message["parts"][1],
            json!({ "type": "text", "text": "Hello you there", "state": "done" })
        );
        let usage = &message["metadata"]["usage"];
        assert_eq!(
            (&usage["inputTokens"], &usage["outputTokens"]),
            (&json!(100), &json!(10)),
            "{provider}"
        );
        assert_eq!(kept["cost"], usage["cost"]);
        assert!(usage["cost"].is_string(), "{provider}: {usage}");
        let asked = chat.provider.last().unwrap();
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        assert!(
            body.contains("You are a test."),
            "the agent's instructions go up: {body}"
        );
    }
}

#[tokio::test]
async fn the_recorded_call_costs_what_the_conversation_says() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "Hello"));
    chat.say(&conversation, "Hi").await.end().await;
    let id = conversation.rsplit('/').next().unwrap().to_owned();
    let recorded = testkit::wait::until("the record", async || {
        let filter = db::interactions::InteractionFilter {
            session_id: Some(id.clone()),
            ..db::interactions::InteractionFilter::default()
        };
        let rows = db::interactions::list(&chat.test.platform.db, &filter, 10)
            .await
            .ok()?;
        rows.into_iter().next()
    })
    .await;
    let kept = chat.get(&conversation).await;
    let usage = &last_message(&kept)["metadata"]["usage"];
    assert_eq!(recorded.cost_pico, usage["costPico"].as_i64());
    assert_eq!(recorded.user_id.as_deref(), Some(crate::harness::PERSON));
}

#[tokio::test]
async fn stop_ends_the_answer_and_hangs_up_at_the_provider() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(begins("Once upon"));
    let mut events = chat.say(&conversation, "Tell me").await;
    events.until("text-delta").await;
    chat.post(&format!("{conversation}/stop"), json!({})).await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "stopped");
    assert_eq!(events.of("abort").len(), 1);
    chat.provider.wait_for_hang_ups(1).await;
    let kept = chat.get(&conversation).await;
    assert_eq!(last_message(&kept)["parts"][1]["text"], "Once upon");
}

#[tokio::test]
async fn a_page_that_comes_back_sees_the_answer_so_far_and_what_follows() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(begins("Once upon"));
    let mut events = chat.say(&conversation, "Tell me").await;
    events.until("text-delta").await;
    drop(events);
    let seen = chat.get(&conversation).await;
    assert_eq!(seen["run"]["status"], "running");
    assert_eq!(last_message(&seen)["parts"][1]["text"], "Once upon");
    let mut again = chat
        .follow(&conversation, seen["lastEventId"].as_i64())
        .await;
    let mut whole = chat.follow(&conversation, None).await;
    chat.post(&format!("{conversation}/stop"), json!({})).await;
    again.end().await;
    assert!(again.text().is_empty(), "nothing comes twice");
    whole.end().await;
    assert_eq!(whole.text(), "Once upon");
}

#[tokio::test]
async fn a_second_turn_waits_for_none_and_two_conversations_for_neither() {
    let chat = TestChat::start().await;
    let (one, other) = (chat.openai().await, chat.openai().await);
    chat.provider.reply(begins("First"));
    let mut first = chat.say(&one, "Tell me").await;
    first.until("text-delta").await;
    let (status, body) = chat
        .send(
            Method::POST,
            &format!("{one}/turns"),
            Some(json!({ "text": "And?" })),
        )
        .await;
    assert_eq!(
        (status, body["error"]["type"].as_str()),
        (409, Some("api_conflict_error"))
    );
    chat.provider.reply(says("openai", "Second"));
    let mut second = chat.say(&other, "Tell me").await;
    second.end().await;
    assert_eq!(second.text(), "Second");
    chat.post(&format!("{one}/stop"), json!({})).await;
    first.end().await;
}

#[tokio::test]
async fn a_provider_that_refuses_is_heard_in_its_own_words() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let refusal =
        json!({ "error": { "message": "Incorrect API key", "type": "invalid_request_error" } });
    chat.provider.reply(Reply::json(401, refusal.to_string()));
    let mut events = chat.say(&conversation, "Hi").await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "failed");
    let error = &end["data"]["message"]["metadata"]["error"];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("Incorrect API key"),
        "{error}"
    );
    assert_eq!(error["link"], "/settings/chat");
}

#[tokio::test]
async fn the_first_answer_gives_the_conversation_a_title() {
    let chat = TestChat::start().await;
    let made = chat
        .post(
            "/api/chat/conversations",
            json!({ "agentId": chat.agent, "selectedModel": "gpt-5.1" }),
        )
        .await;
    let conversation = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    chat.provider.reply(says("openai", "Paris."));
    chat.provider.reply(says("openai", "\"Capital of France\""));
    let mut events = chat
        .say(&conversation, "What is the capital of France?")
        .await;
    let title = events.until("data-title").await;
    assert_eq!(title["data"]["title"], "Capital of France");
    let kept = chat.get(&conversation).await;
    assert_eq!(kept["title"], "Capital of France");
}

#[tokio::test]
async fn the_ai_sdks_stream_has_its_header_its_chunks_and_its_end() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "Hello there"));
    let id = conversation.rsplit('/').next().unwrap();
    let body = json!({ "id": id, "trigger": "submit-message",
        "messages": [{ "id": "1", "role": "user", "parts": [{ "type": "text", "text": "Hi" }] }] });
    let url = format!("{}/api/chat", chat.address);
    let response = chat.client.post(url).json(&body).send().await.unwrap();
    assert_eq!(response.headers()["x-vercel-ai-ui-message-stream"], "v1");
    let text = response.text().await.unwrap();
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    for kind in [
        "start",
        "start-step",
        "text-start",
        "text-delta",
        "text-end",
        "finish-step",
        "finish",
    ] {
        assert!(
            text.contains(&format!("\"type\":\"{kind}\"")),
            "{kind} is missing: {text}"
        );
    }
}

#[tokio::test]
async fn the_ai_sdks_files_go_to_the_model_and_what_would_have_to_be_fetched_is_refused() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "A list."));
    let id = conversation.rsplit('/').next().unwrap();
    let body = |url: &str| {
        let file = json!({ "type": "file", "mediaType": "text/plain", "filename": "list.txt", "url": url });
        json!({ "id": id, "messages": [{ "id": "1", "role": "user", "parts": [file] }] })
    };
    let (status, refused) = chat
        .send(
            Method::POST,
            "/api/chat",
            Some(body("https://example.com/list.txt")),
        )
        .await;
    assert_eq!(status, 400);
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("data:"), "{said}");
    let url = format!("{}/api/chat", chat.address);
    let sent = body("data:text/plain;base64,bWlsayBhbmQgYnJlYWQ=");
    let response = chat.client.post(url).json(&sent).send().await.unwrap();
    let told = response.text().await.unwrap();
    assert!(told.contains("\"type\":\"finish\""), "{told}");
    assert!(chat.asked()[0].to_string().contains("milk and bread"));
    let kept = chat.get(&conversation).await;
    assert_eq!(kept["messages"][0]["parts"][0]["filename"], "list.txt");
}

#[tokio::test]
async fn without_a_key_it_says_so_and_the_demo_model_still_answers() {
    let chat = TestChat::start_with(false).await;
    let status = chat.get("/api/chat/status").await;
    assert_eq!(status["ready"], false);
    assert!(
        status["message"]
            .as_str()
            .unwrap()
            .contains("Settings → Chat")
    );
    let conversation = chat.openai().await;
    let (code, body) = chat
        .send(
            Method::POST,
            &format!("{conversation}/turns"),
            Some(json!({ "text": "Hi" })),
        )
        .await;
    assert_eq!(
        (code, body["error"]["type"].as_str()),
        (409, Some("chat_no_key"))
    );
    let made = chat.post("/api/chat/conversations", json!({})).await;
    assert_eq!(
        (&made["provider"], &made["selectedModel"]),
        (&json!("demo"), &json!("archestra-demo"))
    );
    let demo = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    let mut events = chat
        .say(&demo, "Please call notes__read {\"note\": \"a\"}")
        .await;
    let end = events.end().await;
    assert_eq!(end["data"]["run"]["status"], "completed", "{end}");
    assert_eq!(events.of("tool-output-available").len(), 1);
    assert!(events.text().contains("answered"), "{}", events.text());
}
