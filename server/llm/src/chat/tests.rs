#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn ask_of(provider: &str) -> (String, Value) {
    let turns = [
        Turn::User(vec![
            UserPart::Text("What is on the picture?".to_owned()),
            UserPart::File(File {
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: Bytes::from_static(b"png"),
            }),
            UserPart::File(File {
                name: "a.csv".to_owned(),
                media_type: "text/csv".to_owned(),
                bytes: Bytes::from_static(b"a,b"),
            }),
        ]),
        Turn::Assistant(vec![
            AssistantPart::Text("I look.".to_owned()),
            AssistantPart::Call(Call {
                id: "c1".to_owned(),
                name: "look".to_owned(),
                arguments: json!({ "at": 1 }),
                signature: Some("signed".to_owned()),
            }),
        ]),
        Turn::Results(vec![ToolResult {
            call_id: "c1".to_owned(),
            name: "look".to_owned(),
            content: "a cat".to_owned(),
            is_error: false,
        }]),
    ];
    let tools = [Tool {
        name: "look".to_owned(),
        description: None,
        parameters: json!({ "$schema": "x" }),
    }];
    let ask = Ask {
        model: "m",
        system: Some("Be short."),
        turns: &turns,
        tools: &tools,
        max_tokens: None,
    };
    let request = dialect_of(provider).unwrap().request(&ask);
    (request.path, serde_json::from_slice(&request.body).unwrap())
}

#[test]
fn each_dialect_says_the_same_conversation_in_its_own_words() {
    for provider in ["openai", "anthropic", "gemini"] {
        let (path, body) = ask_of(provider);
        insta::assert_json_snapshot!(
            format!("ask_{provider}"),
            json!({ "path": path, "body": body })
        );
    }
}

fn read(provider: &str, events: &[Value]) -> Vec<Delta> {
    let mut reader = dialect_of(provider).unwrap().reader();
    events
        .iter()
        .flat_map(|event| reader.event(event))
        .collect()
}

fn begins(index: u64, id: &str, name: &str) -> Delta {
    Delta::CallBegins {
        index,
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

fn arguments(index: u64, json: &str) -> Delta {
    Delta::CallArguments {
        index,
        json: json.to_owned(),
    }
}

#[test]
fn openai_calls_come_in_pieces_and_find_together() {
    let piece = |call: Value| json!({ "choices": [{ "delta": { "tool_calls": [call] } }] });
    let deltas = read(
        "openai",
        &[
            json!({ "choices": [{ "delta": { "role": "assistant", "content": "" } }] }),
            json!({ "choices": [{ "delta": { "content": "Hi" } }] }),
            piece(json!({ "index": 0, "id": "a", "function": { "name": "one", "arguments": "" } })),
            piece(
                json!({ "index": 1, "id": "b", "function": { "name": "two", "arguments": "{}" } }),
            ),
            piece(json!({ "index": 0, "function": { "arguments": "{\"x\":1}" } })),
            json!({ "choices": [], "usage": { "prompt_tokens": 3 } }),
        ],
    );
    let expected = [
        Delta::Text("Hi".to_owned()),
        begins(0, "a", "one"),
        begins(1, "b", "two"),
        arguments(1, "{}"),
        arguments(0, "{\"x\":1}"),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn calls_of_a_server_that_numbers_all_of_them_zero_stay_apart() {
    let piece = |id: &str| {
        json!({ "choices": [{ "delta": { "tool_calls": [
            { "index": 0, "id": id, "function": { "name": "t", "arguments": "{}" } }] } }] })
    };
    let deltas = read("openai", &[piece("a"), piece("b")]);
    let expected = [
        begins(0, "a", "t"),
        arguments(0, "{}"),
        begins(1, "b", "t"),
        arguments(1, "{}"),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn anthropic_blocks_become_texts_thoughts_and_calls() {
    let deltas = read(
        "anthropic",
        &[
            json!({ "type": "message_start", "message": {} }),
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Hi" } }),
            json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "tool_use", "id": "a", "name": "one", "input": {} } }),
            json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "input_json_delta", "partial_json": "{}" } }),
            json!({ "type": "content_block_delta", "index": 2, "delta": { "type": "thinking_delta", "thinking": "so" } }),
        ],
    );
    let expected = [
        Delta::Text("Hi".to_owned()),
        begins(1, "a", "one"),
        arguments(1, "{}"),
        Delta::Reasoning("so".to_owned()),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn gemini_parts_become_texts_and_whole_calls_with_their_signature() {
    let deltas = read(
        "gemini",
        &[json!({ "candidates": [{ "content": { "parts": [
            { "text": "so", "thought": true },
            { "text": "Hi" },
            { "functionCall": { "name": "one", "args": { "x": 1 } }, "thoughtSignature": "s" },
        ] } }] })],
    );
    let signature = Delta::CallSignature {
        index: 0,
        signature: "s".to_owned(),
    };
    let expected = [
        Delta::Reasoning("so".to_owned()),
        Delta::Text("Hi".to_owned()),
        begins(0, "", "one"),
        arguments(0, "{\"x\":1}"),
        signature,
    ];
    assert_eq!(deltas, expected);
}
