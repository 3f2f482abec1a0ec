//! Giving tools to agents, one or many at once, and the rules of whose installation a call may use.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use db::agent_tools::AgentTool as Row;
use db::mcp_servers::McpServer;
use db::tools::Tool;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AgentToolInput, refresh, server_of};
use crate::agents::{may_see, seen};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract;
use crate::extract::Path;
use crate::{ApiError, State};

#[derive(Deserialize, ToSchema, Clone, Copy, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Static,
    Dynamic,
    EnterpriseManaged,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
            Self::EnterpriseManaged => "enterprise_managed",
        }
    }
}

/// How a tool is to be called. Older clients name the installation by what it gives.
#[derive(Deserialize, ToSchema, Default, Clone)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wish {
    credential_resolution_mode: Option<Mode>,
    mcp_server_id: Option<Uuid>,
    credential_source_mcp_server_id: Option<Uuid>,
    execution_source_mcp_server_id: Option<Uuid>,
    use_dynamic_team_credential: Option<bool>,
    /// As `dynamic`.
    resolve_at_call_time: Option<bool>,
}

/// A wish that can be granted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checked {
    mode: Mode,
    server: Option<Uuid>,
    is_local: bool,
}

impl Checked {
    pub(super) fn write(self, row: &mut Row) {
        row.credential_source_mcp_server_id = self.server.filter(|_| !self.is_local);
        row.execution_source_mcp_server_id = self.server.filter(|_| self.is_local);
        row.use_dynamic_team_credential = self.mode != Mode::Static;
        self.mode
            .as_str()
            .clone_into(&mut row.credential_resolution_mode);
    }
}

impl Wish {
    pub(super) fn of(row: &Row) -> Self {
        let mode = match row.credential_resolution_mode.as_str() {
            "dynamic" => Mode::Dynamic,
            "enterprise_managed" => Mode::EnterpriseManaged,
            _ => Mode::Static,
        };
        Self {
            credential_resolution_mode: Some(mode),
            mcp_server_id: server_of(row),
            ..Self::default()
        }
    }

    pub(super) fn patch(&mut self, input: &AgentToolInput) {
        let named = [
            input.mcp_server_id,
            input.credential_source_mcp_server_id,
            input.execution_source_mcp_server_id,
        ];
        if let Some(server) = named.into_iter().flatten().next() {
            self.mcp_server_id = server;
        }
        if let Some(dynamic) = input.use_dynamic_team_credential {
            self.credential_resolution_mode =
                Some(if dynamic { Mode::Dynamic } else { Mode::Static });
        }
        self.credential_resolution_mode = input
            .credential_resolution_mode
            .or(self.credential_resolution_mode);
    }

    fn server(&self) -> Option<Uuid> {
        self.mcp_server_id
            .or(self.credential_source_mcp_server_id)
            .or(self.execution_source_mcp_server_id)
    }

    /// Without a mode, an installation that is named is used; without one, each caller's own.
    fn mode(&self) -> Mode {
        let dynamic = self.use_dynamic_team_credential == Some(true)
            || self.resolve_at_call_time == Some(true);
        let fallback = if dynamic || self.server().is_none() {
            Mode::Dynamic
        } else {
            Mode::Static
        };
        self.credential_resolution_mode.unwrap_or(fallback)
    }

    /// `present`: the installation that is bound already, whosever it is. Another one must be one that the caller sees:
    /// calls use what it signs in with.
    pub(super) async fn checked(
        &self,
        platform: &Platform,
        caller: &Caller,
        tool: &Tool,
        present: Option<Uuid>,
    ) -> Result<Checked, ApiError> {
        let mode = self.mode();
        let Some(catalog_id) = tool.catalog_id else {
            // The built-in server has no installations.
            return Ok(Checked {
                mode,
                server: None,
                is_local: false,
            });
        };
        let Some(id) = self.server() else {
            if mode == Mode::Static {
                return Err(ApiError::Validation(
                    "Name the installation that the tool is called through (mcpServerId), or choose the dynamic mode.".into(),
                ));
            }
            return Ok(Checked {
                mode,
                server: None,
                is_local: false,
            });
        };
        let server = db::mcp_servers::find(&platform.db, id).await?;
        let may_bind = |server: &McpServer| {
            present == Some(id) || crate::mcp_servers::may_see(platform, caller, server)
        };
        let server = server.filter(may_bind).ok_or_else(|| {
            ApiError::Conflict(format!("There is no installation with the id {id}."))
        })?;
        if server.catalog_id != catalog_id {
            return Err(ApiError::Validation(format!(
                "The installation {} is of another server than the tool {}.",
                server.name, tool.name
            )));
        }
        Ok(Checked {
            mode,
            server: Some(id),
            is_local: server.server_type == "local",
        })
    }
}

