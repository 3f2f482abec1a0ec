//! `/metrics`, for those who know the token.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::platform::Platform;
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use subtle::ConstantTimeEq as _;

#[derive(Clone)]
pub(crate) struct MetricsState {
    pub(crate) platform: Arc<Platform>,
    pub(crate) secret: Option<SecretString>,
}

pub(crate) async fn metrics(State(state): State<MetricsState>, headers: HeaderMap) -> Response {
    if !allowed(state.secret.as_ref(), &headers) {
        let message = "Send ARCHESTRA_METRICS_SECRET as a bearer token.";
        let body = axum::Json(
            json!({ "error": { "message": message, "type": "api_authentication_error" } }),
        );
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            body,
        )
            .into_response();
    }
    match state.platform.metrics.encode(&state.platform.recorder) {
        Ok(text) => {
            let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, content_type)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn allowed(secret: Option<&SecretString>, headers: &HeaderMap) -> bool {
    let Some(secret) = secret else { return true };
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(secret.expose_secret().as_bytes())))
}
