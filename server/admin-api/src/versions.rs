//! Versions of objects: a read answers an `ETag`, and a change that names another one with `If-Match` is refused, so that
//! nobody writes over what they have not seen.
//!
//! The version is a digest of what a read says, without what changes by itself. Whoever names one waits for others who do.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::platform::Platform;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use std::fmt::Write as _;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::ApiError;
use crate::authenticate::Caller;
use crate::document::LONGEST_HEADER;

/// What no person changes.
const BY_ITSELF: [&str; 13] = [
    "exceeded",
    "lastActiveAt",
    "lastCleanup",
    "lastRequest",
    "lastUsedAt",
    "logs",
    "modelUsage",
    "percent",
    "resetsAt",
    "tools",
    "updatedAt",
    "usage",
    "used",
];
/// Each holds a connection while it makes its change with another.
const AT_ONCE: usize = 2;

#[derive(Clone)]
pub(crate) struct Versions {
    platform: Arc<Platform>,
    /// The paths that can be read and changed.
    paths: Arc<HashSet<String>>,
    /// The routes, for a caller who was let through already.
    routes: Router,
    at_once: Arc<Semaphore>,
}

impl Versions {
    pub(crate) fn new(platform: &Arc<Platform>, paths: HashSet<String>, routes: Router) -> Self {
        Self {
            platform: platform.clone(),
            paths: Arc::new(paths),
            routes,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    fn has(&self, request: &Request) -> bool {
        let path = request.extensions().get::<MatchedPath>();
        path.is_some_and(|path| self.paths.contains(path.as_str()))
    }

    /// What a read says now; none where there is nothing.
    async fn present(&self, read: Request) -> Result<Option<String>, ApiError> {
        let answer = self.routes.clone().oneshot(read).await;
        let answer = answer.map_err(ApiError::internal)?;
        if answer.status().is_client_error() {
            // The change will be told the same.
            return Ok(None);
        }
        if answer.status() != StatusCode::OK {
            return Err(ApiError::Unavailable);
        }
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        Ok(Some(tag(&body.map_err(ApiError::internal)?)))
    }
}

pub(crate) async fn check(
    State(versions): State<Versions>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !versions.has(&request) {
        return Ok(next.run(request).await);
    }
    if request.method() == Method::GET {
        return tagged(next.run(request).await).await;
    }
    let Some(wanted) = wanted(request.headers()) else {
        return Ok(next.run(request).await);
    };
    if wanted.is_empty() || wanted.len() > LONGEST_HEADER {
        return Err(ApiError::Validation(format!(
            "If-Match is the ETag that a read answered, of 1 to {LONGEST_HEADER} characters."
        )));
    }
    let path = request.uri().path().to_owned();
    let read = read(&request)?;
    let _turn = versions
        .at_once
        .acquire()
        .await
        .map_err(ApiError::internal)?;
    let _alone = db::versions::alone(&versions.platform.db, &path).await?;
    match versions.present(read).await? {
        Some(present) if !names(&wanted, &present) => Err(ApiError::Changed),
        _ => Ok(next.run(request).await),
    }
}

/// The read of what a change is about, by the same caller.
fn read(change: &Request) -> Result<Request, ApiError> {
    let mut read = Request::builder()
        .uri(change.uri().path())
        .body(Body::empty())
        .map_err(ApiError::internal)?;
    // Not all of them: what the router found in the path of the change would be taken for a part of this one's.
    if let Some(caller) = change.extensions().get::<Caller>() {
        read.extensions_mut().insert(caller.signed_in());
        read.extensions_mut().insert(caller.clone());
    }
    Ok(read)
}

async fn tagged(response: Response) -> Result<Response, ApiError> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if response.status() != StatusCode::OK || !is_json {
        return Ok(response);
    }
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(ApiError::internal)?;
    if let Ok(tag) = HeaderValue::from_str(&tag(&body)) {
        head.headers.insert(header::ETAG, tag);
    }
    Ok(Response::from_parts(head, Body::from(body)))
}

fn wanted(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(header::IF_MATCH)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// A proxy that compresses an answer marks its tag as weak; it names the same version.
fn names(wanted: &str, present: &str) -> bool {
    let mut tags = wanted
        .split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == present)
}

fn tag(body: &[u8]) -> String {
    let mut content: Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(fields) = content.as_object_mut() {
        fields.retain(|name, _| !BY_ITSELF.contains(&name.as_str()));
    }
    let digest = domain::api_keys::digest(&content.to_string());
    // Half of it tells any two versions apart.
    let mut tag = String::from("\"");
    for byte in &digest[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_by_itself_is_no_new_version() {
        let before = tag(br#"{"name":"a","lastUsedAt":null}"#);
        assert_eq!(
            before,
            tag(br#"{"name":"a","lastUsedAt":"2026-01-01T00:00:00Z"}"#)
        );
        assert_ne!(before, tag(br#"{"name":"b","lastUsedAt":null}"#));
    }

    #[test]
    fn one_of_several_tags_is_enough_weak_or_not() {
        assert!(names("\"a\", W/\"b\"", "\"b\""));
        assert!(names("*", "\"b\""));
        assert!(!names("\"a\"", "\"b\""));
    }
}
