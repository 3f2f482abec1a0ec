#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::GeminiGenerate;
use crate::dialect::Dialect;
use crate::error::{ErrorKind, ProxyError};

#[test]
fn a_request_says_its_tools_declared_and_built_in() {
    let body = json!({
        "contents": [{"parts": [{"text": "hi"}]}],
        "tools": [
            {"functionDeclarations": [{"name": "read"}, {"name": "write"}], "googleSearch": {}},
            {"function_declarations": [{"name": "snake"}]},
            {"codeExecution": {}},
        ],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true}},
    });
    let facts = GeminiGenerate.read_request(body.to_string().as_bytes());
    assert_eq!(
        facts.tool_names,
        ["read", "write", "googleSearch", "snake", "codeExecution"]
    );
    assert_eq!(facts.model, None);
    assert!(!facts.stream);
}

#[test]
fn a_model_in_the_body_loses_its_collection() {
    let facts = GeminiGenerate.read_request(br#"{"model":"models/gemini-embedding-001"}"#);
    assert_eq!(facts.model.as_deref(), Some("gemini-embedding-001"));
}

#[test]
fn an_error_has_code_message_and_status() {
    let error = ProxyError::new(ErrorKind::UpstreamTimeout, "no answer");
    let body: Value = serde_json::from_slice(&GeminiGenerate.error_body(&error)).unwrap();
    let expected =
        json!({"error": {"code": 504, "message": "no answer", "status": "DEADLINE_EXCEEDED"}});
    assert_eq!(body, expected);
}

/// Google's JavaScript SDK parses each chunk as JSON to find an error; server-sent framing would
/// hide it.
#[test]
fn an_error_event_is_json_by_itself() {
    let event = GeminiGenerate.error_event(&ProxyError::new(ErrorKind::UpstreamBroken, "m"));
    let event: Value = serde_json::from_slice(&event).unwrap();
    assert_eq!(event["error"]["code"], 502);
}

#[test]
fn a_late_error_is_found_after_complete_events() {
    let error = ProxyError::new(ErrorKind::UpstreamBroken, "gone");
    let event = r#"data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#;
    let raw = [
        format!("{event}\r\n\r\n").as_bytes(),
        &GeminiGenerate.error_event(&error),
    ]
    .concat();
    let facts = GeminiGenerate.read_stream(&raw);
    assert_eq!(facts.error.as_deref(), Some("UNAVAILABLE: gone"));
    assert!(!facts.complete);
}
