//! The era of sessions: `initialize`, a standing stream, questions of the server's own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::answers::{self, error, json_answer, started};
use super::exchange::Exchange;
use super::{State, capabilities, lock, methods, server_info, tools};

const LATEST: &str = "2025-11-25";
const KNOWN: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", LATEST];

pub(super) struct Session {
    pub(super) capabilities: Value,
    next_id: AtomicI64,
    waiting: Mutex<HashMap<i64, oneshot::Sender<Option<Value>>>>,
    /// Streams that were ended before their result, by their id.
    unfinished: Mutex<HashMap<String, mpsc::UnboundedReceiver<Value>>>,
}

impl Session {
    /// Asks the client on the stream of the request that the question belongs to. `None` when it refuses.
    pub(super) async fn ask(
        &self,
        method: &str,
        params: &Value,
        out: Option<&mpsc::UnboundedSender<Value>>,
    ) -> Option<Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        out?.send(request).ok()?;
        receiver.await.ok()?
    }

    fn answered(&self, message: &Value) {
        let id = message["id"].as_i64().unwrap_or_default();
        if let Some(waiting) = lock(&self.waiting).remove(&id) {
            // Whoever asked may have given up.
            let _ = waiting.send(message.get("result").cloned());
        }
    }
}

pub(super) async fn post(state: &Arc<State>, headers: &HeaderMap, message: Value) -> Response {
    let id = message.get("id").cloned();
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    if method == "initialize" {
        return initialize(state, &message);
    }
    let session = match find(state, headers) {
        Ok(session) => session,
        Err(refusal) => return refusal,
    };
    let Some(id) = id.filter(|_| !method.is_empty()) else {
        session.answered(&message);
        return answers::empty(StatusCode::ACCEPTED);
    };
    let params = message.get("params").cloned().unwrap_or_default();
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let exchange = |out| Exchange {
        state: state.clone(),
        session: Some(session.clone()),
        method: method.clone(),
        params,
        out,
    };
    if method != "tools/call" && method != "prompts/get" || !streams(&name) {
        let answer = methods::answer(&exchange(None)).await;
        return json_answer(StatusCode::OK, None, &answers::response(&id, answer));
    }
    let (out, receiver) = mpsc::unbounded_channel();
    answers::aside(exchange(Some(out)), id);
    if name == "test_reconnection" {
        let stream = Uuid::new_v4().simple().to_string();
        lock(&session.unfinished).insert(stream.clone(), receiver);
        return answers::primed(&format!("{stream}_0"));
    }
    started(receiver, |_| StatusCode::OK).await
}

fn streams(name: &str) -> bool {
    tools::streams(name) || name == "test_input_required_result_prompt"
}

fn initialize(state: &Arc<State>, message: &Value) -> Response {
    let params = &message["params"];
    let asked = params["protocolVersion"].as_str().unwrap_or_default();
    let version = if KNOWN.contains(&asked) {
        asked
    } else {
        LATEST
    };
    let session = Session {
        capabilities: params["capabilities"].clone(),
        next_id: AtomicI64::new(1),
        waiting: Mutex::default(),
        unfinished: Mutex::default(),
    };
    let id = Uuid::new_v4().to_string();
    lock(&state.sessions).insert(id.clone(), Arc::new(session));
    let result = json!({
        "protocolVersion": version,
        "capabilities": capabilities(false),
        "serverInfo": server_info(),
        "instructions": "A server for tests.",
    });
    let answer = answers::response(&message["id"], Ok(result));
    json_answer(StatusCode::OK, Some(&id), &answer)
}

/// The standing stream, or the rest of one that was ended.
pub(super) fn get(state: &Arc<State>, headers: &HeaderMap) -> Response {
    let session = match find(state, headers) {
        Ok(session) => session,
        Err(refusal) => return refusal,
    };
    let last = header(headers, "last-event-id").and_then(|id| id.rsplit_once('_'));
    if let Some((stream, _)) = last {
        return match lock(&session.unfinished).remove(stream) {
            Some(receiver) => answers::stream(None, receiver),
            None => error(StatusCode::NOT_FOUND, -32_001, "No such stream"),
        };
    }
    let (out, receiver) = mpsc::unbounded_channel();
    answers::forward_changes(state, out, |method| {
        Some(json!({ "jsonrpc": "2.0", "method": method }))
    });
    answers::stream(None, receiver)
}

pub(super) fn delete(state: &Arc<State>, headers: &HeaderMap) -> Response {
    let id = header(headers, "mcp-session-id").unwrap_or_default();
    match lock(&state.sessions).remove(id) {
        Some(_) => answers::empty(StatusCode::OK),
        None => error(StatusCode::NOT_FOUND, -32_001, "Session not found"),
    }
}

#[expect(
    clippy::result_large_err,
    reason = "the refusal is the response itself, made once and sent"
)]
fn find(state: &State, headers: &HeaderMap) -> Result<Arc<Session>, Response> {
    let Some(id) = header(headers, "mcp-session-id") else {
        return Err(error(
            StatusCode::BAD_REQUEST,
            -32_000,
            "Bad Request: no session; `initialize` first",
        ));
    };
    let version = header(headers, "mcp-protocol-version");
    if version.is_some_and(|version| !KNOWN.contains(&version)) {
        return Err(error(
            StatusCode::BAD_REQUEST,
            -32_000,
            "Bad Request: unsupported protocol version",
        ));
    }
    state
        .session(id)
        .ok_or_else(|| error(StatusCode::NOT_FOUND, -32_001, "Session not found"))
}

pub(super) fn is_legacy_version(version: &str) -> bool {
    KNOWN.contains(&version)
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
