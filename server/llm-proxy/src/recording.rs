//! What is kept of a call while it runs: copies of its bytes and its times, handed over when it ends.
//!
//! Nothing is parsed here; `digest` does that on the recorder's thread. Request headers are never kept, but for the few
//! that say who the caller is.

mod caller;
mod digest;
mod trace;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::access::InProcess;
use domain::optimization_rules::OptimizationRule;
use domain::platform::Platform;
use domain::traces::Trace;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use llm::dialect::Dialect;
use llm::operation::Operation;
use opentelemetry::trace::SpanKind;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::Failure;
use crate::routing::Route;
use caller::CallerHeaders;

/// How a call ended.
enum Ending {
    /// Nothing was heard of an end: the client went away.
    ClientLeft,
    /// The upstream's answer went down completely.
    Answered,
    /// A failure was answered, or ended the stream.
    Failed {
        outcome: &'static str,
        error: String,
    },
}

/// Everything a row is made of, unread.
struct Call {
    platform: Arc<Platform>,
    created_at: DateTime<Utc>,
    started: Instant,
    provider: &'static str,
    operation: Option<Operation>,
    agent: Option<Uuid>,
    headers: CallerHeaders,
    user_id: Option<String>,
    /// `api`, or `chat` where this program itself asks.
    source: &'static str,
    /// A rule, and the model it sent the call to.
    optimized: Option<(Uuid, String)>,
    request: Bytes,
    /// What the client got; zero if it got nothing.
    status: u16,
    /// What the upstream answered; zero if it did not.
    upstream_status: u16,
    is_events: bool,
    /// The answer is compressed, though it was asked not to be, and cannot be read.
    encoding: Option<HeaderValue>,
    response: Vec<u8>,
    response_bytes: u64,
    /// When the call went up.
    sent: Option<Duration>,
    first_byte: Option<Duration>,
    duration: Duration,
    ending: Ending,
    trace: Trace,
}

/// Records its call when dropped, whichever way that comes about. Only calls that may cost something are recorded;
/// for others this is empty.
pub(crate) struct Recording(Option<Box<Call>>);

impl Recording {
    pub(crate) fn begin(platform: &Arc<Platform>, route: &Route<'_>, request: &Request) -> Self {
        if request.method() != Method::POST {
            return Self(None);
        }
        let is_ours = request.extensions().get::<InProcess>().is_some();
        Self(Some(Box::new(Call {
            created_at: platform.clock.now(),
            started: platform.clock.monotonic(),
            platform: Arc::clone(platform),
            provider: route.provider.id,
            operation: route.operation.clone(),
            agent: route.agent,
            headers: CallerHeaders::read(request.headers()),
            user_id: None,
            source: if is_ours { "chat" } else { "api" },
            optimized: None,
            request: Bytes::new(),
            status: 0,
            upstream_status: 0,
            is_events: false,
            encoding: None,
            response: Vec::new(),
            response_bytes: 0,
            sent: None,
            first_byte: None,
            duration: Duration::ZERO,
            ending: Ending::ClientLeft,
            trace: platform.traces.begin(SpanKind::Client, route.provider.id),
        })))
    }

    /// Tells the provider which trace the call is a part of.
    pub(crate) fn inject(&self, headers: &mut HeaderMap) {
        if let Some(call) = &self.0 {
            call.trace.inject(headers);
        }
    }

    pub(crate) fn request(&mut self, body: &Bytes) {
        if let Some(call) = &mut self.0 {
            // A slice of a connection's read buffer would hold all of that until the call is recorded.
            let is_small = body.len() <= COPIED;
            call.request = if is_small {
                Bytes::copy_from_slice(body)
            } else {
                body.clone()
            };
        }
    }

    pub(crate) fn caller(&mut self, caller: &Caller) {
        if let Some(call) = &mut self.0 {
            call.user_id = caller.user_id().map(str::to_owned);
        }
    }

    pub(crate) fn optimized(&mut self, rule: &OptimizationRule) {
        if let Some(call) = &mut self.0 {
            call.optimized = Some((rule.id, rule.target_model.clone()));
        }
    }

