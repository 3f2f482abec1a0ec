#![expect(clippy::unwrap_used, reason = "tests")]

use mcp::object::raw;
use serde_json::{Value, json};

use super::apply;

fn applied(template: &str) -> Value {
    let result = raw(&json!({
        "content": [{ "type": "text", "text": "{\"secret\":1,\"name\":\"a\\\"b\"}" }],
        "structuredContent": { "secret": 1 },
        "_meta": { "k": "v" },
    }));
    let result = apply(template, "tool", &result).unwrap();
    serde_json::from_str(result.get()).unwrap()
}

#[test]
fn a_template_makes_a_text_of_the_content() {
    let result = applied("Seen: {{lookup (lookup response 0) \"type\"}}");
    assert_eq!(
        result["content"],
        json!([{ "type": "text", "text": "Seen: text" }])
    );
    assert_eq!(result["_meta"]["k"], "v");
    assert!(result["structuredContent"].is_null());
}

#[test]
fn a_template_may_make_content_blocks() {
    let result = applied(r#"[{"type":"text","text":"one"},{"type":"text","text":"two"}]"#);
    assert_eq!(result["content"].as_array().unwrap().len(), 2);
}

#[test]
fn a_template_that_fails_hides_the_result() {
    let result = raw(&json!({ "content": [{ "type": "text", "text": "secret" }] }));
    let failed = apply("{{#if}}", "tool", &result).unwrap_err();
    assert!(failed.is_for_the_model());
    assert!(!failed.to_string().contains("secret"));
}
