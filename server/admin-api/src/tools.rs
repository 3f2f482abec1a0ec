//! Tools: what installed servers and the built-in one offer, and whether a change of one was approved.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::tool_policies::Proposal;
use db::tools::{Tool as Row, ToolFilter};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{Id, Query};
use crate::{ApiError, State, mcp_catalog};

const NOT_FOUND: ApiError = ApiError::NotFound("Tool");

#[derive(Serialize, ToSchema, Clone)]
pub(crate) struct AgentName {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tool {
    id: Uuid,
    /// `{server}__{tool}`
    name: String,
    raw_name: String,
    title: Option<String>,
    description: Option<String>,
    /// The JSON Schema of its arguments.
    #[schema(value_type = Object)]
    parameters: Value,
    annotations: Option<Value>,
    catalog_id: Option<Uuid>,
    catalog_name: Option<String>,
    catalog: Option<AgentName>,
    /// `local`, `remote` or `builtin`
    server_type: String,
    /// What its definition costs a model on every call, estimated.
    tokens: usize,
    /// Not to be called until a change of it is approved.
    paused: bool,
    /// The server still had it when it was last asked.
    available: bool,
    approved_at: DateTime<Utc>,
    /// What looks suspicious in it, as sentences.
    flags: Vec<String>,
    pending: Option<PendingChange>,
    assigned_agent_count: usize,
    assigned_agents: Vec<AgentName>,
    /// When a model proposed its default policies, which, and why.
    policies_auto_configured_at: Option<DateTime<Utc>>,
    policies_auto_configured_model: Option<String>,
    policies_auto_configured_reasoning: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What the server says now, beside what was approved.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PendingChange {
    detected_at: Option<DateTime<Utc>>,
    before: ToolDefinition,
    after: ToolDefinition,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ToolDefinition {
    name: String,
    title: Option<String>,
    description: Option<String>,
    #[schema(value_type = Object)]
    input_schema: Value,
}

impl ToolDefinition {
    fn read(definition: &str) -> Self {
        let tool: Value = serde_json::from_str(definition).unwrap_or_default();
        let text = |key: &str| tool[key].as_str().map(str::to_owned);
        Self {
            name: text("name").unwrap_or_default(),
            title: text("title"),
            description: text("description"),
            input_schema: tool["inputSchema"].clone(),
        }
    }
}

/// A rule of thumb for JSON and English: four bytes are a token.
pub(crate) fn tokens(definition: &str) -> usize {
    definition.len().div_ceil(4)
}

/// Where tools come from, to show beside them.
pub(crate) struct Origins(HashMap<Uuid, (String, String)>);

impl Origins {
    pub(crate) async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let items = db::mcp_catalog::list(&platform.db).await?;
        let items = items.into_iter();
        Ok(Self(
            items
                .map(|item| (item.id, (item.name, item.server_type)))
                .collect(),
        ))
    }

    pub(crate) fn name(&self, catalog_id: Option<Uuid>) -> Option<String> {
        Some(self.0.get(&catalog_id?)?.0.clone())
    }

    pub(crate) fn server_type(&self, catalog_id: Option<Uuid>) -> String {
        let known = catalog_id.and_then(|id| self.0.get(&id));
        known
            .map_or("builtin", |(_, server_type)| server_type)
            .to_owned()
    }
}

/// Tools with who has them and where they come from.
pub(crate) async fn described(platform: &Platform, rows: Vec<Row>) -> Result<Vec<Tool>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut agents: HashMap<Uuid, Vec<AgentName>> = HashMap::new();
    for (tool, id, name) in db::agent_tools::agents_of_tools(&platform.db, &ids).await? {
        agents.entry(tool).or_default().push(AgentName { id, name });
    }
    let origins = Origins::read(platform).await?;
    let proposals = db::tool_policies::proposals(&platform.db).await?;
    let describe = |row: Row| {
        let agents = agents.remove(&row.id).unwrap_or_default();
        let proposal = proposals.iter().find(|proposal| proposal.tool_id == row.id);
        Tool::new(row, agents, &origins, proposal)
    };
    Ok(rows.into_iter().map(describe).collect())
}

impl Tool {
    fn new(
        row: Row,
        agents: Vec<AgentName>,
        origins: &Origins,
        proposal: Option<&Proposal>,
    ) -> Self {
        let whole: Value = serde_json::from_str(&row.definition).unwrap_or_default();
        let pending = row
            .pending_definition
            .as_deref()
            .map(|after| PendingChange {
                detected_at: row.pending_detected_at,
                before: ToolDefinition::read(&row.definition),
                after: ToolDefinition::read(after),
            });
        let catalog_name = origins.name(row.catalog_id);
        let catalog = row.catalog_id.zip(catalog_name.clone());
        Self {
            annotations: whole.get("annotations").cloned(),
            server_type: origins.server_type(row.catalog_id),
            catalog: catalog.map(|(id, name)| AgentName { id, name }),
            catalog_name,
            tokens: tokens(&row.definition),
            assigned_agent_count: agents.len(),
            assigned_agents: agents,
            policies_auto_configured_at: proposal.map(|proposal| proposal.created_at),
            policies_auto_configured_model: proposal.map(|proposal| proposal.model.clone()),
            policies_auto_configured_reasoning: proposal.map(|proposal| proposal.reasoning.clone()),
            pending,
            id: row.id,
            name: row.name,
            raw_name: row.raw_name,
            title: row.title,
            description: row.description,
            parameters: row.input_schema,
            catalog_id: row.catalog_id,
            paused: row.paused,
            available: row.available,
            approved_at: row.created_at,
            flags: row.warnings,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ToolQuery {
    catalog_id: Option<Uuid>,
    /// A part of the name or the description.
    search: Option<String>,
}

/// List the tools of what the caller may see in the catalog, by name; with the agents that they may see.
#[utoipa::path(get, path = "/api/tools", tag = "tools", params(ToolQuery), responses((status = 200, body = Vec<Tool>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ToolQuery>,
) -> Result<Json<Vec<Tool>>, ApiError> {
    let filter = ToolFilter {
        catalog_id: query.catalog_id,
        search: query.search.filter(|search| !search.is_empty()),
    };
    let mut rows = db::tools::list(&platform.db, &filter).await?;
    let items = db::mcp_catalog::list(&platform.db).await?;
    let seen: HashSet<Uuid> = items
        .iter()
        .filter(|item| mcp_catalog::may_see(&platform, &caller, item))
        .map(|item| item.id)
        .collect();
    rows.retain(|row| row.catalog_id.is_none_or(|id| seen.contains(&id)));
    let mut tools = described(&platform, rows).await?;
    let snapshot = platform.snapshot.load();
    let viewer = caller.viewer(&snapshot);
    for tool in &mut tools {
        let agents = &mut tool.assigned_agents;
        agents.retain(|agent| viewer.sees_agent(&snapshot, agent.id));
        tool.assigned_agent_count = agents.len();
    }
    Ok(Json(tools))
}

/// Forget a tool that its server no longer offers; one that it still offers comes back at the next discovery.
#[utoipa::path(delete, path = "/api/tools/{id}", tag = "tools", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if !db::tools::delete(&platform.db, id).await? {
        return Err(NOT_FOUND);
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}

/// Approve what a server now says of a tool; it can be called again.
#[utoipa::path(post, path = "/api/tools/{id}/approve", tag = "tools", params(("id" = Uuid, Path)),
    responses((status = 200, body = Tool), (status = 404, body = ErrorBody)))]
