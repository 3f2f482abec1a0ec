//! Answers to what a server asks while a tool runs: the defaults of a form, a text for a model, one root.

use mcp::client::CallEvent;
use mcp::jsonrpc::{RpcError, code};
use mcp::object::raw;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

/// Answers until the call is over.
pub(crate) async fn answer(mut events: mpsc::Receiver<CallEvent>) {
    while let Some(event) = events.recv().await {
        if let CallEvent::Request(request) = event {
            let params = request
                .params
                .as_deref()
                .map(serde_json::value::RawValue::get);
            let params: Value = params
                .and_then(|params| serde_json::from_str(params).ok())
                .unwrap_or_default();
            let answer = of(&request.method, &params);
            // The call's own outcome tells whether the answer arrived.
            let _ = request.answer(answer.map(|answer| raw(&answer))).await;
        }
    }
}

fn of(method: &str, params: &Value) -> Result<Value, RpcError> {
    match method {
        "elicitation/create" => Ok(json!({
            "action": "accept",
            "content": example(&params["requestedSchema"]),
        })),
        "sampling/createMessage" => Ok(json!({
            "role": "assistant",
            "model": "none",
            "stopReason": "endTurn",
            "content": { "type": "text", "text": "An answer." },
        })),
        "roots/list" => Ok(json!({ "roots": [{ "uri": "file:///srv", "name": "srv" }] })),
        _ => Err(RpcError::new(
            code::METHOD_NOT_FOUND,
            format!("`{method}` is not known here"),
        )),
    }
}

/// An object that fits a schema: defaults where there are any, and something for what is required.
pub(crate) fn example(schema: &Value) -> Value {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut filled = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(default) = property.get("default") {
            filled.insert(name.clone(), default.clone());
        } else if required.contains(&name.as_str()) {
            filled.insert(name.clone(), something(property));
        }
    }
    Value::Object(filled)
}

fn something(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => json!(5),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => example(schema),
        _ => json!("text"),
    }
}
