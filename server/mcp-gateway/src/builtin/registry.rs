//! The organization's registry and what is installed from it.

use domain::snapshot::{Server, TokenKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::text;
use crate::dispatch::Exchange;
use crate::error::{Failure, install_link};

pub(super) async fn search(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let platform = &exchange.gateway.platform;
    let query = arguments
        .get("query")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase();
    let items = db::mcp_catalog::list(&platform.db).await?;
    let found: Vec<Value> = items
        .into_iter()
        .filter(|item| {
            let text = format!(
                "{} {}",
                item.name,
                item.description.as_deref().unwrap_or_default()
            )
            .to_lowercase();
            query.split_whitespace().all(|word| text.contains(word))
        })
        .map(|item| {
            json!({
                "id": item.id,
                "name": item.name,
                "description": item.description,
                "serverType": item.server_type,
                "installUrl": install_link(&platform.settings.frontend_url, Some(item.id)),
            })
        })
        .collect();
    Ok(json!({ "items": found }))
}

pub(super) async fn request(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let user = exchange.caller.user_id().ok_or_else(|| {
        Failure::Builtin(
            "Only a person can ask for a server. Copy your own token from the Connect page."
                .to_owned(),
        )
    })?;
    let external = arguments.get("externalCatalogId").and_then(Value::as_str);
    let custom = arguments
        .get("customServerConfig")
        .filter(|config| config.is_object());
    if external.is_none() && custom.is_none() {
        return Err(Failure::Builtin(
            "Give an `externalCatalogId` or a `customServerConfig`.".to_owned(),
        ));
    }
    let platform = &exchange.gateway.platform;
    let now = platform.clock.now();
    let row = db::installation_requests::InstallationRequest {
        id: Uuid::now_v7(),
        external_catalog_id: external.map(str::to_owned),
        requested_by: user.to_owned(),
        status: "pending".to_owned(),
        request_reason: Some(text(arguments, "requestReason")?.to_owned()),
        custom_server_config: custom.cloned(),
        admin_response: None,
        reviewed_by: None,
        reviewed_at: None,
        notes: json!([]),
        created_at: now,
        updated_at: now,
    };
    db::installation_requests::insert(&platform.db, &row).await?;
    Ok(json!({ "id": row.id, "status": "pending" }))
}

pub(super) fn servers(exchange: &Exchange) -> Value {
    let mut servers: Vec<&Server> = exchange
        .snapshot
        .servers()
        .map(AsRef::as_ref)
        .filter(|server| may_see(exchange, server))
        .collect();
    servers.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    let servers: Vec<Value> = servers
        .into_iter()
        .map(|server| {
            json!({
                "id": server.id,
                "name": server.name,
                "catalogName": server.catalog_name,
                "scope": server.scope,
                "status": server.status,
                "error": server.error,
            })
        })
        .collect();
    json!({ "servers": servers })
}

pub(super) async fn tools(exchange: &Exchange, arguments: &Value) -> Result<Value, Failure> {
    let id: Option<Uuid> = text(arguments, "mcpServerId")?.parse().ok();
    let server = id
        .and_then(|id| exchange.snapshot.server(id))
        .filter(|server| may_see(exchange, server))
        .ok_or_else(|| Failure::Builtin("There is no such server.".to_owned()))?;
    let filter = db::tools::ToolFilter {
        catalog_id: Some(server.catalog_id),
        ..Default::default()
    };
    let tools = db::tools::list(&exchange.gateway.platform.db, &filter).await?;
    let tools: Vec<Value> = tools
        .into_iter()
        .map(|tool| json!({ "id": tool.id, "name": tool.name, "description": tool.description, "paused": tool.paused }))
        .collect();
    Ok(json!({ "tools": tools }))
}

/// One's own, one's teams', the organization's.
fn may_see(exchange: &Exchange, server: &Server) -> bool {
    let teams: &[Uuid] = match &exchange.caller.kind {
        TokenKind::User(user) if server.owner_id.as_ref() == Some(user) => return true,
        TokenKind::User(user) => exchange.snapshot.teams_of_user(user),
        TokenKind::Team(team) => std::slice::from_ref(team),
        TokenKind::Organization => return server.scope != "personal",
    };
    server.scope == "org" || server.team_id.is_some_and(|team| teams.contains(&team))
}
