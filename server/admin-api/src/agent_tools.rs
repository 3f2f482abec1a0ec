//! Which agent has which tool, and whose installation a call goes through.

mod assign;

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::agent_tools::{AgentTool as Row, AgentToolFilter, AgentToolRow, AgentToolSort};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::{Direction, may_see, seen};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Path, Query, given};
use crate::pagination::{self, Pagination};
use crate::tools::{AgentName, Origins, Tool, tokens};
use crate::{ApiError, State};
pub(crate) use assign::*;

const NOT_FOUND: ApiError = ApiError::NotFound("Assignment");

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AgentToolQuery {
    #[serde(alias = "profileId")]
    agent_id: Option<Uuid>,
    tool_id: Option<Uuid>,
    /// A catalog item's id.
    origin: Option<String>,
    /// Whose installation it is bound to.
    mcp_server_owner_id: Option<String>,
    #[serde(default)]
    exclude_archestra_tools: bool,
    /// A part of the tool's or the agent's name.
    search: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
    /// All of them as one page.
    #[serde(default)]
    skip_pagination: bool,
    #[serde(default)]
    #[param(inline)]
    sort_by: SortBy,
    #[serde(default)]
    #[param(inline)]
    sort_direction: Direction,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    #[default]
    CreatedAt,
    Name,
    Agent,
    /// Served in order of the tool's name, which begins with it.
    Origin,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentTool {
    id: Uuid,
    agent: AgentName,
    tool: AssignedTool,
    mcp_server_id: Option<Uuid>,
    mcp_server_name: Option<String>,
    /// `static`, `dynamic` or `enterprise_managed`
    credential_resolution_mode: String,
    credential_source_mcp_server_id: Option<Uuid>,
    execution_source_mcp_server_id: Option<Uuid>,
    use_dynamic_team_credential: bool,
    response_modifier_template: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AssignedTool {
    id: Uuid,
    name: String,
    description: Option<String>,
    #[schema(value_type = Object)]
    parameters: Value,
    catalog_id: Option<Uuid>,
    catalog_name: Option<String>,
    server_type: String,
    tokens: usize,
    paused: bool,
    available: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AgentToolPage {
    data: Vec<AgentTool>,
    pagination: Pagination,
}

/// List assignments, page by page.
#[utoipa::path(get, path = "/api/agent-tools", tag = "agent-tools", params(AgentToolQuery), responses((status = 200, body = AgentToolPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<AgentToolQuery>,
) -> Result<Json<AgentToolPage>, ApiError> {
    let limit = if query.skip_pagination {
        i64::from(i32::MAX)
    } else {
        pagination::limit(query.limit)
    };
    let filter = AgentToolFilter {
        agent_id: query.agent_id,
        visible: crate::agents::visible(&platform, &caller),
        tool_id: query.tool_id,
        server_owner_id: query.mcp_server_owner_id,
        origin: query.origin.and_then(|origin| origin.parse().ok()),
        exclude_builtin: query.exclude_archestra_tools,
        search: query.search.filter(|search| !search.is_empty()),
        sort: match query.sort_by {
            SortBy::CreatedAt => AgentToolSort::CreatedAt,
            SortBy::Name | SortBy::Origin => AgentToolSort::Name,
            SortBy::Agent => AgentToolSort::Agent,
        },
        descending: query.sort_direction == Direction::Desc,
        limit,
        offset: query.offset.unwrap_or(0).max(0),
    };
    let (rows, total) = db::agent_tools::list(&platform.db, &filter).await?;
    let origins = Origins::read(&platform).await?;
    let data = rows.into_iter().map(|row| AgentTool::new(row, &origins));
    Ok(Json(AgentToolPage {
        data: data.collect(),
        pagination: Pagination::new(total, limit, filter.offset),
    }))
}

/// The installation an assignment names, wherever it names it.
fn server_of(row: &Row) -> Option<Uuid> {
    row.credential_source_mcp_server_id
        .or(row.execution_source_mcp_server_id)
}

impl AgentTool {
    fn new(row: AgentToolRow, origins: &Origins) -> Self {
        let AgentToolRow {
            assignment,
            agent_name,
            tool,
            server_name,
        } = row;
        Self {
            id: assignment.id,
            agent: AgentName {
                id: assignment.agent_id,
                name: agent_name,
            },
            mcp_server_id: server_of(&assignment),
            mcp_server_name: server_name,
            credential_resolution_mode: assignment.credential_resolution_mode,
            credential_source_mcp_server_id: assignment.credential_source_mcp_server_id,
            execution_source_mcp_server_id: assignment.execution_source_mcp_server_id,
            use_dynamic_team_credential: assignment.use_dynamic_team_credential,
            response_modifier_template: assignment.response_modifier_template,
            created_at: assignment.created_at,
            updated_at: assignment.updated_at,
            tool: AssignedTool {
                catalog_name: origins.name(tool.catalog_id),
                server_type: origins.server_type(tool.catalog_id),
                tokens: tokens(&tool.definition),
                id: tool.id,
                name: tool.name,
                description: tool.description,
                parameters: tool.input_schema,
                catalog_id: tool.catalog_id,
                paused: tool.paused,
                available: tool.available,
                created_at: tool.created_at,
                updated_at: tool.updated_at,
            },
        }
    }
}

/// The tools of one agent.
#[utoipa::path(get, path = "/api/agents/{agentId}/tools", tag = "agent-tools", params(("agentId" = Uuid, Path)),
    responses((status = 200, body = Vec<Tool>), (status = 404, body = ErrorBody)))]
