//! `initialize`: the version both sides speak, and what this side can do.

use std::borrow::Cow;

use domain::snapshot::Agent;
use mcp::era::ProtocolVersion;
use mcp::object::{Object, raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PURPOSE, Session};
use crate::Gateway;
use crate::authenticate::Caller;
use crate::catalog::Exposure;

/// Of a client's capabilities only what servers ask for; the rest would make a session's id long.
const KEPT_CAPABILITIES: [&str; 3] = ["sampling", "elicitation", "roots"];
/// Capabilities that are longer than this are kept without their details.
const LONGEST_CAPABILITY: usize = 512;

/// The result, the id of the session that begins, and that session.
pub(crate) fn initialize(
    gateway: &Gateway,
    agent: &Agent,
    caller: &Caller,
    params: Option<&RawValue>,
) -> (Box<RawValue>, String, Session) {
    let params = Object::parse_or_empty(params);
    let version = params
        .text("protocolVersion")
        .and_then(|version| version.parse::<ProtocolVersion>().ok())
        .unwrap_or(ProtocolVersion::LATEST_LEGACY)
        .min(ProtocolVersion::LATEST_LEGACY);
    let session = Session {
        id: Uuid::new_v4(),
        agent: agent.id,
        principal: caller.principal(),
        version: version.as_str().to_owned(),
        capabilities: kept(&params.object("capabilities").unwrap_or_default()),
        client: params
            .object("clientInfo")
            .and_then(|info| info.text("name"))
            .map(|name| name.chars().take(64).collect()),
        begun: gateway.platform.clock.now().timestamp(),
    };
    let now = gateway.platform.clock.monotonic();
    gateway.sessions.with(session.id, now, |_| ());
    let mut result = json!({
        "protocolVersion": version.as_str(),
        "capabilities": capabilities(true),
        "serverInfo": server_info(gateway, agent),
    });
    if let Some(instructions) = instructions(agent) {
        result["instructions"] = instructions.into();
    }
    (
        raw(&result),
        gateway.signer.seal(PURPOSE, &session),
        session,
    )
}

fn kept(capabilities: &Object<'_>) -> Box<RawValue> {
    let mut kept = Object::new();
    for name in KEPT_CAPABILITIES {
        match capabilities.get(name) {
            Some(value) if value.get().len() <= LONGEST_CAPABILITY => {
                kept.set(name, Cow::Owned(value.to_owned()));
            }
            Some(_) => kept.set_value(name, &json!({})),
            None => {}
        }
    }
    kept.to_raw()
}

/// What agents offer. What a server behind does not have is answered with an empty list.
pub(crate) fn capabilities(legacy: bool) -> Value {
    let mut capabilities = json!({
        "tools": { "listChanged": true },
        "prompts": { "listChanged": true },
        "resources": { "subscribe": true, "listChanged": true },
        "completions": {},
    });
    if legacy {
        capabilities["logging"] = json!({});
    }
    capabilities
}

pub(crate) fn server_info(gateway: &Gateway, agent: &Agent) -> Value {
    json!({
        "name": format!("archestra-agent-{}", agent.id),
        "title": agent.name,
        "version": gateway.platform.settings.version,
    })
}

pub(crate) fn instructions(agent: &Agent) -> Option<&'static str> {
    Exposure::of(agent).progressive.then_some(
        "Tools are loaded on demand: find them with archestra__search_tools, then call one with archestra__run_tool.",
    )
}
