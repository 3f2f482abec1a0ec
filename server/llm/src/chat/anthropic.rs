//! Anthropic's messages.

use serde_json::{Value, json};

use super::{
    Ask, AssistantPart, ChatDialect, Delta, File, Reader, Request, Tool, ToolResult, Turn,
    UserPart, body,
};
use crate::json::text;

pub(super) struct AnthropicMessages;

impl ChatDialect for AnthropicMessages {
    fn request(&self, ask: &Ask<'_>) -> Request {
        let messages: Vec<Value> = ask.turns.iter().map(turn).collect();
        let mut request = json!({
            "model": ask.model,
            "max_tokens": ask.max_tokens.unwrap_or_else(|| longest_answer(ask.model)),
            "messages": messages,
            "stream": true,
        });
        if let Some(system) = ask.system {
            request["system"] = json!([{ "type": "text", "text": system }]);
        }
        if !ask.tools.is_empty() {
            request["tools"] = ask.tools.iter().map(tool).collect();
        }
        Request {
            path: "v1/messages".to_owned(),
            body: body(&request),
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(AnthropicReader)
    }
}

/// This API asks for a bound, and refuses one that is beyond the model's own.
/// Source: the models' overview in Anthropic's documentation, "max output".
fn longest_answer(model: &str) -> u32 {
    if model.starts_with("claude-3-5") || model.starts_with("claude-3-7") {
        8_192
    } else if model.starts_with("claude-3") || model.starts_with("claude-2") {
        4_096
    } else {
        32_000
    }
}

fn turn(turn: &Turn) -> Value {
    match turn {
        Turn::User(parts) => {
            let content: Vec<Value> = parts.iter().map(user).collect();
            json!({ "role": "user", "content": content })
        }
        Turn::Assistant(parts) => {
            let content: Vec<Value> = parts.iter().filter_map(assistant).collect();
            json!({ "role": "assistant", "content": content })
        }
        Turn::Results(results) => {
            let content: Vec<Value> = results.iter().map(result).collect();
            json!({ "role": "user", "content": content })
        }
    }
}

fn user(part: &UserPart) -> Value {
    match part {
        UserPart::Text(text) => json!({ "type": "text", "text": text }),
        UserPart::File(file) => self::file(file),
    }
}

fn file(file: &File) -> Value {
    if let Some(text) = file.as_text() {
        return json!({ "type": "text", "text": text });
    }
    let kind = if file.is_image() { "image" } else { "document" };
    json!({
        "type": kind,
        "source": { "type": "base64", "media_type": file.media_type, "data": file.base64() },
    })
}

/// Empty texts are refused.
fn assistant(part: &AssistantPart) -> Option<Value> {
    match part {
        AssistantPart::Text(text) if text.trim().is_empty() => None,
        AssistantPart::Text(text) => Some(json!({ "type": "text", "text": text })),
        AssistantPart::Call(call) => {
            let input = match &call.arguments {
                Value::Object(_) => call.arguments.clone(),
                _ => json!({}),
            };
            Some(json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input }))
        }
    }
}

fn result(result: &ToolResult) -> Value {
    json!({
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": result.content,
        "is_error": result.is_error,
    })
}

fn tool(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "description": tool.description.as_deref().unwrap_or_default(),
        "input_schema": tool.schema(),
    })
}

struct AnthropicReader;

impl Reader for AnthropicReader {
    fn event(&mut self, event: &Value) -> Vec<Delta> {
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0);
        let kind = event.get("type").and_then(Value::as_str);
        let delta = match kind {
            Some("content_block_start") => begins(index, event),
            Some("content_block_delta") => goes_on(index, event),
            _ => None,
        };
        delta.into_iter().collect()
    }
}

/// Tools that run at the provider (`server_tool_use`) are not ours to call.
fn begins(index: u64, event: &Value) -> Option<Delta> {
    let block = event.get("content_block")?;
    match block.get("type")?.as_str()? {
        "tool_use" => Some(Delta::CallBegins {
            index,
            id: text(block, "/id").unwrap_or_default(),
            name: text(block, "/name").unwrap_or_default(),
        }),
        "text" => text(block, "/text").map(Delta::Text),
        "thinking" => text(block, "/thinking").map(Delta::Reasoning),
        _ => None,
    }
}

fn goes_on(index: u64, event: &Value) -> Option<Delta> {
    let delta = event.get("delta")?;
    match delta.get("type")?.as_str()? {
        "text_delta" => text(delta, "/text").map(Delta::Text),
        "thinking_delta" => text(delta, "/thinking").map(Delta::Reasoning),
        "input_json_delta" => {
            text(delta, "/partial_json").map(|json| Delta::CallArguments { index, json })
        }
        _ => None,
    }
}