pub(crate) async fn of_agent(
    Extract(platform): State,
    caller: Caller,
    Id(agent_id): Id,
) -> Result<Json<Vec<Tool>>, ApiError> {
    seen(&platform, &caller, agent_id).await?;
    let rows = db::agent_tools::of_agent(&platform.db, agent_id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.tool_id).collect();
    let tools = db::tools::find_many(&platform.db, &ids).await?;
    crate::tools::described(&platform, tools).await.map(Json)
}

/// Change an assignment: only the fields that are sent; null clears one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentToolInput {
    credential_resolution_mode: Option<Mode>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    mcp_server_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    credential_source_mcp_server_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    execution_source_mcp_server_id: Option<Option<Uuid>>,
    use_dynamic_team_credential: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    response_modifier_template: Option<Option<String>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assignment {
    id: Uuid,
    agent_id: Uuid,
    tool_id: Uuid,
    mcp_server_id: Option<Uuid>,
    credential_resolution_mode: String,
    credential_source_mcp_server_id: Option<Uuid>,
    execution_source_mcp_server_id: Option<Uuid>,
    use_dynamic_team_credential: bool,
    response_modifier_template: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Change how an agent uses a tool.
#[utoipa::path(patch, path = "/api/agent-tools/{id}", tag = "agent-tools", params(("id" = Uuid, Path)), request_body = AgentToolInput,
    responses((status = 200, body = Assignment), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<AgentToolInput>,
) -> Result<Json<Assignment>, ApiError> {
    let before = db::agent_tools::find(&platform.db, id).await?;
    let before = before
        .filter(|row| may_see(&platform, &caller, row.agent_id))
        .ok_or(NOT_FOUND)?;
    let mut wish = Wish::of(&before);
    wish.patch(&input);
    let tool = db::tools::find(&platform.db, before.tool_id)
        .await?
        .ok_or(NOT_FOUND)?;
    let checked = wish
        .checked(&platform, &caller, &tool, server_of(&before))
        .await?;
    let now = platform.clock.now();
    let row = db::agent_tools::update(&platform.db, id, |row| {
        checked.write(row);
        if let Some(template) = &input.response_modifier_template {
            row.response_modifier_template.clone_from(template);
        }
        row.updated_at = now;
        Ok::<(), ApiError>(())
    })
    .await?;
    refresh(&platform).await?;
    let row = row.ok_or(NOT_FOUND)?;
    Ok(Json(Assignment {
        mcp_server_id: server_of(&row),
        id: row.id,
        agent_id: row.agent_id,
        tool_id: row.tool_id,
        credential_resolution_mode: row.credential_resolution_mode,
        credential_source_mcp_server_id: row.credential_source_mcp_server_id,
        execution_source_mcp_server_id: row.execution_source_mcp_server_id,
        use_dynamic_team_credential: row.use_dynamic_team_credential,
        response_modifier_template: row.response_modifier_template,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

/// Take a tool from an agent.
#[utoipa::path(delete, path = "/api/agents/{agentId}/tools/{toolId}", tag = "agent-tools",
    params(("agentId" = Uuid, Path), ("toolId" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn unassign(
    Extract(platform): State,
    caller: Caller,
    Path((agent_id, tool_id)): Path<(Uuid, Uuid)>,
) -> Result<Json<Success>, ApiError> {
    seen(&platform, &caller, agent_id).await?;
    if !db::agent_tools::unassign(&platform.db, agent_id, tool_id).await? {
        return Err(NOT_FOUND);
    }
    refresh(&platform).await?;
    Ok(SUCCESS)
}

/// The gateway sees the change at once.
async fn refresh(platform: &Arc<Platform>) -> Result<(), ApiError> {
    Ok(platform.snapshot.refresh(&platform.db).await?)
}