/// Give a tool to an agent.
#[utoipa::path(post, path = "/api/agents/{agentId}/tools/{toolId}", tag = "agent-tools",
    params(("agentId" = Uuid, Path), ("toolId" = Uuid, Path)), request_body(content = Option<Wish>),
    responses((status = 200, body = Success), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn assign(
    Extract(platform): State,
    caller: Caller,
    Path((agent_id, tool_id)): Path<(Uuid, Uuid)>,
    extract::OptionalJson(wish): extract::OptionalJson<Wish>,
) -> Result<Json<Success>, ApiError> {
    seen(&platform, &caller, agent_id).await?;
    let tool = db::tools::find(&platform.db, tool_id)
        .await?
        .ok_or(ApiError::NotFound("Tool"))?;
    let wish = wish.unwrap_or_default();
    let checked = wish.checked(&platform, &caller, &tool, None).await?;
    let row = new_row(&platform, agent_id, tool_id, checked);
    if db::agent_tools::assign(&platform.db, std::slice::from_ref(&row))
        .await?
        .is_empty()
    {
        // It has the tool already: what is asked for now counts.
        let have = db::agent_tools::of_agent(&platform.db, agent_id).await?;
        if let Some(have) = have.iter().find(|have| have.tool_id == tool_id) {
            db::agent_tools::update(&platform.db, have.id, |have| {
                checked.write(have);
                have.updated_at = row.created_at;
                Ok::<(), ApiError>(())
            })
            .await?;
        }
    }
    refresh(&platform).await?;
    Ok(SUCCESS)
}

fn new_row(platform: &Arc<Platform>, agent_id: Uuid, tool_id: Uuid, checked: Checked) -> Row {
    let now = platform.clock.now();
    let mut row = Row {
        id: Uuid::now_v7(),
        agent_id,
        tool_id,
        credential_source_mcp_server_id: None,
        execution_source_mcp_server_id: None,
        use_dynamic_team_credential: false,
        credential_resolution_mode: String::new(),
        response_modifier_template: None,
        created_at: now,
        updated_at: now,
    };
    checked.write(&mut row);
    row
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct BulkAssignInput {
    assignments: Vec<AssignmentInput>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AssignmentInput {
    agent_id: Uuid,
    tool_id: Uuid,
    #[serde(flatten)]
    wish: Wish,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Pair {
    agent_id: Uuid,
    tool_id: Uuid,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Failed {
    agent_id: Uuid,
    tool_id: Uuid,
    error: String,
}

#[derive(Serialize, ToSchema, Default)]
pub(crate) struct BulkAssigned {
    succeeded: Vec<Pair>,
    failed: Vec<Failed>,
    /// The agent had the tool already; nothing was changed.
    duplicates: Vec<Pair>,
}

/// Give many tools to many agents. What can't be given is listed with its reason; the rest is given.
#[utoipa::path(post, path = "/api/agents/tools/bulk-assign", tag = "agent-tools", request_body = BulkAssignInput,
    responses((status = 200, body = BulkAssigned), (status = 400, body = ErrorBody)))]
pub(crate) async fn bulk_assign(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<BulkAssignInput>,
) -> Result<Json<BulkAssigned>, ApiError> {
    let ids: Vec<Uuid> = input
        .assignments
        .iter()
        .map(|wanted| wanted.tool_id)
        .collect();
    let tools = db::tools::find_many(&platform.db, &ids).await?;
    let tools: HashMap<Uuid, Tool> = tools.into_iter().map(|tool| (tool.id, tool)).collect();
    let agents = db::agents::all(&platform.db).await?;
    let is_there =
        |id| agents.iter().any(|agent| agent.id == id) && may_see(&platform, &caller, id);
    let mut answer = BulkAssigned::default();
    let mut rows = Vec::new();
    for AssignmentInput {
        agent_id,
        tool_id,
        wish,
    } in input.assignments
    {
        let checked = match tools.get(&tool_id) {
            None => Err(ApiError::NotFound("Tool")),
            Some(_) if !is_there(agent_id) => Err(ApiError::NotFound("Agent")),
            Some(tool) => wish.checked(&platform, &caller, tool, None).await,
        };
        match checked {
            Ok(checked) => rows.push(new_row(&platform, agent_id, tool_id, checked)),
            Err(error @ (ApiError::Validation(_) | ApiError::NotFound(_))) => {
                let error = error.to_string();
                answer.failed.push(Failed {
                    agent_id,
                    tool_id,
                    error,
                });
            }
            Err(error) => return Err(error),
        }
    }
    let new = db::agent_tools::assign(&platform.db, &rows).await?;
    for row in rows {
        let pair = Pair {
            agent_id: row.agent_id,
            tool_id: row.tool_id,
        };
        if new.contains(&row.id) {
            answer.succeeded.push(pair);
        } else {
            answer.duplicates.push(pair);
        }
    }
    refresh(&platform).await?;
    Ok(Json(answer))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BulkUnassignInput {
    agent_id: Uuid,
    tool_ids: Vec<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Removed {
    removed: u64,
}

/// Take many tools from an agent.
#[utoipa::path(post, path = "/api/agents/tools/bulk-unassign", tag = "agent-tools", request_body = BulkUnassignInput,
    responses((status = 200, body = Removed), (status = 404, body = ErrorBody)))]
pub(crate) async fn bulk_unassign(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<BulkUnassignInput>,
) -> Result<Json<Removed>, ApiError> {
    seen(&platform, &caller, input.agent_id).await?;
    let removed =
        db::agent_tools::unassign_many(&platform.db, input.agent_id, &input.tool_ids).await?;
    refresh(&platform).await?;
    Ok(Json(Removed { removed }))
}
