use serde_json::json;

use super::*;

fn folded(events: &[Value]) -> Parts {
    let mut parts = Parts::default();
    for event in events {
        parts.apply(event);
    }
    parts
}

#[test]
fn events_become_the_message() {
    let parts = folded(&[
        json!({ "type": "start", "messageId": "m" }),
        json!({ "type": "start-step" }),
        json!({ "type": "text-start", "id": "0" }),
        json!({ "type": "text-delta", "id": "0", "delta": "I " }),
        json!({ "type": "text-delta", "id": "0", "delta": "look." }),
        json!({ "type": "text-end", "id": "0" }),
        json!({ "type": "tool-input-start", "toolCallId": "c", "toolName": "look" }),
        json!({ "type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": "{}" }),
        json!({ "type": "tool-input-available", "toolCallId": "c", "toolName": "look", "input": {} }),
        json!({ "type": "data-tool", "data": { "toolCallId": "c", "durationMs": 3 } }),
        json!({ "type": "tool-output-available", "toolCallId": "c", "output": { "content": [] } }),
    ]);
    let expected = [
        json!({ "type": "step-start" }),
        json!({ "type": "text", "text": "I look.", "state": "done" }),
        json!({ "type": "dynamic-tool", "toolName": "look", "toolCallId": "c", "state": "output-available",
                "input": {}, "durationMs": 3, "output": { "content": [] } }),
    ];
    assert_eq!(parts.0, expected);
    assert_eq!(parts.words(), "I look.");
}

#[test]
fn a_resumed_answer_keeps_whole_steps_only() {
    let mut parts = folded(&[
        json!({ "type": "start-step" }),
        json!({ "type": "tool-input-start", "toolCallId": "a", "toolName": "t" }),
        json!({ "type": "tool-output-available", "toolCallId": "a", "output": {} }),
        json!({ "type": "tool-input-start", "toolCallId": "b", "toolName": "t" }),
        json!({ "type": "tool-input-available", "toolCallId": "b", "toolName": "t", "input": {} }),
        json!({ "type": "start-step" }),
        json!({ "type": "text-start", "id": "0" }),
        json!({ "type": "text-delta", "id": "0", "delta": "half a sen" }),
    ]);
    parts.kept_for_resume();
    assert_eq!(parts.0.len(), 3);
    assert_eq!(
        parts.call("a").map(|call| &call["state"]),
        Some(&json!("output-available"))
    );
    assert_eq!(
        parts.call("b").map(|call| &call["state"]),
        Some(&json!("output-error"))
    );
}

#[test]
fn long_results_are_cut_for_readers_and_made_whole_again() {
    let text = "x".repeat(SHOWN + 1);
    let whole = folded(&[
        json!({ "type": "tool-input-start", "toolCallId": "a", "toolName": "t" }),
        json!({ "type": "tool-output-available", "toolCallId": "a", "output": { "content": [{ "type": "text", "text": text }] } }),
    ]);
    let mut shown = Parts(whole.shown());
    assert_eq!(shown.0[0]["truncated"], true);
    assert_eq!(
        shown.0[0]["output"]["content"][0]["text"]
            .as_str()
            .map(str::len),
        Some(SHOWN)
    );
    shown.with_results_of(&whole);
    assert_eq!(shown, whole);
}

#[test]
fn the_character_that_the_database_cannot_keep_is_replaced() {
    let parts = Parts(vec![
        json!({ "type": "text", "text": "a\u{0}b", "output": { "x\u{0}": ["\u{0}"] } }),
    ]);
    assert!(!parts.to_value().to_string().contains("\\u0000"));
    assert_eq!(parts.words(), "a\u{fffd}b");
}