    /// The call goes up.
    pub(crate) fn sent(&mut self) {
        if let Some(call) = &mut self.0 {
            call.sent = Some(call.elapsed());
        }
    }

    /// The upstream's answer begins.
    pub(crate) fn answered(
        &mut self,
        status: StatusCode,
        is_events: bool,
        encoding: Option<HeaderValue>,
        length: Option<u64>,
    ) {
        if let Some(call) = &mut self.0 {
            call.status = status.as_u16();
            call.upstream_status = status.as_u16();
            call.is_events = is_events;
            call.encoding = encoding;
            let room = length
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(STREAM_ROOM);
            call.response.reserve_exact(room.min(FIRST_ROOM));
        }
    }

    /// Copied, not kept: a kept piece would hold the whole read buffer that it is a part of.
    pub(crate) fn chunk(&mut self, data: &[u8]) {
        if let Some(call) = &mut self.0 {
            if call.first_byte.is_none() {
                call.first_byte = Some(call.elapsed());
            }
            let room = call
                .platform
                .upstreams
                .body_limit
                .saturating_sub(call.response.len());
            call.response
                .extend_from_slice(&data[..data.len().min(room)]);
            call.response_bytes += data.len() as u64;
        }
    }

    /// Whether a stream that was to be read has stopped before its end. Usually its last events tell.
    pub(crate) fn lacks_its_end(&self) -> bool {
        let Some(call) = &self.0 else { return false };
        let Some(operation) = &call.operation else {
            return false;
        };
        let is_whole = call.response.len() as u64 == call.response_bytes;
        let succeeded = (200..300).contains(&call.upstream_status);
        if !is_whole
            || !succeeded
            || operation
                .dialect
                .read_stream(last_events(&call.response))
                .complete
        {
            return false;
        }
        // With a reason for its end or an error in it, the client has all that matters.
        let facts = operation.dialect.read_stream(&call.response);
        !facts.complete && facts.finish_reason.is_none() && facts.error.is_none()
    }

    pub(crate) fn finish(&mut self) {
        self.end(Ending::Answered);
    }

    pub(crate) fn broke_off(&mut self, failure: &Failure) {
        tracing::warn!(%failure, "a stream broke off");
        self.end(Ending::Failed {
            outcome: failure.outcome(),
            error: failure.to_string(),
        });
    }

    /// Records a failure and answers it.
    pub(crate) fn failed(mut self, failure: &Failure, dialect: &dyn Dialect) -> Response {
        let answer = failure.answer(dialect);
        if let Some(call) = &mut self.0 {
            call.status = answer.status().as_u16();
        }
        tracing::info!(%failure, status = answer.status().as_u16(), "a call failed");
        self.end(Ending::Failed {
            outcome: failure.outcome(),
            error: failure.to_string(),
        });
        answer
    }

    fn end(&mut self, ending: Ending) {
        if let Some(call) = &mut self.0 {
            call.ending = ending;
        }
        self.hand_over();
    }

    fn hand_over(&mut self) {
        if let Some(mut call) = self.0.take() {
            call.duration = call.elapsed();
            let recorder = call.platform.recorder.clone();
            recorder.record(Box::new(move |snapshot| call.digest(snapshot)));
        }
    }
}

/// From the last blank lines on.
fn last_events(stream: &[u8]) -> &[u8] {
    let mut start = stream.len();
    for _ in 0..3 {
        start = memchr::memmem::rfind(&stream[..start], b"\n\n").unwrap_or(0);
    }
    &stream[start..]
}

/// Requests up to this size are copied.
const COPIED: usize = 16 * 1024;
/// Room for the copy of an answer, before anything of it is there.
const FIRST_ROOM: usize = 64 * 1024;
const STREAM_ROOM: usize = 4 * 1024;

impl Call {
    fn elapsed(&self) -> Duration {
        self.platform
            .clock
            .monotonic()
            .saturating_duration_since(self.started)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.hand_over();
    }
}
