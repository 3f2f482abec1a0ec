//! What can go wrong between this server and one behind it, by what the caller can do about it.

use std::time::Duration;

use http::StatusCode;

use crate::guard::Refused;
use crate::jsonrpc::RpcError;
use crate::oauth::Challenge;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The server's own answer: hand it on.
    #[error("the server answered with an error: {0}")]
    Rpc(RpcError),
    /// A token is missing, has expired or was withdrawn: refresh it or authenticate.
    #[error("the server wants authentication (HTTP {status}){}", reason(challenge.as_deref()))]
    Unauthorized {
        status: StatusCode,
        challenge: Option<Box<Challenge>>,
    },
    /// The token is valid and not enough: with `insufficient_scope` in the challenge, authorise again for more.
    #[error("the server refused access (HTTP {status}){}", reason(challenge.as_deref()))]
    Forbidden {
        status: StatusCode,
        challenge: Option<Box<Challenge>>,
    },
    #[error(transparent)]
    Address(#[from] Refused),
    #[error("no connection to {origin}: {cause}")]
    Unreachable { origin: String, cause: String },
    #[error("the server did not answer `{method}` within {} s", after.as_secs_f32())]
    TimedOut { method: String, after: Duration },
    #[error("the call was cancelled by its caller")]
    Cancelled,
    /// The connection is over; a new one may work.
    #[error("the connection to the server has ended: {cause}")]
    Closed { cause: String },
    #[error("the server answered HTTP {status}: {}", if body.is_empty() { "without a body" } else { body })]
    Http { status: StatusCode, body: String },
    #[error("the server's answer is not MCP: {cause}")]
    Protocol { cause: String },
    #[error("the server's answer is longer than the {limit} bytes allowed")]
    TooLarge { limit: usize },
    #[error("no protocol version in common with the server: {cause}")]
    Negotiation { cause: String },
}

impl Error {
    /// Whether the same call may work over a new connection.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Closed { .. } | Self::Unreachable { .. })
    }

    pub(crate) fn protocol(cause: impl Into<String>) -> Self {
        Self::Protocol {
            cause: cause.into(),
        }
    }

    pub(crate) fn closed(cause: impl Into<String>) -> Self {
        Self::Closed {
            cause: cause.into(),
        }
    }
}

fn reason(challenge: Option<&Challenge>) -> String {
    let description = challenge.and_then(|challenge| {
        let text = challenge.error_description.as_ref();
        text.or(challenge.error.as_ref())
    });
    description.map_or_else(String::new, |text| format!(": {text}"))
}

/// An error with all its causes, which HTTP libraries tell only one by one.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
