//! JSON-RPC 2.0 messages as MCP uses them. The envelope is read; `params`, `result` and `data` stay the bytes they were.

mod id;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

pub use id::Id;
pub use write::{error, notification, request, response};

/// Error codes of JSON-RPC and of every protocol version.
pub mod code {
    pub const PARSE: i64 = -32_700;
    pub const INVALID_REQUEST: i64 = -32_600;
    pub const METHOD_NOT_FOUND: i64 = -32_601;
    pub const INVALID_PARAMS: i64 = -32_602;
    pub const INTERNAL: i64 = -32_603;
    /// What implementations used for anything of their own, such as a missing session.
    pub const SERVER: i64 = -32_000;
    /// Until 2025-11-25; since 2026-07-28 it is `INVALID_PARAMS`.
    pub const RESOURCE_NOT_FOUND: i64 = -32_002;
    pub const HEADER_MISMATCH: i64 = -32_020;
    pub const MISSING_CLIENT_CAPABILITY: i64 = -32_021;
    pub const UNSUPPORTED_PROTOCOL_VERSION: i64 = -32_022;
    /// In 2025-11-25 only.
    pub const URL_ELICITATION_REQUIRED: i64 = -32_042;
}

/// One message, borrowed from the bytes it came in.
#[derive(Debug)]
pub enum Message<'a> {
    Request {
        id: Id,
        method: Cow<'a, str>,
        params: Option<&'a RawValue>,
    },
    Notification {
        method: Cow<'a, str>,
        params: Option<&'a RawValue>,
    },
    Response {
        /// `None` where the peer could not tell which request it answers.
        id: Option<Id>,
        outcome: Result<&'a RawValue, RpcError>,
    },
}

/// The `error` member of a response.
#[derive(Clone, Debug, Serialize)]
pub struct RpcError {
    pub code: i64,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
}

/// What arrived in one piece: a message, or the batch that 2025-03-26 allowed.
#[derive(Debug)]
pub enum Batch<'a> {
    One(Message<'a>),
    Many(Vec<Result<Message<'a>, ParseError>>),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the message is not valid JSON: {0}")]
    NotJson(String),
    #[error("the message is JSON, but not a JSON-RPC object: {0}")]
    NotAnObject(String),
    #[error("the message does not say \"jsonrpc\":\"2.0\"")]
    Version,
    #[error("the message's `id` is neither a number nor a string")]
    Id,
    #[error("the message's `params` are neither an object nor an array")]
    Params,
    #[error("the message is neither a request, a notification nor a response")]
    Neither,
    #[error("the batch is empty")]
    EmptyBatch,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireError {
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

/// Keeps an explicit `null` apart from an absent member.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads one message.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>, ParseError> {
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        // Or an array of the members' values would be taken for the object.
        return Err(ParseError::NotAnObject("it is an array".to_owned()));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|error| fault(&error))?;
    message(envelope)
}

/// Reads a message or a batch of them.
pub fn parse_batch(bytes: &[u8]) -> Result<Batch<'_>, ParseError> {
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return parse(bytes).map(Batch::One);
    }
    let items: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| fault(&error))?;
    if items.is_empty() {
        return Err(ParseError::EmptyBatch);
    }
    let messages = items.into_iter().map(|item| parse(item.get().as_bytes()));
    Ok(Batch::Many(messages.collect()))
}

/// The `id` of a message that is otherwise unusable, to answer or to give up the right request.
pub fn id_of(bytes: &[u8]) -> Option<Id> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let only: OnlyId<'_> = serde_json::from_slice(bytes).ok()?;
    Id::from_raw(only.id)
}

fn fault(error: &serde_json::Error) -> ParseError {
    match error.classify() {
        serde_json::error::Category::Data => ParseError::NotAnObject(error.to_string()),
        _ => ParseError::NotJson(error.to_string()),
    }
}

fn message(envelope: Envelope<'_>) -> Result<Message<'_>, ParseError> {
    if envelope.jsonrpc.as_deref() != Some("2.0") {
        return Err(ParseError::Version);
    }
    let params = envelope.params.filter(|params| params.get() != "null");
    if params.is_some_and(|params| !params.get().starts_with(['{', '['])) {
        return Err(ParseError::Params);
    }
    match (envelope.method, envelope.result, envelope.error) {
        (Some(method), None, None) => Ok(match envelope.id {
            Some(id) => Message::Request {
                id: Id::from_raw(id).ok_or(ParseError::Id)?,
                method,
                params,
            },
            None => Message::Notification { method, params },
        }),
        (None, Some(result), None) => Ok(Message::Response {
            id: Some(response_id(envelope.id)?.ok_or(ParseError::Id)?),
            outcome: Ok(result),
        }),
        (None, None, Some(error)) => Ok(Message::Response {
            id: response_id(envelope.id)?,
            outcome: Err(RpcError::from_wire(error)),
        }),
        _ => Err(ParseError::Neither),
    }
}

fn response_id(raw: Option<&RawValue>) -> Result<Option<Id>, ParseError> {
    match raw {
        None => Ok(None),
        Some(raw) if raw.get() == "null" => Ok(None),
        Some(raw) => Id::from_raw(raw).map(Some).ok_or(ParseError::Id),
    }
}

impl RpcError {
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    #[must_use]
    pub fn with_data(mut self, data: Box<RawValue>) -> Self {
        self.data = Some(data);
        self
    }

    /// An error object may be anything; what is none still says in words what the peer meant.
    fn from_wire(raw: &RawValue) -> Self {
        match serde_json::from_str::<WireError>(raw.get()) {
            Ok(error) => Self {
                code: error.code,
                message: error.message,
                data: error.data,
            },
            Err(_) => Self::new(
                code::INTERNAL,
                format!(
                    "the server reported an error in a form that is none: {}",
                    excerpt(raw.get())
                ),
            ),
        }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.code)
    }
}

impl ParseError {
    /// What a peer that sent such a message is told.
    pub fn rpc(&self) -> RpcError {
        let code = match self {
            Self::NotJson(_) => code::PARSE,
            _ => code::INVALID_REQUEST,
        };
        RpcError::new(code, self.to_string())
    }
}

/// The beginning of a text that may be long, for an error message.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 200;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
