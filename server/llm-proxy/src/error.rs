//! What can go wrong between a client and its provider, and how the client is told: in its own dialect.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use domain::limits::UsedUp;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use llm::dialect::Dialect;
use llm::error::{ErrorKind, ProxyError};

/// The messages are for the person at the client, so they say what to do and hold no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(
        "There is no agent with the id {0}. Copy the base URL again from the Connect page, or leave the id out to use the default agent."
    )]
    UnknownAgent(String),
    #[error("The path must not contain . or .. segments.")]
    PathClimbs,
    #[error("The request body is larger than the {} MB this server accepts (ARCHESTRA_API_BODY_LIMIT).", limit / 1_000_000)]
    BodyTooLarge { limit: usize },
    #[error("The request body came too slowly: {received} bytes in {seconds} s.")]
    BodyStalled { received: usize, seconds: u64 },
    #[error("The request body broke off: {0}")]
    BodyBroken(String),
    #[error(
        "No API key. Send a {provider} API key in this provider's usual header, or an Archestra API key (archestra_…) if this server has a {provider} key of its own."
    )]
    NoCredential { provider: &'static str },
    #[error(
        "This server calls Gemini through Vertex AI with its own credentials. Send an Archestra API key (archestra_…) instead of a Google one."
    )]
    VertexNeedsOurKey,
    #[error(
        "This Archestra API key is not known or has expired. Create one under Settings → API keys."
    )]
    InvalidKey,
    #[error(
        "This Archestra API key may not use this agent: it is other people's, or the key's role or scopes do not include profile:read. Use another agent, or ask an administrator."
    )]
    NotAllowed,
    #[error(
        "There is no {provider} key for this agent. Add one under Settings → Chat, set {variable} on the server, or send a {provider} API key."
    )]
    NoProviderKey {
        provider: &'static str,
        variable: String,
    },
    #[error("{used_up}: {link}")]
    UsedUp { used_up: UsedUp, link: String },
    #[error("In Vertex AI mode only models/… can be called; {0} is not there.")]
    NotOnVertex(String),
    #[error("This server could not get Google credentials for Vertex AI: {0}")]
    VertexCredentials(String),
    #[error("The key that this agent uses cannot be used: {0}")]
    ProviderKey(String),
    #[error("The server's base URL for this provider cannot be used: {0}")]
    BaseUrl(String),
    #[error("The upstream URL cannot be built from this path: {0}")]
    InvalidPath(String),
    #[error("{provider} could not be reached at {origin}: {cause}.")]
    Unreachable {
        provider: &'static str,
        origin: String,
        cause: String,
    },
    #[error("{provider} ended the connection before it answered: {cause}.")]
    NoAnswer {
        provider: &'static str,
        cause: String,
    },
    #[error("{provider} was silent for {} s, so the call was ended (ARCHESTRA_LLM_PROXY_UPSTREAM_TIMEOUT_MS).", silence.as_secs_f32())]
    Timeout {
        provider: &'static str,
        silence: Duration,
    },
    #[error("{provider} ended its stream in the middle of the answer.")]
    Unfinished { provider: &'static str },
    #[error("{provider} broke off in the middle of its answer: {cause}.")]
    BrokeOff {
        provider: &'static str,
        cause: String,
    },
}

impl Failure {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownAgent(_) | Self::NotOnVertex(_) => ErrorKind::NotFound,
            Self::PathClimbs
            | Self::BodyStalled { .. }
            | Self::BodyBroken(_)
            | Self::InvalidPath(_) => ErrorKind::InvalidRequest,
            Self::BodyTooLarge { .. } => ErrorKind::TooLarge,
            Self::NoCredential { .. } | Self::VertexNeedsOurKey | Self::InvalidKey => {
                ErrorKind::Authentication
            }
            Self::UsedUp { .. } => ErrorKind::CostLimited,
            Self::NotAllowed | Self::NoProviderKey { .. } => ErrorKind::Permission,
            Self::VertexCredentials(_) | Self::ProviderKey(_) => ErrorKind::Unavailable,
            Self::BaseUrl(_) => ErrorKind::Internal,
            Self::Unreachable { .. } => ErrorKind::UpstreamUnreachable,
            Self::NoAnswer { .. } | Self::BrokeOff { .. } | Self::Unfinished { .. } => {
                ErrorKind::UpstreamBroken
            }
            Self::Timeout { .. } => ErrorKind::UpstreamTimeout,
        }
    }

    /// Whose fault it was, in the words of the log.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::BodyBroken(_) => "client_left",
            Self::Unreachable { .. }
            | Self::NoAnswer { .. }
            | Self::BrokeOff { .. }
            | Self::Unfinished { .. }
            | Self::Timeout { .. } => "upstream_error",
            Self::VertexCredentials(_) | Self::ProviderKey(_) | Self::BaseUrl(_) => "proxy_error",
            _ => "client_error",
        }
    }

    pub(crate) fn proxy_error(&self) -> ProxyError {
        ProxyError::new(self.kind(), self.to_string())
    }

    pub(crate) fn answer(&self, dialect: &dyn Dialect) -> Response {
        let error = self.proxy_error();
        let mut response = Response::new(Body::from(dialect.error_body(&error)));
        *response.status_mut() =
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Self::UsedUp { used_up, .. } = self {
            let headers = response.headers_mut();
            // The SDKs of OpenAI and Anthropic would ask twice more within seconds, and be refused twice more.
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
            if let Some(seconds) = used_up.seconds() {
                headers.insert(RETRY_AFTER, seconds.into());
            }
        }
        response
    }
}

/// What lies at the bottom of an error; the layers above it say only that something failed.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
