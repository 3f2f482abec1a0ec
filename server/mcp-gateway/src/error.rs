//! What can go wrong between a client and the servers behind its agent, and how the client is told: in JSON-RPC.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use domain::limits::UsedUp;
use domain::metrics::Blocked;
use domain::servers::ServerError;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use mcp::era::ProtocolVersion;
use mcp::error::Error as UpstreamError;
use mcp::jsonrpc::{self, Id, ParseError, RpcError, code};
use mcp::object::raw;
use serde_json::json;
use uuid::Uuid;

/// The messages are for the person at the client, so they say what to do and hold no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(
        "There is no agent with the id {0}. Copy the gateway's URL again from the Connect page."
    )]
    UnknownAgent(String),
    #[error(
        "No token. Send `Authorization: Bearer <token>` with a personal, team or organization token from the Connect page."
    )]
    NoToken,
    #[error(
        "This token is not known, has expired or was rotated. Copy the current one from the Connect page."
    )]
    InvalidToken,
    #[error("This token may not use the agent \"{agent}\": {reason}.")]
    NotAllowed { agent: String, reason: &'static str },
    #[error("The request body is larger than the {} MB this server accepts (ARCHESTRA_API_BODY_LIMIT).", limit / 1_000_000)]
    BodyTooLarge { limit: usize },
    #[error("The request body came too slowly or broke off.")]
    BodyBroken,
    #[error("{0}")]
    Message(ParseError),
    #[error("Batches exist in protocol version 2025-03-26 only.")]
    Batch,
    #[error("This session has ended or is not known here. Send `initialize` again.")]
    NoSession,
    #[error(
        "{0} needs a session: send `initialize` first and its Mcp-Session-Id with every request."
    )]
    SessionNeeded(String),
    #[error("{0}")]
    HeaderMismatch(String),
    #[error("Protocol version {requested} is not supported.")]
    UnsupportedVersion { requested: String },
    #[error("The request's params._meta must have \"{0}\".")]
    MetaMissing(&'static str),
    #[error("Method not found: {0}")]
    MethodNotFound(String),
    #[error("{0}")]
    InvalidParams(String),
    #[error("Unknown tool: {0}")]
    UnknownTool(String),
    #[error("Unknown prompt: {0}")]
    UnknownPrompt(String),
    #[error("Resource not found: {0}")]
    UnknownResource(String),
    #[error(
        "The tool {tool} has changed since it was approved, so it is paused until someone has looked at the change: {link}"
    )]
    Paused { tool: String, link: String },
    #[error("The call of {tool} was refused, and nothing was called: {why}.")]
    Refused { tool: String, why: String },
    #[error(
        "The call of {tool} needs a person's approval{why}, which only the chat can ask for. Call it from there, or have the policy changed."
    )]
    NeedsApproval { tool: String, why: String },
    #[error("{used_up}: {link}")]
    UsedUp { used_up: UsedUp, link: String },
    #[error(
        "{server} is not installed for you, your team or your organization, so there are no credentials to call it with. Set it up here, then call again: {link}"
    )]
    NotInstalled { server: String, link: String },
    #[error("{0}")]
    Server(#[from] ServerError),
    #[error("{server}: {error}.")]
    Upstream {
        server: String,
        error: UpstreamError,
    },
    #[error(
        "{server} did not answer {method} within {} s (ARCHESTRA_MCP_GATEWAY_TOOL_CALL_TIMEOUT_MS), so the call was ended.", after.as_secs_f32()
    )]
    TimedOut {
        server: String,
        method: String,
        after: Duration,
    },
    #[error("The client cancelled the request.")]
    Cancelled,
    #[error(
        "The call that this answers is no longer waiting. Call again from the start, without requestState."
    )]
    StateUnknown,
    #[error(
        "The response modifier of {tool} does not work, so its result is not shown: {cause}. Correct it in the agent's tools."
    )]
    Modifier { tool: String, cause: String },
    #[error("{0}")]
    Builtin(String),
    #[error("The database does not answer, so this cannot be done now. Try again in a moment.")]
    Database(#[from] db::Error),
}

