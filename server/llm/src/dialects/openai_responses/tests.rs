#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::OpenaiResponses;
use crate::dialect::{Dialect, RequestFacts, Session};
use crate::error::{ErrorKind, ProxyError};

fn read(body: &Value) -> RequestFacts {
    OpenaiResponses.read_request(body.to_string().as_bytes())
}

#[test]
fn a_codex_request_says_its_session_and_tools() {
    let facts = read(&json!({
        "model": "gpt-5.1-codex",
        "stream": true,
        "store": false,
        "input": [{"type": "message", "role": "user", "content": []}],
        "tools": [
            {"type": "function", "name": "shell", "parameters": {}},
            {"type": "custom", "name": "apply_patch"},
            {"type": "web_search"},
            {"type": "mcp", "server_label": "deepwiki"},
            {"type": "namespace", "name": "crm", "tools": [{"name": "list"}, {"name": "get"}]},
        ],
        "prompt_cache_key": "thread-1",
        "client_metadata": {"session_id": "session-1", "other": 1},
    }));
    let session = Session {
        id: "session-1".to_owned(),
        source: "client_metadata.session_id",
    };
    let names = [
        "shell",
        "apply_patch",
        "web_search",
        "deepwiki",
        "list",
        "get",
    ];
    let expected = RequestFacts {
        model: Some("gpt-5.1-codex".to_owned()),
        stream: true,
        user: None,
        session: Some(session),
        tool_names: names.map(str::to_owned).to_vec(),
    };
    assert_eq!(facts, expected);
}

#[test]
fn the_cache_key_is_the_session_without_client_metadata() {
    let session = read(&json!({"prompt_cache_key": "thread-1"}))
        .session
        .unwrap();
    assert_eq!(session.source, "prompt_cache_key");
}

#[test]
fn an_error_event_is_of_the_documented_type_and_has_what_the_sdks_raise() {
    let error = ProxyError::new(ErrorKind::UpstreamTimeout, "no answer");
    let event = OpenaiResponses.error_event(&error);
    let text = std::str::from_utf8(&event).unwrap();
    let data = text
        .strip_prefix("\n\nevent: error\ndata: ")
        .unwrap()
        .trim_end();
    let event: Value = serde_json::from_str(data).unwrap();
    assert_eq!(event["type"], "error");
    assert_eq!(event["message"], "no answer");
    assert_eq!(event["code"], "upstream_timeout");
    assert_eq!(event["error"]["type"], "server_error");
}

#[test]
fn a_response_that_still_runs_has_no_finish_reason() {
    let facts = OpenaiResponses.read_response(br#"{"id":"r","status":"queued","output":[]}"#);
    assert_eq!(facts.finish_reason, None);
    assert!(facts.complete);
}
