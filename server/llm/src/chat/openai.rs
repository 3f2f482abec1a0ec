//! `OpenAI`'s chat completions, which most local servers speak, too.

use serde_json::{Value, json};

use super::{
    Ask, AssistantPart, Call, ChatDialect, Delta, File, Reader, Request, Tool, ToolResult, Turn,
    UserPart, body,
};
use crate::json::{elements, text};

pub(super) struct OpenaiChat;

impl ChatDialect for OpenaiChat {
    fn request(&self, ask: &Ask<'_>) -> Request {
        let mut messages = Vec::new();
        if let Some(system) = ask.system {
            messages.push(json!({ "role": "system", "content": system }));
        }
        messages.extend(ask.turns.iter().flat_map(turn));
        let mut request = json!({
            "model": ask.model,
            "messages": messages,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        if !ask.tools.is_empty() {
            request["tools"] = ask.tools.iter().map(tool).collect();
        }
        if let Some(bound) = ask.max_tokens {
            request["max_completion_tokens"] = bound.into();
        }
        Request {
            path: "chat/completions".to_owned(),
            body: body(&request),
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(OpenaiReader::default())
    }
}

fn turn(turn: &Turn) -> Vec<Value> {
    match turn {
        Turn::User(parts) => vec![json!({ "role": "user", "content": user(parts) })],
        Turn::Assistant(parts) => vec![assistant(parts)],
        Turn::Results(results) => results.iter().map(result).collect(),
    }
}

/// As one text where that is all there is: small local servers take nothing else.
fn user(parts: &[UserPart]) -> Value {
    if let [UserPart::Text(text)] = parts {
        return text.as_str().into();
    }
    parts
        .iter()
        .map(|part| match part {
            UserPart::Text(text) => json!({ "type": "text", "text": text }),
            UserPart::File(file) => self::file(file),
        })
        .collect()
}

fn file(file: &File) -> Value {
    if let Some(text) = file.as_text() {
        return json!({ "type": "text", "text": text });
    }
    if file.is_image() {
        return json!({ "type": "image_url", "image_url": { "url": file.data_url() } });
    }
    json!({ "type": "file", "file": { "filename": file.name, "file_data": file.data_url() } })
}

fn assistant(parts: &[AssistantPart]) -> Value {
    let mut said = String::new();
    let mut calls = Vec::new();
    for part in parts {
        match part {
            AssistantPart::Text(text) => said.push_str(text),
            AssistantPart::Call(call) => calls.push(self::call(call)),
        }
    }
    let mut message = json!({ "role": "assistant", "content": said });
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
        if said.is_empty() {
            message["content"] = Value::Null;
        }
    }
    message
}

fn call(call: &Call) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments.to_string() },
    })
}

fn result(result: &ToolResult) -> Value {
    json!({ "role": "tool", "tool_call_id": result.call_id, "content": result.content })
}

fn tool(tool: &Tool) -> Value {
    json!({
        "type": "function",
        "function": { "name": tool.name, "description": tool.description, "parameters": tool.schema() },
    })
}

#[derive(Default)]
struct OpenaiReader {
    /// The numbers of calls that have begun. Some servers give all of them the same one, each with its own id.
    begun: Vec<(u64, String)>,
}

impl Reader for OpenaiReader {
    fn event(&mut self, event: &Value) -> Vec<Delta> {
        let mut deltas = Vec::new();
        let Some(delta) = event.pointer("/choices/0/delta") else {
            return deltas;
        };
        let reasoning = text(delta, "/reasoning_content").or_else(|| text(delta, "/reasoning"));
        deltas.extend(reasoning.map(Delta::Reasoning));
        deltas.extend(text(delta, "/content").map(Delta::Text));
        deltas.extend(text(delta, "/refusal").map(Delta::Text));
        for call in elements(delta, "/tool_calls") {
            self.call(call, &mut deltas);
        }
        deltas
    }
}

impl OpenaiReader {
    fn call(&mut self, call: &Value, deltas: &mut Vec<Delta>) {
        let said = call.get("index").and_then(Value::as_u64);
        let id = text(call, "/id").unwrap_or_default();
        let name = text(call, "/function/name").unwrap_or_default();
        let known = said.and_then(|said| {
            let mut known = self.begun.iter().enumerate().rev();
            known.find(|(_, begun)| begun.0 == said && (id.is_empty() || begun.1 == id))
        });
        let position = match known {
            Some((position, _)) => position,
            None if name.is_empty() && !self.begun.is_empty() => self.begun.len() - 1,
            None => {
                let position = self.begun.len();
                self.begun
                    .push((said.unwrap_or(position as u64), id.clone()));
                deltas.push(Delta::CallBegins {
                    index: position as u64,
                    id,
                    name,
                });
                position
            }
        };
        let arguments = call.pointer("/function/arguments");
        let json = match arguments {
            Some(Value::String(json)) => json.clone(),
            Some(object @ Value::Object(_)) => object.to_string(),
            _ => String::new(),
        };
        if !json.is_empty() {
            deltas.push(Delta::CallArguments {
                index: position as u64,
                json,
            });
        }
    }
}
