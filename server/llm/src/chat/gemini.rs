//! Gemini's generateContent.

use serde_json::{Value, json};

use super::{
    Ask, AssistantPart, ChatDialect, Delta, File, Reader, Request, Tool, ToolResult, Turn,
    UserPart, body,
};
use crate::json::{elements, text};

pub(super) struct GeminiGenerate;

impl ChatDialect for GeminiGenerate {
    fn request(&self, ask: &Ask<'_>) -> Request {
        let contents: Vec<Value> = ask.turns.iter().map(turn).collect();
        let mut request = json!({ "contents": contents });
        if let Some(system) = ask.system {
            request["systemInstruction"] = json!({ "parts": [{ "text": system }] });
        }
        if !ask.tools.is_empty() {
            let declared: Vec<Value> = ask.tools.iter().map(tool).collect();
            request["tools"] = json!([{ "functionDeclarations": declared }]);
        }
        if let Some(bound) = ask.max_tokens {
            request["generationConfig"] = json!({ "maxOutputTokens": bound });
        }
        let model = ask.model.strip_prefix("models/").unwrap_or(ask.model);
        Request {
            path: format!("v1beta/models/{model}:streamGenerateContent?alt=sse"),
            body: body(&request),
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(GeminiReader::default())
    }
}

fn turn(turn: &Turn) -> Value {
    match turn {
        Turn::User(parts) => {
            let parts: Vec<Value> = parts.iter().map(user).collect();
            json!({ "role": "user", "parts": parts })
        }
        Turn::Assistant(parts) => {
            let parts: Vec<Value> = parts.iter().map(assistant).collect();
            json!({ "role": "model", "parts": parts })
        }
        Turn::Results(results) => {
            let parts: Vec<Value> = results.iter().map(result).collect();
            json!({ "role": "user", "parts": parts })
        }
    }
}

fn user(part: &UserPart) -> Value {
    match part {
        UserPart::Text(text) => json!({ "text": text }),
        UserPart::File(file) => self::file(file),
    }
}

fn file(file: &File) -> Value {
    match file.as_text() {
        Some(text) => json!({ "text": text }),
        None => json!({ "inlineData": { "mimeType": file.media_type, "data": file.base64() } }),
    }
}

fn assistant(part: &AssistantPart) -> Value {
    match part {
        AssistantPart::Text(text) => json!({ "text": text }),
        AssistantPart::Call(call) => {
            let mut part = json!({ "functionCall": { "name": call.name, "args": call.arguments } });
            // Newer models refuse a call that comes back without what they signed it with.
            if let Some(signature) = &call.signature {
                part["thoughtSignature"] = signature.as_str().into();
            }
            part
        }
    }
}

fn result(result: &ToolResult) -> Value {
    let member = if result.is_error { "error" } else { "result" };
    json!({ "functionResponse": { "name": result.name, "response": { member: result.content } } })
}

fn tool(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "description": tool.description.as_deref().unwrap_or_default(),
        "parametersJsonSchema": tool.schema(),
    })
}

#[derive(Default)]
struct GeminiReader {
    calls: u64,
}

impl Reader for GeminiReader {
    fn event(&mut self, event: &Value) -> Vec<Delta> {
        let mut deltas = Vec::new();
        for part in elements(event, "/candidates/0/content/parts") {
            let is_thought = part.get("thought").and_then(Value::as_bool) == Some(true);
            if let Some(said) = text(part, "/text") {
                deltas.push(if is_thought {
                    Delta::Reasoning(said)
                } else {
                    Delta::Text(said)
                });
            }
            if let Some(call) = part.get("functionCall") {
                self.call(part, call, &mut deltas);
            }
        }
        deltas
    }
}

impl GeminiReader {
    fn call(&mut self, part: &Value, call: &Value, deltas: &mut Vec<Delta>) {
        let index = self.calls;
        self.calls += 1;
        deltas.push(Delta::CallBegins {
            index,
            id: text(call, "/id").unwrap_or_default(),
            name: text(call, "/name").unwrap_or_default(),
        });
        let arguments = call.get("args").filter(|args| args.is_object());
        deltas.push(Delta::CallArguments {
            index,
            json: arguments.map_or_else(|| "{}".to_owned(), Value::to_string),
        });
        if let Some(signature) = text(part, "/thoughtSignature") {
            deltas.push(Delta::CallSignature { index, signature });
        }
    }
}
