//! `tools/list` and `tools/call`.

use std::sync::Arc;

use mcp::era::method;
use mcp::object::{Object, raw};
use serde_json::json;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::Exchange;
use crate::answer::{Outcome, Running, completed};
use crate::catalog::{Catalog, Entry};
use crate::error::Failure;
use crate::modifier::modified;
use crate::recording::Recording;
use crate::request::check_param_headers;
use crate::upstream::{Params, forward};
use crate::{builtin, credentials, limits, policy};

pub(super) fn list(exchange: &Exchange, params: Option<&RawValue>) -> Outcome {
    let cursor = Object::parse_or_empty(params).text("cursor");
    let catalog = exchange.catalog();
    let page = catalog.page(cursor.as_deref(), exchange.is_stateless())?;
    Ok(page.to_owned())
}

pub(super) fn call(
    exchange: &Arc<Exchange>,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let name = params.text("name");
    let name = name.ok_or_else(|| Failure::InvalidParams("`name` is missing.".to_owned()))?;
    recording.tool(&name, params.get("arguments"));
    let catalog = exchange.catalog();
    if builtin::is_offered(&name, catalog.exposure) {
        return builtin::call(exchange, &name, params, recording, cancel);
    }
    call_named(exchange, &catalog, &name, params, recording, cancel)
}

/// A tool of one of the agent's servers, by the name that clients see.
pub(crate) fn call_named(
    exchange: &Arc<Exchange>,
    catalog: &Catalog,
    name: &str,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let entry = catalog
        .find(name)
        .ok_or_else(|| Failure::UnknownTool(name.to_owned()))?;
    recording.server_name(exchange, entry);
    policy::check(exchange, entry, params)?;
    check_headers(exchange, entry, params)?;
    let server = credentials::server(exchange, &entry.assigned)?;
    recording.server(server);
    let upstream = Params::with(params, "name", &entry.assigned.tool.raw_name)
        .param_headers(&entry.param_headers)
        .traced(recording.trace());
    let server = Arc::clone(server);
    let running = forward(
        exchange,
        Arc::clone(&server),
        method::TOOLS_CALL,
        upstream,
        cancel,
    );
    let running = limits::counted(exchange, &server, Some(&entry.assigned.tool), running);
    let running = policy::treated(exchange, &server, entry, running);
    Ok(match &entry.assigned.response_modifier {
        Some(template) => modified(running, name, template),
        None => running,
    })
}

fn check_headers(exchange: &Exchange, entry: &Entry, params: &Object<'_>) -> Result<(), Failure> {
    if entry.param_headers.is_empty() || !exchange.is_stateless() {
        return Ok(());
    }
    let arguments = params.read("arguments").unwrap_or_default();
    check_param_headers(&exchange.headers, &entry.param_headers, &arguments)
}

/// A failure that the model can do something about, or tell its user to.
pub(super) fn error_result(failure: &Failure, stateless: bool) -> Box<RawValue> {
    let mut result = json!({
        "content": [{ "type": "text", "text": failure.to_string() }],
        "isError": true,
    });
    if let Some(link) = failure.link() {
        result["_meta"] = json!({ "archestra/link": link });
    }
    let result = raw(&result);
    if stateless { completed(result) } else { result }
}
