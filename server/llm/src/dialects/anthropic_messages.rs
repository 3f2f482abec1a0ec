//! Anthropic's Messages API; also what `messages/count_tokens` takes and answers.

mod assembly;
mod request;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::{Value, json};

use self::assembly::Assembly;
use super::stream::{conclude, is_json_body, json_events, read_body};
use crate::dialect::{Dialect, RequestFacts, ResponseFacts, ToolCall};
use crate::error::{COST_LIMITED, ErrorKind, ProxyError};
use crate::json::{count, elements, error_text, optional_count, plain, text};
use crate::usage::Usage;

pub(super) struct AnthropicMessages;

impl Dialect for AnthropicMessages {
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
        let mut end = json_events(raw, error_text, |event| assembly.add(event));
        end.done = assembly.ended();
        conclude(assembly.finish(), facts, &end)
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        Bytes::from(error_object(error).to_string())
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        // A half-sent event is turned into a ping, which all SDKs skip unread; its cut-off JSON
        // would make them fail before they see the error.
        let object = error_object(error);
        Bytes::from(format!("\nevent: ping\n\nevent: error\ndata: {object}\n\n"))
    }
}

fn error_object(error: &ProxyError) -> Value {
    let kind = match error.kind {
        ErrorKind::InvalidRequest => "invalid_request_error",
        ErrorKind::Authentication => "authentication_error",
        ErrorKind::Permission => "permission_error",
        ErrorKind::NotFound => "not_found_error",
        ErrorKind::TooLarge => "request_too_large",
        ErrorKind::RateLimited | ErrorKind::CostLimited => "rate_limit_error",
        ErrorKind::UpstreamTimeout => "timeout_error",
        ErrorKind::Unavailable => "overloaded_error",
        ErrorKind::UpstreamUnreachable | ErrorKind::UpstreamBroken | ErrorKind::Internal => {
            "api_error"
        }
    };
    let mut object =
        json!({ "type": "error", "error": { "type": kind, "message": error.message } });
    if error.kind == ErrorKind::CostLimited {
        object["error"]["code"] = COST_LIMITED.into();
    }
    object
}

fn facts(response: &Value) -> ResponseFacts {
    let blocks = elements(response, "/content").iter();
    ResponseFacts {
        model: text(response, "/model"),
        response_id: text(response, "/id"),
        usage: usage(response),
        finish_reason: text(response, "/stop_reason"),
        tool_calls: blocks.filter_map(tool_call).collect(),
        error: error_text(response),
        ..ResponseFacts::default()
    }
}

/// The client's own tools; `server_tool_use` and `mcp_tool_use` run at Anthropic.
fn tool_call(block: &Value) -> Option<ToolCall> {
    (block.get("type")? == "tool_use").then(|| ToolCall {
        id: text(block, "/id").unwrap_or_default(),
        name: text(block, "/name").unwrap_or_default(),
        arguments: block.get("input").map(plain).unwrap_or_default(),
    })
}

fn usage(response: &Value) -> Option<Usage> {
    let usage = response.get("usage").filter(|usage| usage.is_object())?;
    // The totals leave out what compacting the conversation took, which is billed all the same.
    let iterations = elements(usage, "/iterations").iter();
    let compactions =
        iterations.filter(|iteration| text(iteration, "/type").as_deref() == Some("compaction"));
    Some(compactions.map(one_usage).fold(one_usage(usage), add))
}

fn one_usage(usage: &Value) -> Usage {
    let short_lived = count(usage, "/cache_creation/ephemeral_5m_input_tokens");
    let cache_write_1h = count(usage, "/cache_creation/ephemeral_1h_input_tokens");
    let cache_write = optional_count(usage, "/cache_creation_input_tokens");
    Usage {
        input: count(usage, "/input_tokens"),
        output: count(usage, "/output_tokens"),
        cache_read: count(usage, "/cache_read_input_tokens"),
        cache_write: cache_write.unwrap_or_else(|| short_lived.saturating_add(cache_write_1h)),
        cache_write_1h,
        reasoning: count(usage, "/output_tokens_details/thinking_tokens"),
    }
}

fn add(total: Usage, part: Usage) -> Usage {
    Usage {
        input: total.input.saturating_add(part.input),
        output: total.output.saturating_add(part.output),
        cache_read: total.cache_read.saturating_add(part.cache_read),
        cache_write: total.cache_write.saturating_add(part.cache_write),
        cache_write_1h: total.cache_write_1h.saturating_add(part.cache_write_1h),
        reasoning: total.reasoning.saturating_add(part.reasoning),
    }
}