pub(crate) async fn approve(Extract(platform): State, Id(id): Id) -> Result<Json<Tool>, ApiError> {
    let row = platform.servers.approve_tool(id).await?;
    changed(&platform, row).await
}

/// Keep what was approved; the tool stays paused while its server says something else.
#[utoipa::path(post, path = "/api/tools/{id}/reject", tag = "tools", params(("id" = Uuid, Path)),
    responses((status = 200, body = Tool), (status = 404, body = ErrorBody)))]
pub(crate) async fn reject(Extract(platform): State, Id(id): Id) -> Result<Json<Tool>, ApiError> {
    let row = platform.servers.reject_tool(id).await?;
    changed(&platform, row).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PauseInput {
    paused: bool,
}

/// Pause a tool by hand, or let it be called again.
#[utoipa::path(post, path = "/api/tools/{id}/pause", tag = "tools", params(("id" = Uuid, Path)), request_body = PauseInput,
    responses((status = 200, body = Tool), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn pause(
    Extract(platform): State,
    Id(id): Id,
    crate::extract::Json(input): crate::extract::Json<PauseInput>,
) -> Result<Json<Tool>, ApiError> {
    let now = platform.clock.now();
    let mut waits = false;
    let row = db::tools::update(&platform.db, id, |tool| {
        waits = !input.paused && tool.pending_definition.is_some();
        if !waits {
            tool.paused = input.paused;
            tool.updated_at = now;
        }
    })
    .await?;
    if waits {
        return Err(ApiError::Conflict(
            "Its server changed this tool. Approve or reject the change instead.".into(),
        ));
    }
    changed(&platform, row).await
}

async fn changed(
    platform: &std::sync::Arc<Platform>,
    row: Option<Row>,
) -> Result<Json<Tool>, ApiError> {
    let row = row.ok_or(NOT_FOUND)?;
    platform.snapshot.refresh(&platform.db).await?;
    let mut tools = described(platform, vec![row]).await?;
    tools.pop().map(Json).ok_or(NOT_FOUND)
}
