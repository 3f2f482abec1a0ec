//! Server-sent events: how messages look in a stream, and the response that carries them.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// A load balancer drops a silent connection after 60 s; this is a quarter of it.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Clients skip it.
pub(crate) const COMMENT: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// A message holds no line break: they are escaped in JSON text, and what backends put between is taken out.
pub(crate) fn event(message: &[u8]) -> Bytes {
    const START: &[u8] = b"event: message\ndata: ";
    let mut event = Vec::with_capacity(START.len() + message.len() + 2);
    event.extend_from_slice(START);
    if message.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        event.extend(message.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')));
    } else {
        event.extend_from_slice(message);
    }
    event.extend_from_slice(b"\n\n");
    Bytes::from(event)
}

pub(crate) fn stream_response(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    // nginx would otherwise hold events back until its buffer is full.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
