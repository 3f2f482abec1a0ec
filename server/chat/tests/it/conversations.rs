//! Conversations as a list: whose they are, what is found, what is exported; and files.

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestChat, last_message};
use crate::replies::says;

#[tokio::test]
async fn nobody_sees_what_others_said() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let url = |path: &str| format!("{}{path}", chat.address);
    let other = |path: &str| {
        chat.client
            .get(url(path))
            .header("x-test-user", "user-other")
    };
    assert_eq!(other(&conversation).send().await.unwrap().status(), 404);
    let events = format!("{conversation}/events");
    assert_eq!(other(&events).send().await.unwrap().status(), 404);
    let list = other("/api/chat/conversations").send().await.unwrap();
    assert_eq!(list.text().await.unwrap(), "[]");
}

#[tokio::test]
async fn the_context_is_as_large_as_the_provider_lists_the_model_and_else_as_its_name_says() {
    let chat = TestChat::start().await;
    let listed = db::models::Listed {
        model_id: "gpt-5.1-mini".to_owned(),
        name: None,
        description: None,
        context_length: Some(12_345),
        chats: true,
        released_at: None,
    };
    let platform = &chat.test.platform;
    let now = platform.clock.now();
    db::models::keep(&platform.db, "openai", None, &[listed], now)
        .await
        .unwrap();
    let listed = chat.conversation("openai", "gpt-5.1-mini").await;
    assert_eq!(chat.get(&listed).await["context"]["limit"], 12_345);
    chat.provider.reply(says("openai", "Hello."));
    let mut events = chat.say(&listed, "Hi").await;
    let told = events.until("data-usage").await;
    assert_eq!(told["data"]["context"]["limit"], 12_345);
    events.end().await;
    for (model, window) in [
        ("gpt-5.1", json!(400_000)),
        ("model-of-nobody", json!(null)),
    ] {
        let other = chat.conversation("openai", model).await;
        assert_eq!(chat.get(&other).await["context"]["limit"], window);
    }
}

#[tokio::test]
async fn a_search_finds_titles_and_what_was_said() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.openai().await;
    chat.provider
        .reply(says("openai", "The Zürich zoo has giraffes."));
    chat.say(&conversation, "Where are giraffes?")
        .await
        .end()
        .await;
    let found = testkit::wait::until("the answer is found", async || {
        let found = chat.get("/api/chat/conversations?search=z%C3%BCrich").await;
        (found != json!([])).then_some(found)
    })
    .await;
    assert!(
        found[0]["match"]["snippet"]
            .as_str()
            .unwrap()
            .contains("Zürich")
    );
    assert_eq!(found[0]["messageCount"], 2);
    assert_eq!(found[0]["preview"], "Where are giraffes?");
    let all = chat.get("/api/chat/conversations?search=test").await;
    assert_eq!(all.as_array().unwrap().len(), 2, "both are called Test");
}

#[tokio::test]
async fn a_conversation_is_renamed_exported_and_deleted() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "Four."));
    chat.say(&conversation, "Two and two?").await.end().await;
    let (status, renamed) = chat
        .send(
            Method::PATCH,
            &conversation,
            Some(json!({ "title": "Sums" })),
        )
        .await;
    assert_eq!((status, renamed["title"].as_str()), (200, Some("Sums")));
    let (_, markdown) = chat
        .send(Method::GET, &format!("{conversation}/export"), None)
        .await;
    let markdown = markdown.as_str().unwrap();
    assert!(markdown.starts_with("# Sums\n"), "{markdown}");
    assert!(markdown.contains("Two and two?") && markdown.contains("Four."));
    let whole = chat
        .get(&format!("{conversation}/export?format=json"))
        .await;
    assert_eq!(whole["messages"].as_array().unwrap().len(), 2);
    let (status, _) = chat.send(Method::DELETE, &conversation, None).await;
    assert_eq!(status, 200);
    let (status, _) = chat.send(Method::GET, &conversation, None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_file_goes_up_with_the_message_and_only_its_owner_gets_it_back() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    let url = format!("{}/api/chat/attachments?filename=cat.png", chat.address);
    let picture = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let sent = chat
        .client
        .post(url)
        .body(picture.clone())
        .send()
        .await
        .unwrap();
    let sent: serde_json::Value = sent.json().await.unwrap();
    assert_eq!(sent["mediaType"], "image/png", "{sent}");
    chat.provider.reply(says("openai", "A cat."));
    let turn = json!({ "text": "What is it?", "attachmentIds": [sent["id"]] });
    let turn = chat.post(&format!("{conversation}/turns"), turn).await;
    chat.follow(&conversation, turn["lastEventId"].as_i64())
        .await
        .end()
        .await;
    let told = chat.asked()[0].to_string();
    assert!(told.contains("data:image/png;base64,"), "{told}");
    let content = format!("{}{}", chat.address, sent["url"].as_str().unwrap());
    let mine = chat.client.get(&content).send().await.unwrap();
    assert_eq!(mine.headers()["x-content-type-options"], "nosniff");
    assert_eq!(mine.bytes().await.unwrap(), picture);
    let theirs = chat
        .client
        .get(&content)
        .header("x-test-user", "user-other");
    assert_eq!(theirs.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_file_no_model_can_read_is_refused_with_what_would_do() {
    let chat = TestChat::start().await;
    let url = format!("{}/api/chat/attachments?filename=a.zip", chat.address);
    let refused = chat
        .client
        .post(url)
        .body(b"PK\x03\x04\x00\xff".to_vec())
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("PDF"));
}

/// It is not read half before and half after the answer's end, here or on another replica.
#[tokio::test]
async fn a_conversation_is_read_as_it_was_at_one_moment() {
    let chat = TestChat::start().await;
    let other = chat.replica().await;
    let conversation = chat.openai().await;
    for _ in 0..12 {
        chat.provider.reply(says("openai", "All of it."));
        let mut events = chat.say(&conversation, "Again").await;
        loop {
            let path = conversation.as_str();
            let (near, (_, far)) = tokio::join!(
                chat.get(path),
                chat.send_to(&other, reqwest::Method::GET, path, None)
            );
            for seen in [&near, &far] {
                assert_eq!(seen["run"]["messageId"], last_message(seen)["id"]);
                assert_eq!(seen["leafMessageId"], last_message(seen)["id"]);
                if seen["run"]["status"] == "completed" {
                    assert_eq!(
                        last_message(seen)["metadata"]["status"],
                        "complete",
                        "{seen}"
                    );
                    assert_eq!(last_message(seen)["parts"][1]["text"], "All of it.");
                }
            }
            if [near, far]
                .iter()
                .all(|seen| seen["run"]["status"] == "completed")
            {
                break;
            }
        }
        events.end().await;
    }
}
