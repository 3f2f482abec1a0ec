//! A failure of the proxy itself, before a dialect gives it its own wire shape.
//!
//! Errors of the upstream never pass through here: their status and body are relayed as they are.

/// What went wrong, said for the person who reads it in their client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProxyError {
    /// The HTTP status the client gets, and the code inside the body where the dialect has one.
    pub status: u16,
    pub kind: ErrorKind,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    InvalidRequest,
    Authentication,
    Permission,
    NotFound,
    TooLarge,
    RateLimited,
    /// Calls have cost as much as somebody allows them to.
    CostLimited,
    UpstreamUnreachable,
    UpstreamTimeout,
    /// The upstream answered with something that is not its own protocol, or stopped midway.
    UpstreamBroken,
    Unavailable,
    Internal,
}

impl ProxyError {
    /// An error with the usual status of its kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            status: kind.status(),
            kind,
            message: message.into(),
        }
    }
}

/// How clients tell a limit on costs from a provider's own limit on requests.
pub const COST_LIMITED: &str = "token_cost_limit_exceeded";

impl ErrorKind {
    pub const ALL: [Self; 12] = [
        Self::InvalidRequest,
        Self::Authentication,
        Self::Permission,
        Self::NotFound,
        Self::TooLarge,
        Self::RateLimited,
        Self::CostLimited,
        Self::UpstreamUnreachable,
        Self::UpstreamTimeout,
        Self::UpstreamBroken,
        Self::Unavailable,
        Self::Internal,
    ];

    pub fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::Authentication => 401,
            Self::Permission => 403,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::RateLimited | Self::CostLimited => 429,
            Self::UpstreamUnreachable | Self::UpstreamBroken => 502,
            Self::UpstreamTimeout => 504,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}
