//! A limit on costs that is used up, as the chat shows it.

use db::limits::Limit;
use testkit::platform::ORGANIZATION;
use uuid::Uuid;

use crate::harness::TestChat;

#[tokio::test]
async fn a_limit_that_is_used_up_is_said_in_words_with_the_page_where_it_can_be_raised() {
    let chat = TestChat::start().await;
    let platform = &chat.test.platform;
    let now = platform.clock.now();
    let limit = Limit {
        id: Uuid::now_v7(),
        entity_type: "organization".to_owned(),
        entity_id: ORGANIZATION.to_owned(),
        limit_type: "token_cost".to_owned(),
        limit_value: 0,
        models: None,
        mcp_server_name: None,
        tool_name: None,
        last_cleanup: None,
        created_at: now,
        updated_at: now,
    };
    db::limits::insert(&platform.db, &limit).await.unwrap();
    chat.test.refresh().await.unwrap();
    for provider in ["openai", "anthropic", "gemini"] {
        let conversation = chat.conversation(provider, "m").await;
        let mut events = chat.say(&conversation, "Hi").await;
        let end = events.end().await;
        assert_eq!(end["data"]["run"]["status"], "failed");
        let error = &end["data"]["message"]["metadata"]["error"];
        assert_eq!(error["kind"], "limit", "{provider}: {error}");
        assert_eq!(error["link"], "/limits");
        assert_eq!(
            error["message"],
            "The token cost limit of the organization is used up: $0.00 of $0 spent. It does not start anew by itself. An administrator can raise it."
        );
    }
    assert!(chat.asked().is_empty());
}
