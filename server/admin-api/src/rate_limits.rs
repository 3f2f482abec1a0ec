//! How many requests a minute one caller may make of this process. A credential counts for itself; whoever has none, or a
//! wrong one, counts by address, and so does signing in.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::platform::Platform;
use http::{HeaderMap, HeaderValue};

use crate::ApiError;
use crate::authenticate::Caller;
use crate::extract::ClientAddress;

const MINUTE: i64 = 60;
/// Where a sign-in begins or goes on.
const SIGN_IN: [&str; 5] = [
    "/api/auth/sign-in/email",
    "/api/auth/sign-in/sso",
    "/api/auth/sign-up/email",
    "/api/auth/two-factor/verify-totp",
    "/api/auth/two-factor/verify-backup-code",
];

#[derive(Debug, Clone)]
pub(crate) struct RateLimits {
    platform: Arc<Platform>,
    /// What was asked for in the present minute, by caller.
    counts: Arc<Mutex<Window>>,
}

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    counts: HashMap<String, u32>,
}

/// What is left of a minute.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    limit: u32,
    remaining: u32,
    /// Seconds until all of it is there again.
    reset: i64,
    is_over: bool,
}

impl RateLimits {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
            counts: Arc::default(),
        }
    }

    /// One more of this caller's; none where there is no limit.
    fn take(&self, who: String, limit: u32) -> Option<Left> {
        let now = self.platform.clock.now();
        let mut window = self.counts.lock().ok()?;
        (limit > 0).then(|| window.take(now, who, limit))
    }
}

impl Window {
    fn take(&mut self, now: DateTime<Utc>, who: String, limit: u32) -> Left {
        let minute = now.timestamp().div_euclid(MINUTE);
        if self.minute != minute {
            // So nobody is remembered for longer than a minute.
            self.counts.clear();
            self.minute = minute;
        }
        let count = self.counts.entry(who).or_default();
        *count = count.saturating_add(1);
        Left {
            limit,
            remaining: limit.saturating_sub(*count),
            reset: MINUTE - now.timestamp().rem_euclid(MINUTE),
            is_over: *count > limit,
        }
    }
}

/// For a caller who is known. It is asked after the credential, so that nobody can use up somebody else's share.
pub(crate) async fn of_caller(
    axum::extract::State(limits): axum::extract::State<RateLimits>,
    request: Request,
    next: Next,
) -> Response {
    let caller = request.extensions().get::<Caller>();
    let credential = caller.and_then(|caller| caller.session_id().or(caller.key_id));
    let Some(credential) = credential else {
        return next.run(request).await;
    };
    let limit = limits.platform.settings.api_rate_limit;
    let left = limits.take(credential.to_string(), limit);
    counted(left, request, next).await
}

/// For whoever is not known, before anything else is done for them: by address. Of a request with a credential that is good
/// the count is given back by never being made: it answers 401 for a bad one only, and only those are counted.
pub(crate) async fn of_address(
    axum::extract::State(limits): axum::extract::State<RateLimits>,
    request: Request,
    next: Next,
) -> Response {
    let settings = &limits.platform.settings;
    let address = ClientAddress::of(&limits.platform, request.headers(), request.extensions());
    let address = address.text().unwrap_or_default();
    let path = request.extensions().get::<MatchedPath>();
    if path.is_some_and(|path| SIGN_IN.contains(&path.as_str())) {
        let left = limits.take(format!("sign-in {address}"), settings.auth_rate_limit);
        return counted(left, request, next).await;
    }
    let response = next.run(request).await;
    if response.status() != http::StatusCode::UNAUTHORIZED {
        return response;
    }
    match limits.take(address, settings.api_rate_limit) {
        Some(left) if left.is_over => refused(&left),
        left => with_headers(left.as_ref(), response),
    }
}

async fn counted(left: Option<Left>, request: Request, next: Next) -> Response {
    match left {
        Some(left) if left.is_over => refused(&left),
        left => with_headers(left.as_ref(), next.run(request).await),
    }
}

fn refused(left: &Left) -> Response {
    let retry_after = u64::try_from(left.reset).unwrap_or(1);
    with_headers(
        Some(left),
        ApiError::TooMany { retry_after }.into_response(),
    )
}

fn with_headers(left: Option<&Left>, mut response: Response) -> Response {
    if let Some(left) = left {
        write(response.headers_mut(), left);
    }
    response
}

fn write(headers: &mut HeaderMap, left: &Left) {
    headers.insert("ratelimit-limit", HeaderValue::from(left.limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(left.remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(left.reset));
}
