//! The way down: an answer as JSON when it comes at once, as a stream of events when something else comes first.

mod events;
mod relay;
#[cfg(test)]
mod tests;

use std::pin::Pin;

use axum::response::Response;
use http::{HeaderValue, StatusCode};
use mcp::client::CallEvent;
use mcp::era::headers;
use mcp::jsonrpc::{self, Id};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::error::{Failure, json_response};

pub(crate) use events::{COMMENT, KEEP_ALIVE, event, stream_response};
pub(crate) use relay::{deliver, is_level};

pub(crate) type Outcome = Result<Box<RawValue>, Failure>;

/// A call on its way. Dropping it ends the call.
pub(crate) type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call on its way, and what its server says before it answers.
pub(crate) struct Running {
    pub(crate) work: Work,
    pub(crate) events: mpsc::Receiver<CallEvent>,
}

impl Running {
    /// A call that says nothing before it answers.
    pub(crate) fn of(work: impl Future<Output = Outcome> + Send + 'static) -> Self {
        Self {
            work: Box::pin(work),
            events: mpsc::channel(1).1,
        }
    }

    pub(crate) fn failed(failure: Failure) -> Self {
        Self::of(std::future::ready(Err(failure)))
    }
}

/// How many events may wait for a slow client.
pub(crate) const EVENT_BACKLOG: usize = 256;

/// Who may keep a result, in the words of 2026-07-28.
#[derive(Clone, Copy)]
pub(crate) enum CacheScope {
    Private,
}

/// How long a client may keep a list. Changes are announced, so this only bounds what a missed announcement costs.
const LIST_TTL_MS: u32 = 60_000;

pub(crate) fn result(id: &Id, result: &RawValue) -> Response {
    json_response(StatusCode::OK, jsonrpc::response(id, result).into())
}

/// With the id of the session that begins.
pub(crate) fn with_session(mut response: Response, session: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(session) {
        response
            .headers_mut()
            .insert(headers::SESSION_ID.clone(), value);
    }
    response
}

/// A result of an older server in the form that 2026-07-28 asks for: it says that it is complete.
pub(crate) fn completed(result: Box<RawValue>) -> Box<RawValue> {
    spliced(result, r#""resultType":"complete""#)
}

/// The same for a result that may be kept.
pub(crate) fn with_cache(result: Box<RawValue>, scope: CacheScope) -> Box<RawValue> {
    let scope = match scope {
        CacheScope::Private => "private",
    };
    let members =
        format!(r#""resultType":"complete","ttlMs":{LIST_TTL_MS},"cacheScope":"{scope}""#);
    spliced(result, &members)
}

/// Puts members first into an object. What it has already is not looked for.
fn spliced(result: Box<RawValue>, members: &str) -> Box<RawValue> {
    let Some(rest) = result.get().trim_start().strip_prefix('{') else {
        return result;
    };
    let comma = if rest.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    RawValue::from_string(format!("{{{members}{comma}{rest}")).unwrap_or(result)
}
