#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::AnthropicMessages;
use crate::dialect::{Dialect, RequestFacts};
use crate::error::{ErrorKind, ProxyError};

fn read(body: &Value) -> RequestFacts {
    AnthropicMessages.read_request(body.to_string().as_bytes())
}

fn user_and_session(user_id: &str) -> (Option<String>, Option<String>) {
    let facts = read(&json!({"metadata": {"user_id": user_id}}));
    (facts.user, facts.session.map(|session| session.id))
}

fn some(user: &str, session: &str) -> (Option<String>, Option<String>) {
    (Some(user.to_owned()), Some(session.to_owned()))
}

#[test]
fn a_request_says_model_stream_and_tools() {
    let facts = read(&json!({
        "model": "claude-sonnet-4-5",
        "messages": [],
        "stream": true,
        "tools": [
            {"name": "Bash", "input_schema": {"properties": {"name": {"type": "string"}}}},
            {"type": "web_search_20250305", "name": "web_search"},
            {"type": "mcp_toolset", "mcp_server_name": "docs"},
            {"type": "novel"},
        ],
    }));
    assert_eq!(facts.model.as_deref(), Some("claude-sonnet-4-5"));
    assert!(facts.stream);
    assert_eq!(facts.tool_names, ["Bash", "web_search", "docs", "novel"]);
    assert_eq!(facts.session, None);
}

#[test]
fn claude_codes_user_id_holds_user_and_session() {
    let uuid = "0f8a-11";
    assert_eq!(
        user_and_session(&format!("user_abc_account_acc-1_session_{uuid}")),
        some("user_abc_account_acc-1", uuid)
    );
    assert_eq!(
        user_and_session(&format!("user_abc_account__session_{uuid}")),
        some("user_abc", uuid)
    );
}

#[test]
fn the_later_user_id_is_json_with_user_and_session() {
    let id = |account: &str| {
        json!({"device_id": "dev", "account_uuid": account, "session_id": "s-1"}).to_string()
    };
    assert_eq!(user_and_session(&id("acc-1")), some("acc-1", "s-1"));
    assert_eq!(user_and_session(&id("")), some("dev", "s-1"));
}

#[test]
fn any_other_user_id_is_just_a_user() {
    for user in ["ada", "user_1_session_", "13803d75-b4b5"] {
        assert_eq!(user_and_session(user), (Some(user.to_owned()), None));
    }
    assert_eq!(user_and_session(""), (None, None));
    assert_eq!(user_and_session("{broken"), (None, None));
}

#[test]
fn an_error_names_its_kind_in_anthropics_words() {
    for (kind, word) in [
        (ErrorKind::Authentication, "authentication_error"),
        (ErrorKind::NotFound, "not_found_error"),
        (ErrorKind::TooLarge, "request_too_large"),
        (ErrorKind::RateLimited, "rate_limit_error"),
        (ErrorKind::UpstreamUnreachable, "api_error"),
        (ErrorKind::Unavailable, "overloaded_error"),
    ] {
        let body = AnthropicMessages.error_body(&ProxyError::new(kind, "m"));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            json!({"type": "error", "error": {"type": word, "message": "m"}})
        );
    }
}

#[test]
fn an_error_event_makes_a_ping_of_a_half_sent_event() {
    let half = b"event: content_block_delta\ndata: {\"type\":\"content_bl";
    let event = AnthropicMessages.error_event(&ProxyError::new(ErrorKind::UpstreamBroken, "m"));
    let mut names = Vec::new();
    crate::sse::parse(&[&half[..], &event].concat(), |event| {
        names.push(event.name.to_vec());
    });
    assert_eq!(names, [b"ping".to_vec(), b"error".to_vec()]);
}
