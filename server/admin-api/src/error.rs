//! What a caller of `/api` is told when something fails, and the one place that says it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::servers::ServerError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{0}")]
    Validation(String),
    #[error("{0}")]
    Unauthenticated(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("Nothing is served at this path. /openapi.json lists what is.")]
    NoSuchRoute,
    #[error("This path does not take this method. /openapi.json lists what it takes.")]
    NoSuchMethod,
    #[error("{0}")]
    Conflict(String),
    #[error("Too many failed attempts. Try again in {retry_after} seconds.")]
    Throttled { retry_after: u64 },
    #[error("Too many requests. Try again in {retry_after} seconds.")]
    TooMany { retry_after: u64 },
    #[error("This was changed since you read it. Read it again, then repeat your change.")]
    Changed,
    #[error("This Idempotency-Key was used for another request. Take a new one for each.")]
    KeyReused,
    #[error(
        "The first request with this Idempotency-Key is being answered. Ask again in a moment."
    )]
    InProgress,
    #[error("The request body is larger than this route takes.")]
    TooLarge,
    #[error(
        "The database is not reachable just now; it is being restarted. Try again in a moment."
    )]
    Unavailable,
    /// Something outside of this program does not answer as it should.
    #[error("{0}")]
    Upstream(String),
    #[error("Something went wrong on the server. The log has the details.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// `{"error":{"message","type"}}`
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Serialize, ToSchema)]
struct ErrorDetail {
    /// For people: what happened and what to do.
    message: String,
    /// For programs, for example `api_validation_error`.
    r#type: String,
}

impl ApiError {
    pub(crate) fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Validation(_) => (StatusCode::BAD_REQUEST, "api_validation_error"),
            Self::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, "api_authentication_error"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "api_authorization_error"),
            Self::NotFound(_) | Self::NoSuchRoute => (StatusCode::NOT_FOUND, "api_not_found_error"),
            Self::NoSuchMethod => (StatusCode::METHOD_NOT_ALLOWED, "api_validation_error"),
            Self::Conflict(_) | Self::InProgress => (StatusCode::CONFLICT, "api_conflict_error"),
            Self::Throttled { .. } | Self::TooMany { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "api_rate_limit_error")
            }
            Self::Changed => (StatusCode::PRECONDITION_FAILED, "api_precondition_error"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "api_idempotency_error"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "api_validation_error"),
            Self::Unavailable | Self::Upstream(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "api_unavailable_error")
            }
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "api_internal_server_error",
            ),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Throttled { retry_after } | Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable | Self::InProgress => Some(1),
            _ => None,
        }
    }
}

impl From<db::Error> for ApiError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable(_) => Self::Unavailable,
            db::Error::Conflict(_) => {
                Self::Conflict("This name is taken already. Choose another one.".into())
            }
            db::Error::Reference(_) => Self::Conflict(
                "Something that this refers to is not there, or something else still refers to it. Read both again.".into(),
            ),
            other if other.cannot_store() => Self::Validation(
                "Something that was sent can't be stored: a text with the character NUL, or a number beyond all ranges.".into(),
            ),
            other => Self::internal(other),
        }
    }
}

impl From<secrets::Error> for ApiError {
    fn from(error: secrets::Error) -> Self {
        match error {
            secrets::Error::Db(error) => error.into(),
            secrets::Error::Invalid(_) => Self::Validation(sentence(&error)),
            secrets::Error::NoVault => Self::Conflict(sentence(&error)),
            secrets::Error::Unavailable { .. }
            | secrets::Error::Refused { .. }
            | secrets::Error::Gone { .. } => Self::Upstream(sentence(&error)),
            other => Self::internal(other),
        }
    }
}

/// Whoever installs or asks a server can do something about all of these but the last two.
impl From<ServerError> for ApiError {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::NotFound => Self::NotFound("MCP server"),
            ServerError::Missing { .. } | ServerError::Invalid(_) | ServerError::Refused { .. } => {
                Self::Validation(sentence(&error))
            }
            ServerError::Forbidden(_) => Self::Forbidden(sentence(&error)),
            ServerError::Conflict(_)
            | ServerError::NotReady { .. }
            | ServerError::Reauthenticate { .. } => Self::Conflict(sentence(&error)),
            ServerError::Runtime { .. } | ServerError::Connect { .. } => {
                Self::Upstream(sentence(&error))
            }
            ServerError::Db(error) => error.into(),
            ServerError::Secrets(error) => error.into(),
        }
    }
}

/// Messages of other crates are parts of sentences.
pub(crate) fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let whole: String = first.chain(letters).collect();
    if whole.ends_with(['.', '!', '?']) {
        whole
    } else {
        format!("{whole}.")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(source) = &self {
            tracing::error!(error = %source, "a request failed");
        }
        let (status, kind) = self.kind();
        let detail = ErrorDetail {
            message: self.to_string(),
            r#type: kind.to_owned(),
        };
        let mut response = (status, Json(ErrorBody { error: detail })).into_response();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
