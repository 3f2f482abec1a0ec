//! Gemini's generateContent and its stream, as server-sent events and as one JSON array; also what
//! countTokens and the embedding calls take and answer.

mod assembly;
mod request;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::{Value, json};

use self::assembly::Assembly;
use super::stream::{StreamEnd, conclude, is_json_body, json_events, read_body};
use crate::dialect::{Dialect, RequestFacts, ResponseFacts, ToolCall};
use crate::error::{COST_LIMITED, ErrorKind, ProxyError};
use crate::json::{count, elements, error_text, plain, text};
use crate::usage::Usage;

pub(super) struct GeminiGenerate;

impl Dialect for GeminiGenerate {
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
        let mut end = if raw.trim_ascii_start().first() == Some(&b'[') {
            array_elements(raw, |chunk| assembly.add(chunk))
        } else {
            let mut end = json_events(raw, error_text, |chunk| assembly.add(chunk));
            end.done = true;
            end.error = end.error.or_else(|| unframed_error(raw));
            end
        };
        let response = assembly.finish();
        // There is no end marker; the last chunk is the one with a reason to end.
        let finish_reason = response.as_ref().and_then(finish_reason);
        end.done &= finish_reason.is_some() && end.error.is_none();
        conclude(response, facts, &end)
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        Bytes::from(error_object(error).to_string())
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        // Google sends a late error as bare JSON, and only in that form all its SDKs raise it.
        Bytes::from(format!("\n\n{}\n", error_object(error)))
    }
}

fn error_object(error: &ProxyError) -> Value {
    let status = match error.kind {
        ErrorKind::InvalidRequest | ErrorKind::TooLarge => "INVALID_ARGUMENT",
        ErrorKind::Authentication => "UNAUTHENTICATED",
        ErrorKind::Permission => "PERMISSION_DENIED",
        ErrorKind::NotFound => "NOT_FOUND",
        ErrorKind::RateLimited | ErrorKind::CostLimited => "RESOURCE_EXHAUSTED",
        ErrorKind::UpstreamTimeout => "DEADLINE_EXCEEDED",
        ErrorKind::UpstreamUnreachable | ErrorKind::UpstreamBroken | ErrorKind::Unavailable => {
            "UNAVAILABLE"
        }
        ErrorKind::Internal => "INTERNAL",
    };
    let mut object =
        json!({ "error": { "code": error.status, "message": error.message, "status": status } });
    if error.kind == ErrorKind::CostLimited {
        // Source: google.rpc.ErrorInfo, whose reasons are in capitals.
        object["error"]["details"] = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": COST_LIMITED.to_uppercase(),
            "domain": "archestra",
        }]);
    }
    object
}

/// Reads the array form element by element, so that one that is cut off still gives its first ones.
fn array_elements(raw: &[u8], mut on_element: impl FnMut(Value)) -> StreamEnd {
    let mut end = StreamEnd::default();
    let mut rest = raw.trim_ascii_start().get(1..).unwrap_or_default();
    loop {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest);
        if rest.trim_ascii_start().first() == Some(&b']') {
            end.done = true;
            return end;
        }
        let mut elements = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        match elements.next() {
            Some(Ok(element)) => {
                end.error = end.error.take().or_else(|| error_text(&element));
                on_element(element);
            }
            Some(Err(fault)) => {
                end.malformed = !fault.is_eof();
                return end;
            }
            None => return end,
        }
        rest = rest.get(elements.byte_offset()..).unwrap_or_default();
    }
}

/// An error that Google sent in the middle of an event stream without making it an event.
fn unframed_error(raw: &[u8]) -> Option<String> {
    let start = memchr::memmem::rfind(raw, b"\n{")?;
    error_text(&serde_json::from_slice(raw.get(start..)?).ok()?)
}

fn facts(response: &Value) -> ResponseFacts {
    let candidates = elements(response, "/candidates").iter();
    let parts = candidates.flat_map(|candidate| elements(candidate, "/content/parts"));
    ResponseFacts {
        model: text(response, "/modelVersion"),
        response_id: text(response, "/responseId"),
        usage: usage(response),
        finish_reason: finish_reason(response),
        tool_calls: parts.filter_map(tool_call).collect(),
        error: error_text(response),
        ..ResponseFacts::default()
    }
}

/// Why the answer ended, or why the prompt got none.
fn finish_reason(response: &Value) -> Option<String> {
    text(response, "/candidates/0/finishReason")
        .or_else(|| text(response, "/promptFeedback/blockReason"))
}

fn tool_call(part: &Value) -> Option<ToolCall> {
    let call = part.get("functionCall").filter(|call| call.is_object())?;
    Some(ToolCall {
        id: text(call, "/id").unwrap_or_default(),
        name: text(call, "/name").unwrap_or_default(),
        arguments: call.get("args").map(plain).unwrap_or_default(),
    })
}

fn usage(response: &Value) -> Option<Usage> {
    let usage = response
        .get("usageMetadata")
        .filter(|usage| usage.is_object())?;
    let cache_read = count(usage, "/cachedContentTokenCount");
    let reasoning = count(usage, "/thoughtsTokenCount");
    Some(Usage {
        // What a tool at Google's side found is prompt too, but not counted as such.
        input: count(usage, "/promptTokenCount")
            .saturating_sub(cache_read)
            .saturating_add(count(usage, "/toolUsePromptTokenCount")),
        output: count(usage, "/candidatesTokenCount").saturating_add(reasoning),
        cache_read,
        cache_write: 0,
        cache_write_1h: 0,
        reasoning,
    })
}