impl Failure {
    /// What a model can react to comes back as a tool's result, not as an error of the protocol.
    pub(crate) fn is_for_the_model(&self) -> bool {
        matches!(
            self,
            Self::Paused { .. }
                | Self::Refused { .. }
                | Self::NeedsApproval { .. }
                | Self::UsedUp { .. }
                | Self::NotInstalled { .. }
                | Self::Builtin(_)
                | Self::Modifier { .. }
                | Self::Server(ServerError::Reauthenticate { .. } | ServerError::Missing { .. })
        )
    }

    /// Whether a guardrail stood in the way, and which.
    pub(crate) fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::Refused { .. } => Some(Blocked::Policy),
            Self::NeedsApproval { .. } => Some(Blocked::Approval),
            Self::Paused { .. } => Some(Blocked::Changed),
            _ => None,
        }
    }

    /// Where a person can mend it.
    pub(crate) fn link(&self) -> Option<&str> {
        match self {
            Self::Paused { link, .. }
            | Self::UsedUp { link, .. }
            | Self::NotInstalled { link, .. } => Some(link),
            Self::Server(error) => error.link(),
            _ => None,
        }
    }

    pub(crate) fn rpc(&self) -> RpcError {
        match self {
            Self::Message(error) => error.rpc(),
            Self::Upstream {
                error: UpstreamError::Rpc(error),
                ..
            } => error.clone(),
            Self::UnsupportedVersion { requested } => {
                let data = json!({ "supported": [ProtocolVersion::LATEST.as_str()], "requested": requested });
                RpcError::new(self.code(), self.to_string()).with_data(raw(&data))
            }
            Self::UnknownResource(uri) => {
                RpcError::new(self.code(), self.to_string()).with_data(raw(&json!({ "uri": uri })))
            }
            _ => {
                let error = RpcError::new(self.code(), self.to_string());
                match self.link() {
                    Some(link) => error.with_data(raw(&json!({ "link": link }))),
                    None => error,
                }
            }
        }
    }

    fn code(&self) -> i64 {
        match self {
            Self::UnknownAgent(_)
            | Self::NoToken
            | Self::InvalidToken
            | Self::NotAllowed { .. }
            | Self::BodyTooLarge { .. }
            | Self::BodyBroken
            | Self::NoSession
            | Self::SessionNeeded(_) => code::SERVER,
            Self::Batch => code::INVALID_REQUEST,
            Self::HeaderMismatch(_) => code::HEADER_MISMATCH,
            Self::UnsupportedVersion { .. } => code::UNSUPPORTED_PROTOCOL_VERSION,
            Self::MethodNotFound(_) => code::METHOD_NOT_FOUND,
            Self::MetaMissing(_)
            | Self::InvalidParams(_)
            | Self::UnknownTool(_)
            | Self::UnknownPrompt(_)
            | Self::UnknownResource(_)
            | Self::StateUnknown => code::INVALID_PARAMS,
            _ => code::INTERNAL,
        }
    }

    /// `stateless`: the client speaks 2026-07-28, which ties some errors to a status.
    pub(crate) fn status(&self, stateless: bool) -> StatusCode {
        match self {
            Self::NoToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::NotAllowed { .. } => StatusCode::FORBIDDEN,
            Self::UnknownAgent(_) | Self::NoSession => StatusCode::NOT_FOUND,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyBroken
            | Self::Message(_)
            | Self::Batch
            | Self::SessionNeeded(_)
            | Self::MetaMissing(_) => StatusCode::BAD_REQUEST,
            _ if stateless => stateless_status(self.rpc().code),
            Self::UnsupportedVersion { .. } | Self::HeaderMismatch(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }

    pub(crate) fn answer(&self, id: Option<&Id>, stateless: bool) -> Response {
        json_response(
            self.status(stateless),
            jsonrpc::error(id, &self.rpc()).into(),
        )
    }
}

/// Source: specification 2026-07-28, basic/transports/streamable-http.
pub(crate) fn stateless_status(error: i64) -> StatusCode {
    match error {
        code::METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        code::HEADER_MISMATCH
        | code::MISSING_CLIENT_CAPABILITY
        | code::UNSUPPORTED_PROTOCOL_VERSION => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

pub(crate) fn json_response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The form in which a person installs what a call lacks.
pub(crate) fn install_link(frontend: &str, catalog_id: Option<Uuid>) -> String {
    match catalog_id {
        Some(id) => format!("{frontend}/catalog?install={id}"),
        None => format!("{frontend}/catalog"),
    }
}
