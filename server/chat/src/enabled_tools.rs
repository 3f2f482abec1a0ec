//! Which tools a conversation has, and what an agent offers.

use axum::Json;
use axum::extract::State as Extract;
use db::conversations as rows;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::{self, Caller, Id, Mine};
use crate::tools::{ApprovalMode, Known, gateway};
use crate::{Chat, ChatError, State};

const TAG: &str = "chat";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnabledTools {
    /// Without a selection of its own a conversation has all tools of its agent.
    has_custom_selection: bool,
    enabled_tool_ids: Vec<String>,
}

impl From<Option<Vec<String>>> for EnabledTools {
    fn from(tools: Option<Vec<String>>) -> Self {
        Self {
            has_custom_selection: tools.is_some(),
            enabled_tool_ids: tools.unwrap_or_default(),
        }
    }
}

/// List the tools that a conversation may use.
#[utoipa::path(get, path = "/api/chat/conversations/{id}/enabled-tools", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = EnabledTools)))]
pub(crate) async fn get(Mine(row): Mine) -> Json<EnabledTools> {
    Json(row.enabled_tools.into())
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetEnabledTools {
    tool_ids: Vec<String>,
}

/// Choose the tools that a conversation may use.
#[utoipa::path(put, path = "/api/chat/conversations/{id}/enabled-tools", tag = TAG, params(("id" = Uuid, Path)), request_body = SetEnabledTools, responses((status = 200, body = EnabledTools)))]
pub(crate) async fn put(
    Extract(chat): State,
    Mine(row): Mine,
    extract::Json(body): extract::Json<SetEnabledTools>,
) -> Result<Json<EnabledTools>, ChatError> {
    set(&chat, row.id, Some(body.tool_ids)).await
}

/// Back to all tools of the agent.
#[utoipa::path(delete, path = "/api/chat/conversations/{id}/enabled-tools", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = EnabledTools)))]
pub(crate) async fn clear(
    Extract(chat): State,
    Mine(row): Mine,
) -> Result<Json<EnabledTools>, ChatError> {
    set(&chat, row.id, None).await
}

async fn set(
    chat: &Chat,
    id: Uuid,
    tools: Option<Vec<String>>,
) -> Result<Json<EnabledTools>, ChatError> {
    let changed = rows::update(&chat.platform.db, id, |row| row.enabled_tools = tools).await?;
    let changed = changed.ok_or(ChatError::NotFound("Conversation"))?;
    Ok(Json(changed.enabled_tools.into()))
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about a tool"
)]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatTool {
    id: String,
    name: String,
    description: Option<String>,
    #[schema(value_type = Object)]
    parameters: Value,
    server: String,
    read_only: bool,
    destructive: bool,
    /// In a conversation that asks only about destructive tools.
    asks: bool,
    available: bool,
}

impl ChatTool {
    fn new(tool: &Known, available: bool) -> Self {
        Self {
            id: tool.id.clone(),
            name: tool.name.clone(),
            description: tool.description().map(str::to_owned),
            parameters: tool.definition["inputSchema"].clone(),
            server: tool.server().to_owned(),
            read_only: tool.read_only(),
            destructive: tool.destructive(),
            asks: ApprovalMode::Destructive.asks(tool, &[]),
            available,
        }
    }
}

/// What an agent offers the caller in a conversation; paused tools are named, too.
#[utoipa::path(get, path = "/api/chat/agents/{agentId}/mcp-tools", tag = TAG, params(("agentId" = Uuid, Path)), responses((status = 200, body = Vec<ChatTool>)))]
pub(crate) async fn of_agent(
    Extract(chat): State,
    Caller(caller): Caller,
    Id(agent): Id,
) -> Result<Json<Vec<ChatTool>>, ChatError> {
    if chat
        .platform
        .snapshot
        .load()
        .agent(&agent.to_string())
        .is_none()
    {
        return Err(ChatError::NotFound("Agent"));
    }
    let listed = gateway::list(&chat, &caller.user_id, agent).await;
    let listed = listed.map_err(|fault| ChatError::Invalid(fault.message))?;
    let paused = crate::tools::of_agent(&chat, agent);
    let paused = paused.iter().filter(|tool| tool.paused);
    let tools = listed.iter().map(|tool| ChatTool::new(tool, true));
    let tools = tools.chain(paused.map(|tool| ChatTool::new(tool, false)));
    Ok(Json(tools.collect()))
}
