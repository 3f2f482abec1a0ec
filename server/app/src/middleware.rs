//! What every request passes: the Host and Origin check, security headers, timing.

#[cfg(test)]
mod tests;
mod trace;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::platform::Platform;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use url::Url;

/// Names this server answers to, and pages that may talk to it.
#[derive(Debug, Clone)]
pub(crate) struct Origins(Arc<Vec<Url>>);

impl Origins {
    pub(crate) fn new(own: &[&Url], trusted: &[String]) -> Self {
        let trusted = trusted.iter().filter_map(|origin| Url::parse(origin).ok());
        Self(Arc::new(
            own.iter().copied().cloned().chain(trusted).collect(),
        ))
    }

    /// A page of somebody else's that points a name of its own at this address (DNS rebinding) is refused by that
    /// name. An address, a name without a dot and the private top-level names can't be anybody's on the Internet.
    fn knows_host(&self, host: &str) -> bool {
        let name = host_name(host).trim_end_matches('.').to_ascii_lowercase();
        let private = ["localhost", "internal", "local", "svc", "cluster.local"];
        name.parse::<IpAddr>().is_ok()
            || !name.contains('.')
            || private
                .iter()
                .any(|suffix| name.ends_with(&format!(".{suffix}")))
            || self.0.iter().any(|origin| origin.host_str() == Some(&name))
    }

    /// Only web pages have an http(s) origin; editors and apps send others, or none.
    fn knows_origin(&self, origin: &str, host: &str) -> bool {
        let Some((_, authority)) = origin
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
        else {
            return origin != "null";
        };
        authority == host
            || self
                .0
                .iter()
                .any(|known| known.origin().ascii_serialization() == origin)
    }
}

/// Without the port; an IPv6 address without its brackets.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

pub(crate) async fn check_origin(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let host = text(request.headers(), &header::HOST)
        .or_else(|| Some(request.uri().authority()?.to_string()));
    let host = host.unwrap_or_default();
    if !origins.knows_host(&host) {
        return refuse(&format!(
            "This server does not answer to the name \"{}\". Use its address, or set ARCHESTRA_FRONTEND_URL, \
             ARCHESTRA_API_BASE_URL or ARCHESTRA_AUTH_ADDITIONAL_TRUSTED_ORIGINS to the name you use.",
            host_name(&host)
        ));
    }
    let origin = text(request.headers(), &header::ORIGIN);
    if let Some(origin) =
        origin.filter(|origin| changes(request.method()) && !origins.knows_origin(origin, &host))
        && !request.uri().path().starts_with(admin_api::SAML_ACS)
    {
        return refuse(&format!(
            "Pages of {origin} may not use this server. To allow them, add it to ARCHESTRA_AUTH_ADDITIONAL_TRUSTED_ORIGINS."
        ));
    }
    next.run(request).await
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn refuse(message: &str) -> Response {
    let body = json!({ "error": { "message": message, "type": "api_authorization_error" } });
    (StatusCode::FORBIDDEN, axum::Json(body)).into_response()
}

/// Scripts, styles and connections from here only.
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                   connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// For everything but the proxy, whose answers are the provider's.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What an API answers belongs to whoever asked, not to a cache.
pub(crate) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Asked all the time, by machines.
const UNWATCHED: [&str; 3] = ["/health", "/ready", "/metrics"];

/// Measures a request, and makes it a part of its caller's trace.
pub(crate) async fn time(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let watched = !matches!(*request.method(), Method::HEAD | Method::OPTIONS);
    let Some(route) = route.filter(|route| watched && !UNWATCHED.contains(&route.as_str())) else {
        return next.run(request).await;
    };
    let method = request.method().clone();
    let started = platform.clock.monotonic();
    let response = trace::traced(&platform.traces, route.as_str(), request, next).await;
    let took = platform.clock.monotonic() - started;
    platform.metrics.http_request(
        method.as_str(),
        route.as_str(),
        response.status().as_u16(),
        took,
    );
    response
}
