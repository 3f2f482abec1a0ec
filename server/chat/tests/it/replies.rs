//! What the three providers say on the wire.

use serde_json::{Value, json};
use testkit::provider::{Reply, Step};

pub(crate) const PROVIDERS: [(&str, &str); 3] = [
    ("openai", "gpt-5.1"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gemini", "gemini-2.5-flash"),
];

/// A call: its id, the tool and the arguments.
pub(crate) type Call<'a> = (&'a str, &'a str, Value);

pub(crate) fn says(provider: &str, text: &str) -> Reply {
    Reply::events(stream(provider, text, &[]).as_bytes(), &[40])
}

pub(crate) fn calls(provider: &str, calls: &[Call<'_>]) -> Reply {
    Reply::events(stream(provider, "I look.", calls).as_bytes(), &[64])
}

/// Begins to answer and never ends.
pub(crate) fn begins(text: &str) -> Reply {
    let event = json!({ "id": "1", "model": "gpt-5.1", "choices": [{ "index": 0, "delta": { "content": text } }] });
    let event = format!("data: {event}\n\n");
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{event}\r\n", event.len());
    Reply::raw(vec![
        Step::Send(head.to_owned().into()),
        Step::Send(chunk.into()),
        Step::Stall,
    ])
}

fn stream(provider: &str, text: &str, calls: &[Call<'_>]) -> String {
    match provider {
        "openai" => openai(text, calls),
        "anthropic" => anthropic(text, calls),
        _ => gemini(text, calls),
    }
}

fn lines(events: &[Value]) -> String {
    let lines: Vec<String> = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    lines.concat()
}

fn openai(text: &str, calls: &[Call<'_>]) -> String {
    let chunk = |delta: Value, finish: Value| json!({ "id": "c", "model": "gpt-5.1", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
    let mut events: Vec<Value> = text
        .split_inclusive(' ')
        .map(|word| chunk(json!({ "content": word }), Value::Null))
        .collect();
    for (index, (id, name, arguments)) in calls.iter().enumerate() {
        let call = json!({ "index": index, "id": id, "type": "function", "function": { "name": name, "arguments": "" } });
        events.push(chunk(json!({ "tool_calls": [call] }), Value::Null));
        let more = json!({ "index": index, "function": { "arguments": arguments.to_string() } });
        events.push(chunk(json!({ "tool_calls": [more] }), Value::Null));
    }
    let finish = if calls.is_empty() {
        "stop"
    } else {
        "tool_calls"
    };
    events.push(chunk(json!({}), finish.into()));
    events.push(json!({ "id": "c", "model": "gpt-5.1", "choices": [], "usage": { "prompt_tokens": 100, "completion_tokens": 10 } }));
    format!("{}data: [DONE]\n\n", lines(&events))
}

fn anthropic(text: &str, calls: &[Call<'_>]) -> String {
    let mut events = vec![
        json!({ "type": "message_start", "message": { "id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [], "stop_reason": null, "usage": { "input_tokens": 100, "output_tokens": 1 } } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } }),
        json!({ "type": "content_block_stop", "index": 0 }),
    ];
    for (index, (id, name, arguments)) in (1..).zip(calls) {
        events.extend([
            json!({ "type": "content_block_start", "index": index, "content_block": { "type": "tool_use", "id": id, "name": name, "input": {} } }),
            json!({ "type": "content_block_delta", "index": index, "delta": { "type": "input_json_delta", "partial_json": arguments.to_string() } }),
            json!({ "type": "content_block_stop", "index": index }),
        ]);
    }
    let reason = if calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    };
    events.push(json!({ "type": "message_delta", "delta": { "stop_reason": reason }, "usage": { "output_tokens": 10 } }));
    events.push(json!({ "type": "message_stop" }));
    let named: Vec<String> = events
        .iter()
        .map(|event| {
            let name = event["type"].as_str().unwrap();
            format!("event: {name}\ndata: {event}\n\n")
        })
        .collect();
    named.concat()
}

fn gemini(text: &str, calls: &[Call<'_>]) -> String {
    let mut parts = vec![json!({ "text": text })];
    for (_, name, arguments) in calls {
        parts.push(json!({ "functionCall": { "name": name, "args": arguments }, "thoughtSignature": "signed" }));
    }
    lines(&[
        json!({ "modelVersion": "gemini-2.5-flash", "candidates": [{ "content": { "role": "model", "parts": parts } }] }),
        json!({ "modelVersion": "gemini-2.5-flash", "candidates": [{ "content": { "parts": [] }, "finishReason": "STOP" }],
            "usageMetadata": { "promptTokenCount": 100, "candidatesTokenCount": 10 } }),
    ])
}
