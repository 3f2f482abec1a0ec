//! Calls of our own routes, in process: what a file changes passes the same permissions, checks and audit log as what a
//! person changes.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use domain::platform::Platform;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::ApiError;
use crate::authenticate::Caller;

const MOST: usize = 256 * 1024 * 1024;

pub(super) struct Calls {
    router: Router,
    caller: Caller,
}

impl Calls {
    pub(super) fn new(platform: &Arc<Platform>, caller: Caller) -> Self {
        let router = crate::authorised(platform);
        Self { router, caller }
    }

    /// What a route shows; null if it is not for this caller.
    pub(super) async fn see(&self, path: &str) -> Result<Value, ApiError> {
        match self.send(&Method::GET, path, None).await {
            Err(ApiError::Forbidden(_)) => Ok(Value::Null),
            seen => seen,
        }
    }

    /// What the route answers, if it does what it was asked.
    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        let content = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(content)
            .map_err(ApiError::internal)?;
        request.extensions_mut().insert(self.caller.clone());
        request.extensions_mut().insert(self.caller.signed_in());
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = to_bytes(response.into_body(), MOST).await;
        let bytes = bytes.map_err(ApiError::internal)?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status == StatusCode::OK {
            return Ok(answer);
        }
        let message = answer["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Err(match status {
            StatusCode::FORBIDDEN => ApiError::Forbidden(message),
            StatusCode::CONFLICT => ApiError::Conflict(message),
            StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable,
            _ => ApiError::Validation(message),
        })
    }
}
