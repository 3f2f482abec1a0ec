//! An OAuth 2.1 authorization server, so that a client's user signs in with a browser instead of pasting a token.
//!
//! Sources: MCP 2026-07-28 basic/authorization, RFC 8414 (metadata), 9728 (protected resources), 7591 (registration),
//! 7636 (PKCE), 8707 (resource), 9207 (iss), 7009 (revocation), and the draft for client ID metadata documents.

mod authorize;
mod client;
mod consent;
mod page;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::platform::Settings;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HOST};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::Gateway;

pub(crate) use client::Documents;

const BASE: &str = "/api/auth/oauth2";
const RESOURCE: &str = "/v1/mcp/";
/// The only scope there is: to use an agent as its user may.
const SCOPE: &str = "mcp";

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/.well-known/oauth-protected-resource", get(resource))
        .route(
            "/.well-known/oauth-protected-resource/v1/mcp/{agent}",
            get(resource_of_agent),
        )
        .route("/.well-known/oauth-authorization-server", get(server))
        // Where clients of 2025 look first.
        .route(
            "/.well-known/oauth-authorization-server/v1/mcp/{agent}",
            get(server),
        )
        .route(&format!("{BASE}/authorize"), get(authorize::authorize))
        .route(&format!("{BASE}/consent"), post(consent::decide))
        .route(&format!("{BASE}/token"), post(token::token))
        .route(&format!("{BASE}/register"), post(client::register))
        .route(&format!("{BASE}/revoke"), post(token::revoke))
}

/// What a 401 points to.
pub(crate) fn resource_metadata_url(gateway: &Gateway, headers: &HeaderMap, agent: &str) -> String {
    let origin = origin(&gateway.platform.settings, headers);
    format!("{origin}/.well-known/oauth-protected-resource{RESOURCE}{agent}")
}

async fn resource(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    let origin = origin(&gateway.platform.settings, &headers);
    let resource = format!("{origin}/v1/mcp");
    metadata(&protected(&origin, &resource))
}

async fn resource_of_agent(
    State(gateway): State<Arc<Gateway>>,
    Path(agent): Path<String>,
    headers: HeaderMap,
) -> Response {
    let origin = origin(&gateway.platform.settings, &headers);
    metadata(&protected(&origin, &format!("{origin}{RESOURCE}{agent}")))
}

fn protected(origin: &str, resource: &str) -> Value {
    json!({
        "resource": resource,
        "authorization_servers": [origin],
        "bearer_methods_supported": ["header"],
        "scopes_supported": [SCOPE],
        "resource_name": "Archestra",
    })
}

async fn server(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    let origin = origin(&gateway.platform.settings, &headers);
    metadata(&json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}{BASE}/authorize"),
        "token_endpoint": format!("{origin}{BASE}/token"),
        "registration_endpoint": format!("{origin}{BASE}/register"),
        "revocation_endpoint": format!("{origin}{BASE}/revoke"),
        "scopes_supported": [SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// Open to every page: it says nothing that is not public.
fn metadata(document: &Value) -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CACHE_CONTROL, "max-age=300"),
    ];
    (headers, Json(document)).into_response()
}

/// An error in the form of RFC 6749, section 5.2.
fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// This server as the request addressed it: a client insists that the resource is the URL it has used. The name has been
/// checked before (Host).
fn origin(settings: &Settings, headers: &HeaderMap) -> String {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let Some(host) = headers.get(HOST).and_then(text) else {
        return settings.api_base_url.clone();
    };
    let own = [&settings.api_base_url, &settings.frontend_url];
    let own = own
        .into_iter()
        .find(|own| authority(own).as_deref() == Some(host.as_str()));
    if let Some(own) = own {
        return Url::parse(own)
            .map_or_else(|_| own.clone(), |own| own.origin().ascii_serialization());
    }
    let forwarded = headers
        .get("x-forwarded-proto")
        .filter(|_| settings.trust_proxy)
        .and_then(text);
    let scheme = if forwarded.as_deref() == Some("https") {
        "https"
    } else {
        "http"
    };
    format!("{scheme}://{host}")
}

fn authority(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
