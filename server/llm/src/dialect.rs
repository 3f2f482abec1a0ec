//! The plug-in point for wire formats: what every dialect can say about bytes.
//!
//! A dialect never changes what passes through the proxy. It reads facts out of requests and
//! responses and writes errors that the dialect's own SDKs raise.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::error::ProxyError;
use crate::usage::Usage;

/// A wire format. Reading never fails: what cannot be read is left at its default.
pub trait Dialect: Send + Sync {
    /// Reads a request body, skipping what is not asked for; may be cut off anywhere.
    fn read_request(&self, body: &[u8]) -> RequestFacts;

    /// Reads a whole JSON body, of success or of failure.
    fn read_response(&self, body: &[u8]) -> ResponseFacts;

    /// Reads the raw bytes of a stream, complete or not, and puts its parts together again.
    /// Costs a parse of every event, so it belongs off the hot path.
    fn read_stream(&self, raw: &[u8]) -> ResponseFacts;

    /// The JSON body of an error answer.
    fn error_body(&self, error: &ProxyError) -> Bytes;

    /// What ends a stream that can't go on, so that the dialect's SDKs raise an error. It begins
    /// with the line ends that close a half-sent event.
    fn error_event(&self, error: &ProxyError) -> Bytes;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFacts {
    pub model: Option<String>,
    pub stream: bool,
    pub user: Option<String>,
    pub session: Option<Session>,
    /// The tools the client declares, built-in ones by their type.
    pub tool_names: Vec<String>,
}

/// The conversation a request says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    /// The field of the body it was read from, for example `metadata.user_id`.
    pub source: &'static str,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ResponseFacts {
    pub model: Option<String>,
    pub response_id: Option<String>,
    pub usage: Option<Usage>,
    /// The dialect's own word, of the first choice or candidate.
    pub finish_reason: Option<String>,
    /// The calls the client is asked to make; tools the provider runs itself are not among them.
    pub tool_calls: Vec<ToolCall>,
    /// The provider's own words, or what is wrong with the bytes.
    pub error: Option<String>,
    /// The end the dialect defines was seen: the end marker of a stream, the end of a JSON body.
    pub complete: bool,
    /// Of a stream: the body the same call would have answered without streaming.
    pub assembled: Option<Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// As sent: JSON text, or free text for tools that take it.
    pub arguments: String,
}
