//! The era without sessions: every request says what it needs, and is refused when it does not or when its headers say
//! something else than its body.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode};
use mcp::era::headers::{decode, param_headers, param_value, routing_name};
use mcp::object::raw;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::answers::{self, json_answer, started};
use super::exchange::{Answer, Exchange, Refusal};
use super::legacy::header;
use super::{State, methods, tools};

pub(super) const VERSION: &str = "2026-07-28";
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// Whether a request is of this era, or wants to be.
pub(super) fn claims(headers: &HeaderMap, message: &Value) -> bool {
    let in_header = header(headers, "mcp-protocol-version")
        .is_some_and(|version| !super::legacy::is_legacy_version(version));
    in_header || message["params"]["_meta"].get(META_VERSION).is_some()
}

pub(super) async fn post(state: &Arc<State>, headers: &HeaderMap, message: Value) -> Response {
    let Some(id) = message.get("id").cloned() else {
        return answers::empty(StatusCode::ACCEPTED);
    };
    let params = message.get("params").cloned().unwrap_or_default();
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    if let Err(refusal) = check(state, headers, &method, &params) {
        let answer = answers::response(&id, Err(refusal));
        return json_answer(status_of(&answer), None, &answer);
    }
    if method == "subscriptions/listen" {
        return listen(state, &id, &params);
    }
    let is_stream = (method == "tools/call" || method == "prompts/get")
        && tools::streams(params["name"].as_str().unwrap_or_default());
    let exchange = |out| Exchange {
        state: state.clone(),
        session: None,
        method: method.clone(),
        params,
        out,
    };
    if is_stream {
        let (out, receiver) = mpsc::unbounded_channel();
        answers::aside(exchange(Some(out)), id);
        return started(receiver, status_of).await;
    }
    let answer = answers::response(&id, methods::answer(&exchange(None)).await);
    json_answer(status_of(&answer), None, &answer)
}

fn status_of(answer: &Value) -> StatusCode {
    match answer["error"]["code"].as_i64() {
        Some(-32_601) => StatusCode::NOT_FOUND,
        Some(-32_022..=-32_020) => StatusCode::BAD_REQUEST,
        Some(-32_602) if answer["error"]["data"] == json!("_meta") => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

fn check(state: &State, headers: &HeaderMap, method: &str, params: &Value) -> Result<(), Refusal> {
    let meta = &params["_meta"];
    let (Some(version), Some(_)) = (meta[META_VERSION].as_str(), meta.get(META_CAPABILITIES))
    else {
        return Err(Refusal::Error {
            code: -32_602,
            message: format!("`_meta` must say `{META_VERSION}` and `{META_CAPABILITIES}`"),
            data: Some(json!("_meta")),
        });
    };
    expect_header(headers, "mcp-protocol-version", Some(version))?;
    if version != VERSION {
        return Err(Refusal::Error {
            code: -32_022,
            message: format!("Unsupported protocol version: {version}"),
            data: Some(json!({ "supported": [VERSION], "requested": version })),
        });
    }
    expect_header(headers, "mcp-method", Some(method))?;
    if let Some(name) = routing_name(method, Some(&raw(params))) {
        expect_header(headers, "mcp-name", Some(&name))?;
    }
    if method == "tools/call" {
        check_parameters(state, headers, params)?;
    }
    Ok(())
}

fn check_parameters(state: &State, headers: &HeaderMap, params: &Value) -> Result<(), Refusal> {
    let tools = state.list("tools");
    let mut tools = tools["tools"].as_array().into_iter().flatten();
    let Some(tool) = tools.find(|tool| tool["name"] == params["name"]) else {
        return Ok(());
    };
    for wanted in param_headers(&tool["inputSchema"]).unwrap_or_default() {
        let value = param_value(&params["arguments"], &wanted);
        let value = value.as_ref().and_then(decode);
        expect_header(headers, wanted.name.as_str(), value.as_deref())?;
    }
    Ok(())
}

fn expect_header(headers: &HeaderMap, name: &str, value: Option<&str>) -> Result<(), Refusal> {
    let mismatch = |cause: &str| {
        Err(Refusal::error(
            -32_020,
            format!("Header mismatch: `{name}` {cause}"),
        ))
    };
    match (headers.get(name).map(decode_trimmed), value) {
        (None, None) => Ok(()),
        (Some(Some(found)), Some(value)) if found == value => Ok(()),
        (None, Some(_)) => mismatch("is missing"),
        (Some(None), _) => mismatch("cannot be decoded"),
        (Some(Some(_)), _) => mismatch("says something else than the body"),
    }
}

fn decode_trimmed(value: &HeaderValue) -> Option<String> {
    let trimmed = value.to_str().ok()?.trim_matches([' ', '\t']);
    decode(&HeaderValue::from_str(trimmed).ok()?)
}

/// Tells of the changes that the client has asked for, until it leaves.
fn listen(state: &Arc<State>, id: &Value, params: &Value) -> Response {
    let subscription = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let filter = params["notifications"].clone();
    let tagged = move |method: &str, mut params: Value| {
        params["_meta"] = json!({ META_SUBSCRIPTION: subscription });
        json!({ "jsonrpc": "2.0", "method": method, "params": params })
    };
    let (out, receiver) = mpsc::unbounded_channel();
    let accepted = json!({ "notifications": filter });
    // The receiver is right here.
    let _ = out.send(tagged("notifications/subscriptions/acknowledged", accepted));
    answers::forward_changes(state, out, move |method| {
        let member = match method {
            "notifications/tools/list_changed" => "toolsListChanged",
            "notifications/prompts/list_changed" => "promptsListChanged",
            _ => "resourcesListChanged",
        };
        (filter[member] == true).then(|| tagged(method, json!({})))
    });
    answers::stream(None, receiver)
}

/// What a server says that knows nothing of this era.
pub(super) fn unknown_era() -> Answer {
    Err(Refusal::error(
        -32_000,
        "Bad Request: Server not initialized",
    ))
}
