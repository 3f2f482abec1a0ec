use serde_json::json;

use super::*;

fn tool(id: &str, state: &str, more: Value) -> Value {
    let mut part = json!({ "type": "dynamic-tool", "toolName": "t", "toolCallId": id, "state": state, "input": {} });
    if let (Value::Object(part), Value::Object(more)) = (&mut part, more) {
        part.extend(more);
    }
    part
}

#[test]
fn an_answer_is_told_step_by_step_with_its_results() {
    let parts = Parts(vec![
        json!({ "type": "step-start" }),
        json!({ "type": "text", "text": "I look." }),
        tool(
            "a",
            "output-available",
            json!({ "output": { "content": [{ "type": "text", "text": "a cat" }] } }),
        ),
        json!({ "type": "step-start" }),
        json!({ "type": "text", "text": "A cat." }),
    ]);
    let turns = of_answer(&parts);
    assert_eq!(turns.len(), 3);
    assert!(
        matches!(&turns[1], Turn::Results(results) if results[0].content == "a cat" && !results[0].is_error)
    );
}

#[test]
fn what_was_denied_or_failed_is_told_in_our_words_only() {
    let secret = json!({ "output": { "content": [{ "type": "text", "text": "SECRET" }] }, "errorText": "It failed." });
    for state in [
        "output-denied",
        "output-error",
        "input-available",
        "approval-requested",
    ] {
        let told = result(&tool("a", state, secret.clone()));
        assert!(told.is_error, "{state}");
        assert!(!told.content.contains("SECRET"), "{state}");
    }
}
