//! `OpenAI`'s Responses API, with its typed stream events; also what `responses/compact` answers.

mod assembly;
mod request;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::{Value, json};

use self::assembly::Assembly;
use super::openai_error;
use super::stream::{conclude, is_json_body, json_events, read_body};
use crate::dialect::{Dialect, RequestFacts, ResponseFacts, ToolCall};
use crate::error::ProxyError;
use crate::json::{count, elements, error_text, plain, text};
use crate::usage::Usage;

pub(super) struct OpenaiResponses;

impl Dialect for OpenaiResponses {
    fn read_request(&self, body: &[u8]) -> RequestFacts {
        request::read(body)
    }

    fn read_response(&self, body: &[u8]) -> ResponseFacts {
        read_body(body, facts)
    }

    fn read_stream(&self, raw: &[u8]) -> ResponseFacts {
        if is_json_body(raw) {
            return self.read_response(raw);
        }
        let mut assembly = Assembly::default();
        let mut end = json_events(raw, event_error, |event| assembly.add(event));
        end.done = assembly.ended();
        conclude(assembly.finish(), facts, &end)
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        openai_error::body(error)
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        // The documented event has its fields at the top; the SDKs raise only what has an `error`.
        let event = json!({
            "type": "error",
            "sequence_number": 0,
            "code": openai_error::code(error.kind),
            "message": error.message,
            "param": null,
            "error": openai_error::object(error),
        });
        Bytes::from(format!("\n\nevent: error\ndata: {event}\n\n"))
    }
}

/// The error of an `error` event, which has been seen nested and flat.
fn event_error(event: &Value) -> Option<String> {
    if event.get("type")? != "error" {
        return None;
    }
    error_text(event).or_else(|| {
        let flat = json!({ "code": event.get("code"), "message": event.get("message") });
        error_text(&json!({ "error": flat }))
    })
}

fn facts(response: &Value) -> ResponseFacts {
    let reason = text(response, "/incomplete_details/reason");
    let status = text(response, "/status").filter(|status| !is_unfinished(status));
    ResponseFacts {
        model: text(response, "/model"),
        response_id: text(response, "/id"),
        usage: usage(response),
        finish_reason: reason.or(status),
        tool_calls: elements(response, "/output")
            .iter()
            .filter_map(tool_call)
            .collect(),
        error: error_text(response),
        ..ResponseFacts::default()
    }
}

/// The state a background response, or one that was cut off, is still in.
fn is_unfinished(status: &str) -> bool {
    matches!(status, "queued" | "in_progress")
}

fn usage(response: &Value) -> Option<Usage> {
    let usage = response.get("usage").filter(|usage| usage.is_object())?;
    let cache_read = count(usage, "/input_tokens_details/cached_tokens");
    let cache_write = count(usage, "/input_tokens_details/cache_write_tokens");
    Some(Usage {
        input: count(usage, "/input_tokens").saturating_sub(cache_read.saturating_add(cache_write)),
        output: count(usage, "/output_tokens"),
        cache_read,
        cache_write,
        cache_write_1h: 0,
        reasoning: count(usage, "/output_tokens_details/reasoning_tokens"),
    })
}

/// The items the client has to act on; searches, interpreters and hosted MCP run at the provider.
fn tool_call(item: &Value) -> Option<ToolCall> {
    let kind = item.get("type")?.as_str()?;
    let (name, arguments) = match kind {
        "function_call" => (text(item, "/name"), item.get("arguments")),
        "custom_tool_call" => (text(item, "/name"), item.get("input")),
        "local_shell_call" | "shell_call" | "computer_call" => (None, item.get("action")),
        "apply_patch_call" => (None, item.get("operation")),
        _ => return None,
    };
    Some(ToolCall {
        id: text(item, "/call_id")
            .or_else(|| text(item, "/id"))
            .unwrap_or_default(),
        name: name.unwrap_or_else(|| kind.trim_end_matches("_call").to_owned()),
        arguments: arguments.map(plain).unwrap_or_default(),
    })
}
