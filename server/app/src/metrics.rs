//! `/metrics`, for those who know the token.

mod plain_text;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::platform::Platform;
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use subtle::ConstantTimeEq as _;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

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
    let Ok(text) = state.platform.metrics.encode(&state.platform) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let (content_type, text) = if wants_open_metrics(&headers) {
        (OPEN_METRICS, text)
    } else {
        (PLAIN_TEXT, plain_text::from_open_metrics(&text))
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::VARY, header::ACCEPT.as_str()),
    ];
    (headers, text).into_response()
}

/// Only where it is asked for, and not less than the older format: older collectors can't read it.
fn wants_open_metrics(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT);
    let ranges: Vec<(&str, f32)> = accept
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(media_range)
        .collect();
    let quality = |wanted: &str| {
        let of_wanted = ranges
            .iter()
            .filter(|(range, _)| range.eq_ignore_ascii_case(wanted));
        of_wanted.map(|(_, quality)| *quality).fold(0.0, f32::max)
    };
    let open = quality("application/openmetrics-text");
    open > 0.0 && open >= quality("text/plain")
}

/// The type and how much it is wanted (RFC 9110, 12.5.1).
fn media_range(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    (
        name,
        quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)),
    )
}

fn allowed(secret: Option<&SecretString>, headers: &HeaderMap) -> bool {
    let Some(secret) = secret else { return true };
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(secret.expose_secret().as_bytes())))
}
