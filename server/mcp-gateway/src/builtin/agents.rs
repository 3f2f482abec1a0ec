//! Agents as their own tools see them.

use chrono::TimeDelta;
use domain::access::{Action, Resource};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{require, text};
use crate::dispatch::Exchange;
use crate::error::Failure;

/// Cost is kept in millionths of a millionth of a dollar.
const PICO: f64 = 1e12;
const MOST_AGENTS: i64 = 100;

pub(super) async fn whoami(exchange: &Exchange) -> Result<Value, Failure> {
    let user = match exchange.caller.user_id() {
        Some(id) => db::users::find(&exchange.gateway.platform.db, id).await?,
        None => None,
    };
    Ok(json!({
        "agent": { "id": exchange.agent.id, "name": exchange.agent.name },
        "caller": {
            "kind": exchange.caller.kind_name(),
            "user": user.map(|user| json!({ "id": user.id, "name": user.name, "email": user.email, "role": user.role })),
        },
    }))
}

pub(super) fn get(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let agent = match arguments.get("id").and_then(Value::as_str) {
        Some(id) => exchange
            .snapshot
            .agent(id)
            .ok_or_else(|| Failure::Builtin(format!("There is no agent {id}.")))?,
        None => &exchange.agent,
    };
    let labels: Vec<Value> = agent
        .labels
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    Ok(json!({
        "id": agent.id,
        "name": agent.name,
        "labels": labels,
        "tools": exchange.snapshot.tools_of(agent.id).len(),
        "gatewayUrl": url(exchange, agent.id),
    }))
}

pub(super) async fn create(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let user = require(exchange, Resource::Profile, Action::Create)?;
    let platform = &exchange.gateway.platform;
    let name = text(arguments, "name")?;
    let mut agent = domain::agents::new(
        &platform.settings.organization_id,
        name,
        platform.clock.now(),
    );
    agent.description = arguments
        .get("description")
        .and_then(Value::as_str)
        .map(str::to_owned);
    agent.author_id = Some(user.to_owned());
    db::agents::insert(&platform.db, &agent).await?;
    Ok(json!({ "id": agent.id, "name": agent.name, "gatewayUrl": url(exchange, agent.id) }))
}

pub(super) async fn usage(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let days = arguments
        .get("days")
        .and_then(Value::as_i64)
        .unwrap_or(30)
        .clamp(1, 90);
    let platform = &exchange.gateway.platform;
    let now = platform.clock.now();
    let viewer = exchange.caller.viewer(&exchange.snapshot);
    let visible = match &viewer {
        Some(viewer) => viewer.visible_agents(&exchange.snapshot),
        None => Some(vec![exchange.agent.id]),
    };
    let totals = db::statistics::top_agents(
        &platform.db,
        visible.as_deref(),
        now - TimeDelta::days(days),
        now,
        MOST_AGENTS,
    )
    .await?;
    #[expect(clippy::cast_precision_loss, reason = "a sum of money to read")]
    let agents: Vec<Value> = totals
        .into_iter()
        .map(|total| {
            json!({
                "id": total.agent_id,
                "name": total.name,
                "requests": total.requests,
                "tokens": total.tokens,
                "costUsd": total.cost_pico as f64 / PICO,
            })
        })
        .collect();
    Ok(json!({ "days": days, "agents": agents }))
}

pub(super) async fn assign(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    require(exchange, Resource::Profile, Action::Update)?;
    let platform = &exchange.gateway.platform;
    let wanted = arguments
        .get("assignments")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut rows = Vec::with_capacity(wanted.len());
    for wanted in &wanted {
        rows.push(assignment(exchange, wanted)?);
    }
    let assigned = db::agent_tools::assign(&platform.db, &rows).await?;
    Ok(json!({ "assigned": assigned.len(), "alreadyAssigned": rows.len() - assigned.len() }))
}

fn assignment(exchange: &Exchange, wanted: &Value) -> Result<db::agent_tools::AgentTool, Failure> {
    let id = |name: &str| -> Result<Uuid, Failure> {
        let id = text(wanted, name)?.parse();
        id.map_err(|_| Failure::Builtin(format!("`{name}` is not an id.")))
    };
    let (agent_id, tool_id) = (id("profileId")?, id("toolId")?);
    if exchange.snapshot.agent(&agent_id.to_string()).is_none() {
        return Err(Failure::Builtin(format!("There is no agent {agent_id}.")));
    }
    let server = match wanted.get("mcpServerId") {
        Some(Value::String(_)) => Some(id("mcpServerId")?),
        _ => None,
    };
    let now = exchange.gateway.platform.clock.now();
    Ok(db::agent_tools::AgentTool {
        id: Uuid::now_v7(),
        agent_id,
        tool_id,
        credential_source_mcp_server_id: server,
        execution_source_mcp_server_id: server,
        use_dynamic_team_credential: server.is_none(),
        credential_resolution_mode: if server.is_some() {
            "static"
        } else {
            "dynamic"
        }
        .to_owned(),
        response_modifier_template: None,
        created_at: now,
        updated_at: now,
    })
}

fn url(exchange: &Exchange, agent: Uuid) -> String {
    format!(
        "{}/v1/mcp/{agent}",
        exchange.gateway.platform.settings.api_base_url
    )
}
