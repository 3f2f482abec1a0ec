//! What a client has sent: the messages of a body, and which era of the protocol they speak.
//!
//! Until 2025-11-25 a client says once, in `initialize`, what it is; since 2026-07-28 every request says so itself, in its
//! `_meta` and in headers that must agree with it.

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{ACCEPT, HeaderName};
use http::{HeaderMap, HeaderValue};
use http_body_util::LengthLimitError;
use mcp::era::{Era, ProtocolVersion, headers, meta, method};
use mcp::jsonrpc::{self, Batch, Id, Message, ParseError, RpcError};
use mcp::object::Object;
use serde_json::value::RawValue;

use crate::error::Failure;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message that belongs to nobody's buffer.
#[derive(Debug)]
pub(crate) enum Incoming {
    Request(Request),
    Notification {
        method: String,
        params: Option<Box<RawValue>>,
    },
    Response {
        id: Option<Id>,
        outcome: Result<Box<RawValue>, RpcError>,
    },
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: Id,
    pub(crate) method: String,
    pub(crate) params: Option<Box<RawValue>>,
}

#[derive(Debug)]
pub(crate) enum Messages {
    One(Incoming),
    Many(Vec<Result<Incoming, ParseError>>),
}

/// How a message is meant to be understood.
#[derive(Debug)]
pub(crate) enum Speech {
    Legacy,
    Stateless(Stateless),
}

/// What a request of 2026-07-28 says of its client.
#[derive(Debug)]
pub(crate) struct Stateless {
    pub(crate) capabilities: Box<RawValue>,
    pub(crate) client: Option<String>,
    pub(crate) log_level: Option<String>,
}

pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Failure> {
    let reading = axum::body::to_bytes(body, limit);
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error))
            if error
                .source()
                .is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) =>
        {
            Err(Failure::BodyTooLarge { limit })
        }
        _ => Err(Failure::BodyBroken),
    }
}

pub(crate) fn parse(body: &[u8]) -> Result<Messages, Failure> {
    let batch = jsonrpc::parse_batch(body).map_err(Failure::Message)?;
    Ok(match batch {
        Batch::One(message) => Messages::One(Incoming::from(message)),
        Batch::Many(messages) => Messages::Many(
            messages
                .into_iter()
                .map(|message| message.map(Incoming::from))
                .collect(),
        ),
    })
}

impl From<Message<'_>> for Incoming {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Request { id, method, params } => Self::Request(Request {
                id,
                method: method.into_owned(),
                params: params.map(ToOwned::to_owned),
            }),
            Message::Notification { method, params } => Self::Notification {
                method: method.into_owned(),
                params: params.map(ToOwned::to_owned),
            },
            Message::Response { id, outcome } => Self::Response {
                id,
                outcome: outcome.map(ToOwned::to_owned),
            },
        }
    }
}

/// Whether an answer may come as a stream of events.
pub(crate) fn accepts_events(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|accept| {
        accept
            .to_str()
            .is_ok_and(|accept| accept.contains("text/event-stream"))
    })
}

/// A request's era, with everything checked that its era asks of it.
pub(crate) fn speech(headers: &HeaderMap, request: &Request) -> Result<Speech, Failure> {
    let said = Object::parse_or_empty(request.params.as_deref());
    let meta = said.object("_meta").unwrap_or_default();
    let header = headers.get(&headers::PROTOCOL_VERSION).map(text);
    let body = meta.text(meta::PROTOCOL_VERSION);
    match (header, body) {
        (None, None) if request.method == method::DISCOVER => {
            Err(Failure::MetaMissing(meta::PROTOCOL_VERSION))
        }
        (None, None) => Ok(Speech::Legacy),
        (Some(header), None) => match header.parse::<ProtocolVersion>() {
            Ok(version) if version.era() == Era::Legacy => Ok(Speech::Legacy),
            Ok(_) => Err(Failure::MetaMissing(meta::PROTOCOL_VERSION)),
            // A handshake negotiates the version, so its header may name one that is not known here.
            Err(_) if request.method == method::INITIALIZE => Ok(Speech::Legacy),
            Err(unknown) => Err(Failure::UnsupportedVersion {
                requested: unknown.0,
            }),
        },
        (header, Some(body)) => {
            agree(&headers::PROTOCOL_VERSION, header.as_deref(), &body)?;
            if body != ProtocolVersion::V2026_07_28.as_str() {
                return Err(Failure::UnsupportedVersion { requested: body });
            }
            stateless(headers, request, &meta)
        }
    }
}

fn stateless(headers: &HeaderMap, request: &Request, meta: &Object<'_>) -> Result<Speech, Failure> {
    let capabilities = meta
        .get(meta::CLIENT_CAPABILITIES)
        .filter(|capabilities| capabilities.get().starts_with('{'))
        .ok_or(Failure::MetaMissing(meta::CLIENT_CAPABILITIES))?;
    let method = headers.get(&headers::METHOD).map(text);
    agree(&headers::METHOD, method.as_deref(), &request.method)?;
    if let Some(name) = headers::routing_name(&request.method, request.params.as_deref()) {
        let header = headers.get(&headers::NAME).and_then(decoded);
        agree(&headers::NAME, header.as_deref(), &name)?;
    }
    let info = meta.object(meta::CLIENT_INFO);
    Ok(Speech::Stateless(Stateless {
        capabilities: capabilities.to_owned(),
        client: info.and_then(|info| info.text("name")),
        log_level: meta.text(meta::LOG_LEVEL),
    }))
}

fn agree(name: &HeaderName, header: Option<&str>, body: &str) -> Result<(), Failure> {
    match header {
        Some(header) if header == body => Ok(()),
        Some(header) => Err(Failure::HeaderMismatch(format!(
            "Header mismatch: {name} says \"{header}\", the body says \"{body}\"."
        ))),
        None => Err(Failure::HeaderMismatch(format!(
            "Header mismatch: {name} is missing or damaged; the body says \"{body}\"."
        ))),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

fn decoded(value: &HeaderValue) -> Option<String> {
    // Space around a value is not a part of it (RFC 9110, section 5.5).
    let trimmed = HeaderValue::from_bytes(value.as_bytes().trim_ascii()).ok()?;
    headers::decode(&trimmed)
}

/// The parameters that a tool's schema wants in headers as well, as far as the arguments give them.
pub(crate) fn check_param_headers(
    headers: &HeaderMap,
    wanted: &[headers::ParamHeader],
    arguments: &serde_json::Value,
) -> Result<(), Failure> {
    for wanted in wanted {
        let given = headers.get(&wanted.name);
        let Some(right) = headers::param_value(arguments, wanted) else {
            if given.is_some() {
                return Err(Failure::HeaderMismatch(format!(
                    "Header mismatch: {} is given, but not the argument that it repeats.",
                    wanted.name
                )));
            }
            continue;
        };
        let right = headers::decode(&right).unwrap_or_default();
        agree(&wanted.name, given.and_then(decoded).as_deref(), &right)?;
    }
    Ok(())
}
