#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::OpenaiChat;
use crate::dialect::{Dialect, RequestFacts, Session};
use crate::error::{ErrorKind, ProxyError};

fn read(body: &Value) -> RequestFacts {
    OpenaiChat.read_request(body.to_string().as_bytes())
}

#[test]
fn a_request_says_model_stream_user_session_and_tools() {
    let facts = read(&json!({
        "model": "gpt-5.1",
        "messages": [{"role": "user", "content": "{\"model\":\"not me\"}"}],
        "stream": true,
        "user": "ada",
        "prompt_cache_key": "ses_1",
        "tools": [
            {"type": "function", "function": {"name": "read", "parameters": {"name": "x"}}},
            {"type": "custom", "custom": {"name": "sql"}},
            {"type": "web_search"},
        ],
        "functions": [{"name": "legacy"}],
    }));
    let session = Session {
        id: "ses_1".to_owned(),
        source: "prompt_cache_key",
    };
    let expected = RequestFacts {
        model: Some("gpt-5.1".to_owned()),
        stream: true,
        user: Some("ada".to_owned()),
        session: Some(session),
        tool_names: ["read", "sql", "web_search", "legacy"]
            .map(str::to_owned)
            .to_vec(),
    };
    assert_eq!(facts, expected);
}

#[test]
fn the_user_is_the_session_where_nothing_better_is_given() {
    let session = read(&json!({"user": "conversation-7"})).session.unwrap();
    assert_eq!(
        (session.id.as_str(), session.source),
        ("conversation-7", "user")
    );
    assert!(read(&json!({"safety_identifier": "ada"})).session.is_none());
}

#[test]
fn a_request_that_says_nothing_is_no_stream() {
    assert_eq!(read(&json!({"messages": []})), RequestFacts::default());
    assert!(!read(&json!({"stream": null})).stream);
}

#[test]
fn an_error_has_the_four_fields_the_sdks_read() {
    let error = ProxyError::new(ErrorKind::RateLimited, "slow down");
    let body: Value = serde_json::from_slice(&OpenaiChat.error_body(&error)).unwrap();
    let expected = json!({"error": {
        "message": "slow down",
        "type": "rate_limit_exceeded",
        "param": null,
        "code": "rate_limit_exceeded",
    }});
    assert_eq!(body, expected);
}

#[test]
fn an_error_event_is_one_data_line_after_a_blank_one() {
    let event = OpenaiChat.error_event(&ProxyError::new(ErrorKind::UpstreamBroken, "a\nb"));
    let text = std::str::from_utf8(&event).unwrap();
    let data = text
        .strip_prefix("\n\ndata: ")
        .and_then(|rest| rest.strip_suffix("\n\n"));
    let event: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert_eq!(event["error"]["type"], "server_error");
    assert_eq!(event["error"]["message"], "a\nb");
}
