//! HTTP around both eras: who may come in, and the two forms of an answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::exchange::{Answer, Exchange, Refusal};
use super::legacy::header;
use super::{END, McpReceived, State, legacy, lock, methods, stateless};

/// Long enough for any test's message.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/mcp", any(handle))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(state)
}

async fn handle(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_from_here(&headers) {
        return error(StatusCode::FORBIDDEN, -32_000, "Host or Origin not allowed");
    }
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(received) = &state.received {
        lock(received).push(McpReceived {
            verb: method.to_string(),
            headers: headers.clone(),
            message: message.clone(),
        });
    }
    match method {
        Method::POST if !message.is_object() => {
            error(StatusCode::BAD_REQUEST, -32_700, "Parse error")
        }
        Method::POST if stateless::claims(&headers, &message) => {
            if state.speaks_stateless {
                stateless::post(&state, &headers, message).await
            } else {
                let answer = response(&message["id"], stateless::unknown_era());
                json_answer(StatusCode::BAD_REQUEST, None, &answer)
            }
        }
        Method::POST => legacy::post(&state, &headers, message).await,
        Method::GET => legacy::get(&state, &headers),
        Method::DELETE => legacy::delete(&state, &headers),
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}

/// Against DNS rebinding: only names of this machine.
fn is_from_here(headers: &HeaderMap) -> bool {
    let here = |authority: &str| {
        let host = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let host = host.map_or(authority, |(host, _)| host);
        matches!(
            host,
            "localhost" | "127.0.0.1" | "[::1]" | "host.docker.internal"
        )
    };
    let host = header(headers, "host").unwrap_or_default();
    let origin = header(headers, "origin");
    here(host)
        && origin.is_none_or(|origin| {
            origin
                .split_once("://")
                .is_some_and(|(_, authority)| here(authority))
        })
}

pub(super) fn response(id: &Value, answer: Answer) -> Value {
    match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Refusal::Error {
            code,
            message,
            data,
        }) => {
            let mut error = json!({ "code": code, "message": message });
            if let Some(data) = data {
                error["data"] = data;
            }
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
        Err(Refusal::Input { .. }) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32_603, "message": "asked where nothing can be asked" } })
        }
    }
}

/// An error that belongs to no request.
pub(super) fn error(status: StatusCode, code: i64, message: &str) -> Response {
    let answer = response(&Value::Null, Err(Refusal::error(code, message)));
    json_answer(status, None, &answer)
}

pub(super) fn empty(status: StatusCode) -> Response {
    status.into_response()
}

pub(super) fn json_answer(status: StatusCode, session: Option<&str>, answer: &Value) -> Response {
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(session) = session.and_then(|session| HeaderValue::from_str(session).ok()) {
        headers.insert("mcp-session-id", session);
    }
    response
}

/// Answers beside the connection, so that the answer can be taken up by another one.
#[expect(
    clippy::disallowed_methods,
    reason = "an outside system runs beside the platform, not on its tracker"
)]
pub(super) fn aside(exchange: Exchange, id: Value) {
    tokio::spawn(async move {
        let answer = methods::answer(&exchange).await;
        if let Some(out) = &exchange.out {
            // A client that has left misses it.
            let _ = out.send(response(&id, answer));
        }
    });
}

/// A stream, unless the first message already is the answer.
pub(super) async fn started(
    mut messages: mpsc::UnboundedReceiver<Value>,
    status: impl Fn(&Value) -> StatusCode,
) -> Response {
    match messages.recv().await {
        Some(first) if first.get("method").is_none() => json_answer(status(&first), None, &first),
        first => stream(first, messages),
    }
}

pub(super) fn stream(first: Option<Value>, messages: mpsc::UnboundedReceiver<Value>) -> Response {
    let events = stream::unfold((first, messages), |(first, mut messages)| async move {
        let message = match first {
            Some(first) => first,
            None => messages.recv().await?,
        };
        let event = Event::default().data(message.to_string());
        Some((Ok::<_, Infallible>(event), (None, messages)))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// A stream that ends at once and says where it goes on.
pub(super) fn primed(id: &str) -> Response {
    let event = Event::default()
        .id(id)
        .retry(std::time::Duration::from_millis(200))
        .data("");
    let events = stream::iter([Ok::<_, Infallible>(event)]);
    Sse::new(events).into_response()
}

/// Passes changes on until the client leaves.
#[expect(
    clippy::disallowed_methods,
    reason = "an outside system runs beside the platform, not on its tracker"
)]
pub(super) fn forward_changes(
    state: &State,
    out: mpsc::UnboundedSender<Value>,
    message: impl Fn(&'static str) -> Option<Value> + Send + 'static,
) {
    let mut changes = state.changes.subscribe();
    tokio::spawn(async move {
        loop {
            let method = tokio::select! {
                change = changes.recv() => change,
                () = out.closed() => return,
            };
            match method {
                Ok(END) | Err(broadcast::error::RecvError::Closed) => return,
                Ok(method) => {
                    if let Some(message) = message(method) {
                        let _ = out.send(message);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
            }
        }
    });
}
