//! The error object all of `OpenAI`'s formats share: `{"error":{message,type,param,code}}`.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::error::{COST_LIMITED, ErrorKind, ProxyError};

pub(super) fn body(error: &ProxyError) -> Bytes {
    Bytes::from(json!({ "error": object(error) }).to_string())
}

pub(super) fn object(error: &ProxyError) -> Value {
    json!({
        "message": error.message,
        "type": error_type(error.kind),
        "param": null,
        "code": code(error.kind),
    })
}

/// `OpenAI`'s SDKs choose the class of the error by the status alone; the type is for people and logs.
fn error_type(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::TooLarge => "invalid_request_error",
        ErrorKind::Authentication => "authentication_error",
        ErrorKind::Permission => "permission_error",
        ErrorKind::NotFound => "not_found",
        ErrorKind::RateLimited | ErrorKind::CostLimited => "rate_limit_exceeded",
        ErrorKind::UpstreamUnreachable
        | ErrorKind::UpstreamTimeout
        | ErrorKind::UpstreamBroken
        | ErrorKind::Unavailable
        | ErrorKind::Internal => "server_error",
    }
}

pub(super) fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest => "invalid_request",
        ErrorKind::Authentication => "invalid_api_key",
        ErrorKind::Permission => "permission_denied",
        ErrorKind::NotFound => "not_found",
        ErrorKind::TooLarge => "request_too_large",
        ErrorKind::RateLimited => "rate_limit_exceeded",
        ErrorKind::CostLimited => COST_LIMITED,
        ErrorKind::UpstreamUnreachable => "upstream_unreachable",
        ErrorKind::UpstreamTimeout => "upstream_timeout",
        ErrorKind::UpstreamBroken => "upstream_broken",
        ErrorKind::Unavailable => "service_unavailable",
        ErrorKind::Internal => "internal_error",
    }
}
