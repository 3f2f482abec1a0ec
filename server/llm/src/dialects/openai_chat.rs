//! `OpenAI`'s chat completions, the format most other vendors speak too.

mod assembly;
mod request;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::Value;

use self::assembly::Assembly;
use super::openai_error;
use super::stream::{conclude, events, is_json_body, read_body};
use crate::dialect::{Dialect, RequestFacts, ResponseFacts, ToolCall};
use crate::error::ProxyError;
use crate::json::{count, elements, error_text, plain, text};
use crate::usage::Usage;

pub(super) struct OpenaiChat;

impl Dialect for OpenaiChat {
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
        let end = events(raw, |chunk| assembly.add(chunk));
        conclude(assembly.finish(), facts, &end)
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        openai_error::body(error)
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        // The SDKs raise any event that has an `error`.
        let object = serde_json::json!({ "error": openai_error::object(error) });
        Bytes::from(format!("\n\ndata: {object}\n\n"))
    }
}

fn facts(response: &Value) -> ResponseFacts {
    let calls = elements(response, "/choices").iter().flat_map(tool_calls);
    ResponseFacts {
        model: text(response, "/model"),
        response_id: text(response, "/id"),
        usage: usage(response),
        finish_reason: text(response, "/choices/0/finish_reason"),
        tool_calls: calls.collect(),
        error: error_text(response),
        ..ResponseFacts::default()
    }
}

fn usage(response: &Value) -> Option<Usage> {
    let usage = response.get("usage").filter(|usage| usage.is_object())?;
    let cache_read = count(usage, "/prompt_tokens_details/cached_tokens");
    let cache_write = count(usage, "/prompt_tokens_details/cache_write_tokens");
    Some(Usage {
        input: count(usage, "/prompt_tokens")
            .saturating_sub(cache_read.saturating_add(cache_write)),
        output: count(usage, "/completion_tokens"),
        cache_read,
        cache_write,
        cache_write_1h: 0,
        reasoning: count(usage, "/completion_tokens_details/reasoning_tokens"),
    })
}

fn tool_calls(choice: &Value) -> Vec<ToolCall> {
    let mut calls: Vec<ToolCall> = elements(choice, "/message/tool_calls")
        .iter()
        .map(|call| ToolCall {
            id: text(call, "/id").unwrap_or_default(),
            ..function(call.get("function").or_else(|| call.get("custom")))
        })
        .collect();
    // The format before tools: one call, without an id.
    let legacy = choice.pointer("/message/function_call");
    calls.extend(
        legacy
            .filter(|call| call.is_object())
            .map(|call| function(Some(call))),
    );
    calls
}

/// `arguments` of a function, `input` of a custom tool.
fn function(call: Option<&Value>) -> ToolCall {
    let call = call.unwrap_or(&Value::Null);
    let arguments = call.get("arguments").or_else(|| call.get("input"));
    ToolCall {
        id: String::new(),
        name: text(call, "/name").unwrap_or_default(),
        arguments: arguments.map(plain).unwrap_or_default(),
    }
}
