//! What a caller of `/api/chat` is told when something fails: `{"error":{"message","type"}}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    #[error("{0}")]
    Invalid(String),
    #[error("Sign in, or send an API key in the Authorization header.")]
    Unauthenticated,
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error(
        "This conversation is being answered already. Wait for the end of the answer, or stop it first."
    )]
    Busy,
    #[error("{0}")]
    Conflict(String),
    /// No key, no local model: said with what would do.
    #[error("{0}")]
    NoKey(String),
    #[error(
        "The database is not reachable just now; it is being restarted. Try again in a moment."
    )]
    Unavailable,
    #[error("Something went wrong on the server. The log has the details.")]
    Internal(#[source] db::Error),
}

impl From<db::Error> for ChatError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable(_) => Self::Unavailable,
            error if db::conversations::is_busy(&error) => Self::Busy,
            error if error.cannot_store() => Self::Invalid(
                "Something that was sent can't be stored: a text with the character NUL, or a number beyond all ranges.".to_owned(),
            ),
            error => Self::Internal(error),
        }
    }
}

impl ChatError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "api_validation_error"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "api_authentication_error"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "api_not_found_error"),
            Self::Busy | Self::Conflict(_) => (StatusCode::CONFLICT, "api_conflict_error"),
            Self::NoKey(_) => (StatusCode::CONFLICT, "chat_no_key"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "api_unavailable_error"),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "api_internal_server_error",
            ),
        }
    }
}

impl IntoResponse for ChatError {
    fn into_response(self) -> Response {
        if let Self::Internal(source) = &self {
            tracing::error!(error = %source, "a request to the chat failed");
        }
        let (status, kind) = self.kind();
        let body = json!({ "error": { "message": self.to_string(), "type": kind } });
        let mut response = (status, Json(body)).into_response();
        if matches!(self, Self::Unavailable) {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
