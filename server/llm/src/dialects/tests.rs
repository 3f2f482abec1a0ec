//! What all dialects have in common.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use super::{
    ANTHROPIC_MESSAGES, GEMINI_GENERATE, OPENAI_CHAT, OPENAI_EMBEDDINGS, OPENAI_RESPONSES,
};
use crate::dialect::{Dialect, RequestFacts};
use crate::error::{ErrorKind, ProxyError};

const ALL: [(&str, &dyn Dialect); 5] = [
    ("anthropic", ANTHROPIC_MESSAGES),
    ("gemini", GEMINI_GENERATE),
    ("chat", OPENAI_CHAT),
    ("embeddings", OPENAI_EMBEDDINGS),
    ("responses", OPENAI_RESPONSES),
];

#[test]
fn an_error_body_says_its_message_whatever_is_in_it() {
    let message = "the upstream said \"no\"\nand \u{1f980} hung up";
    for (name, dialect) in ALL {
        for kind in ErrorKind::ALL {
            let body = dialect.error_body(&ProxyError::new(kind, message));
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["error"]["message"], message, "{name} {kind:?}");
        }
    }
}

#[test]
fn an_error_event_is_read_back_as_an_error_of_an_unfinished_stream() {
    for (name, dialect) in ALL.into_iter().filter(|(name, _)| *name != "embeddings") {
        for kind in ErrorKind::ALL {
            let event = dialect.error_event(&ProxyError::new(kind, "hung up"));
            let facts = dialect.read_stream(&[b": keep-alive", &event[..]].concat());
            let error = facts.error.unwrap_or_default();
            assert!(error.ends_with(": hung up"), "{name} {kind:?}: {error}");
            assert!(!facts.complete, "{name} {kind:?}");
        }
    }
}

#[test]
fn unreadable_requests_have_no_facts() {
    for (name, dialect) in ALL {
        for body in [
            &b""[..],
            b"null",
            b"[1]",
            b"\"model\"",
            b"{\"model\":",
            b"\xff\xfe",
        ] {
            assert_eq!(
                dialect.read_request(body),
                RequestFacts::default(),
                "{name}"
            );
        }
    }
}

#[test]
fn an_empty_stream_has_no_facts_and_is_not_complete() {
    for (name, dialect) in ALL {
        for raw in [&b""[..], b"\n\n", b": keep-alive\n\n", b"\xef\xbb\xbf"] {
            let facts = dialect.read_stream(raw);
            assert!(
                !facts.complete && facts.assembled.is_none(),
                "{name} {raw:?}"
            );
        }
    }
}

/// 2,000 tool calls, choices, blocks or items at scattered numbers, as no real answer has.
#[test]
fn a_stream_with_absurdly_many_parts_is_read_up_to_a_limit() {
    let numbers = (0..2_000_u64).map(|number| number * 7_919);
    let mut raw = String::new();
    for number in numbers {
        for event in [
            format!(r#"{{"choices":[{{"index":{number},"delta":{{"content":"x"}}}}]}}"#),
            format!(
                r#"{{"type":"content_block_start","index":{number},"content_block":{{"type":"text"}}}}"#
            ),
            format!(
                r#"{{"type":"response.output_item.added","output_index":{number},"item":{{"type":"x"}}}}"#
            ),
            format!(r#"{{"candidates":[{{"index":{number},"content":{{"parts":[{{}}]}}}}]}}"#),
        ] {
            raw.push_str("data: ");
            raw.push_str(&event);
            raw.push_str("\n\n");
        }
    }
    for (name, dialect, pointer) in [
        ("chat", OPENAI_CHAT, "/choices"),
        ("anthropic", ANTHROPIC_MESSAGES, "/content"),
        ("responses", OPENAI_RESPONSES, "/output"),
        ("gemini", GEMINI_GENERATE, "/candidates"),
    ] {
        let assembled = dialect.read_stream(raw.as_bytes()).assembled.unwrap();
        let parts = assembled
            .pointer(pointer)
            .and_then(Value::as_array)
            .unwrap();
        assert_eq!(parts.len(), 512, "{name}");
    }
}
