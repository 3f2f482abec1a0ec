//! The server's own tools, `archestra__…`: what an agent may ask and change of the platform itself, within the rights of
//! whoever calls, and the two that find and run all others when those are not listed.

mod agents;
mod definitions;
mod registry;
pub(crate) mod rows;
mod search;

use std::sync::Arc;

use domain::access::{Action, Resource};
use mcp::object::{Object, raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::answer::{Running, completed};
use crate::catalog::Exposure;
use crate::dispatch::Exchange;
use crate::error::Failure;
use crate::recording::Recording;

pub(crate) use definitions::definitions;

pub(crate) const PREFIX: &str = "archestra__";
const SEARCH_TOOLS: &str = "archestra__search_tools";
const RUN_TOOL: &str = "archestra__run_tool";

/// Whether a name is one of these tools and the agent has them.
pub(crate) fn is_offered(name: &str, exposure: Exposure) -> bool {
    name.starts_with(PREFIX)
        && (exposure.builtin || exposure.progressive && (name == SEARCH_TOOLS || name == RUN_TOOL))
}

pub(crate) fn call(
    exchange: &Arc<Exchange>,
    name: &str,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let given = params.object("arguments").unwrap_or_default();
    if name == RUN_TOOL {
        return search::run(exchange, params, &given, recording, cancel);
    }
    if !definitions::exist(name) {
        return Err(Failure::UnknownTool(name.to_owned()));
    }
    recording.builtin();
    let arguments = params
        .read::<Value>("arguments")
        .unwrap_or_else(|| json!({}));
    let (exchange, name) = (Arc::clone(exchange), name.to_owned());
    let work = async move {
        let answer = answer(&exchange, &name, &arguments).await?;
        Ok(result(&answer, exchange.is_stateless()))
    };
    Ok(Running::of(work))
}

async fn answer(exchange: &Exchange, name: &str, arguments: &Value) -> Result<Value, Failure> {
    match name.strip_prefix(PREFIX).unwrap_or_default() {
        "whoami" => agents::whoami(exchange).await,
        "get_profile" => agents::get(exchange, arguments),
        "create_profile" => agents::create(exchange, arguments).await,
        "get_profile_token_usage" => agents::usage(exchange, arguments).await,
        "bulk_assign_tools_to_profiles" => agents::assign(exchange, arguments).await,
        "search_private_mcp_registry" => registry::search(exchange, arguments).await,
        "create_mcp_server_installation_request" => registry::request(exchange, arguments).await,
        "get_mcp_servers" => Ok(registry::servers(exchange)),
        "get_mcp_server_tools" => registry::tools(exchange, arguments).await,
        "search_tools" => Ok(search::search(exchange, arguments)),
        _ => Err(Failure::UnknownTool(name.to_owned())),
    }
}

/// As text for every client, and as structured content for those that read it.
fn result(answer: &Value, stateless: bool) -> Box<RawValue> {
    let result = raw(&json!({
        "content": [{ "type": "text", "text": answer.to_string() }],
        "structuredContent": answer,
        "isError": false,
    }));
    if stateless { completed(result) } else { result }
}

/// Only a person has rights: a token of the organization or of a team may look, and change nothing.
fn require(exchange: &Exchange, resource: Resource, action: Action) -> Result<&str, Failure> {
    let user = exchange.caller.user_id();
    let viewer = exchange.caller.viewer(&exchange.snapshot);
    match (user, viewer) {
        (Some(user), Some(viewer)) if viewer.grants.allows(resource, action) => Ok(user),
        (Some(_), _) => Err(Failure::Builtin(format!(
            "Your role does not include {}:{}. Ask an administrator.",
            resource.name(),
            action.name()
        ))),
        (None, _) => Err(Failure::Builtin(
            "This changes something, so it needs a person's own token. Copy yours from the Connect page.".to_owned(),
        )),
    }
}

/// An argument that must be there.
fn text<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, Failure> {
    let text = arguments.get(name).and_then(Value::as_str).map(str::trim);
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::Builtin(format!("The argument `{name}` is missing.")))
}
