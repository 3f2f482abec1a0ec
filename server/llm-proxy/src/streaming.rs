//! The way down: the provider's bytes as they come, a copy of them for the record.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use llm::dialect::Dialect;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::{Failure, cause};
use crate::masking::Mask;
use crate::recording::Recording;
use crate::routing::Route;
use crate::upstream::{Answer, Connection, Pool, remove_hop_by_hop};

pub(crate) fn relay(
    answer: Answer,
    route: &Route<'_>,
    silence: Duration,
    mut recording: Recording,
) -> Response {
    let Answer {
        response,
        connection,
        pool,
        keys,
    } = answer;
    let (mut head, upstream) = response.into_parts();
    let content_type = head
        .headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |value| value.as_bytes());
    let is_events = content_type.starts_with(b"text/event-stream");
    let encoding = head
        .headers
        .get(CONTENT_ENCODING)
        .filter(|encoding| *encoding != "identity")
        .cloned();
    // With a length announced or compressed, nothing can be added any more.
    let is_open_ended = is_events && !head.headers.contains_key(CONTENT_LENGTH);
    let can_close = is_open_ended && encoding.is_none() && route.operation.is_some();
    recording.answered(
        head.status,
        is_events,
        encoding,
        upstream.size_hint().exact(),
    );
    remove_hop_by_hop(&mut head.headers);
    let is_error = head.status.is_client_error() || head.status.is_server_error();
    let mut relay = Relay {
        upstream,
        mask: is_error.then(|| keys.mask()).flatten(),
        connection: Some(connection),
        pool,
        provider: route.provider.name,
        closing: can_close.then(|| route.dialect()),
        silence: Silence::new(silence),
        recording,
        breaking: None,
        is_over: false,
    };
    if relay.upstream.is_end_stream() {
        // A body that is empty is never asked for.
        relay.end();
    }
    Response::from_parts(head, Body::new(relay))
}

/// A body that comes from the upstream as fast as the client takes it. Dropped early, it cancels the upstream.
struct Relay {
    upstream: Incoming,
    /// Of an error.
    mask: Option<Mask>,
    connection: Option<Connection>,
    pool: Arc<Pool>,
    provider: &'static str,
    /// The dialect whose error event can end this stream.
    closing: Option<&'static dyn Dialect>,
    silence: Silence,
    recording: Recording,
    /// The error to end with, once what came before it has been sent.
    breaking: Option<Failure>,
    is_over: bool,
}

type Relayed = Poll<Option<Result<Frame<Bytes>, Failure>>>;

impl HttpBody for Relay {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Relayed {
        if self.is_over {
            return Poll::Ready(None);
        }
        if let Some(failure) = self.breaking.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        match self.poll_upstream(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let is_last = self.upstream.is_end_stream();
                let frame = match &mut self.mask {
                    Some(mask) => frame.map_data(|data| mask.pass(&data, is_last)),
                    None => frame,
                };
                if let Some(data) = frame.data_ref() {
                    self.recording.chunk(data);
                }
                self.silence.broken();
                if is_last {
                    self.end();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => self.upstream_ended(context),
            Poll::Ready(Some(Err(error))) => {
                let failure = Failure::BrokeOff {
                    provider: self.provider,
                    cause: cause(&error),
                };
                self.break_off(failure, context)
            }
            Poll::Pending => {
                ready!(self.silence.poll(context));
                let failure = Failure::Timeout {
                    provider: self.provider,
                    silence: self.silence.limit,
                };
                self.break_off(failure, context)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }

    fn size_hint(&self) -> SizeHint {
        self.upstream.size_hint()
    }
}

impl Relay {
    fn poll_upstream(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.upstream).poll_frame(context);
        match &mut self.connection {
            Some(connection) if frame.is_pending() => {
                connection.drive(context);
                Pin::new(&mut self.upstream).poll_frame(context)
            }
            _ => frame,
        }
    }

    /// A stream may stop midway and still close its connection in order, and most clients would take it for complete.
    fn upstream_ended(&mut self, context: &mut Context<'_>) -> Relayed {
        if self.closing.is_some() && self.recording.lacks_its_end() {
            let provider = self.provider;
            return self.break_off(Failure::Unfinished { provider }, context);
        }
        let rest = self.mask.as_mut().and_then(Mask::rest);
        if let Some(rest) = &rest {
            self.recording.chunk(rest);
        }
        self.end();
        Poll::Ready(rest.map(|rest| Ok(Frame::data(rest))))
    }

    fn end(&mut self) {
        self.is_over = true;
        if let Some(connection) = self.connection.take() {
            self.pool.give_back(connection);
        }
        self.recording.finish();
    }

    /// An error event where the client's SDK can read one; otherwise the connection breaks, as it did to us, but only
    /// after what came before has gone out.
    fn break_off(&mut self, failure: Failure, context: &mut Context<'_>) -> Relayed {
        self.connection = None;
        self.recording.broke_off(&failure);
        if let Some(dialect) = self.closing {
            self.is_over = true;
            let event = dialect.error_event(&failure.proxy_error());
            return Poll::Ready(Some(Ok(Frame::data(event))));
        }
        self.breaking = Some(failure);
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Fires when the upstream was waited for too long. The time a slow client takes does not count.
struct Silence {
    limit: Duration,
    waiting_since: Option<Instant>,
    /// Moved when it fires, not with every chunk.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    fn new(limit: Duration) -> Self {
        Self {
            limit,
            waiting_since: None,
            timer: None,
        }
    }

    fn broken(&mut self) {
        self.waiting_since = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = *self.waiting_since.get_or_insert_with(Instant::now) + self.limit;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        while timer.deadline() < deadline {
            ready!(timer.as_mut().poll(context));
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(context)
    }
}
