//! Calls on the wire.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::mcp_tool_calls::{CallBodies, McpToolCall as Row};
use domain::platform::Platform;
use domain::recorder::inflate;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{ApiError, interactions};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolCall {
    id: Uuid,
    created_at: DateTime<Utc>,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    mcp_server_id: Option<Uuid>,
    mcp_server_name: String,
    method: String,
    tool_name: Option<String>,
    /// Null for what calls no tool.
    tool_call: Option<CalledTool>,
    /// Any JSON; null when live, and while only the row is known.
    tool_result: Value,
    is_error: bool,
    error: Option<String>,
    duration_ms: f64,
    argument_bytes: i64,
    result_bytes: i64,
    /// Some of the bodies was too long to keep.
    truncated: bool,
    user_id: Option<String>,
    user_name: Option<String>,
    token_id: Option<Uuid>,
    token_name: Option<String>,
    auth_method: Option<String>,
    session: Option<String>,
    client: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CalledTool {
    id: String,
    name: String,
    #[schema(value_type = Object)]
    arguments: Value,
}

/// Names of agents, people and tokens, to show beside their ids.
#[derive(Clone)]
pub(super) struct Names {
    known: interactions::Names,
    tokens: HashMap<Uuid, String>,
    servers: HashMap<Uuid, String>,
}

fn servers(platform: &Platform) -> HashMap<Uuid, String> {
    let snapshot = platform.snapshot.load();
    let servers = snapshot.servers();
    servers
        .map(|server| (server.id, server.name.clone()))
        .collect()
}

impl Names {
    pub(super) async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let tokens = db::tokens::all(&platform.db).await?.into_iter();
        Ok(Self {
            servers: servers(platform),
            known: interactions::Names::read(platform).await?,
            tokens: tokens.map(|token| (token.id, token.name)).collect(),
        })
    }

    pub(super) fn server_label(&self, id: &str) -> String {
        let name = id.parse().ok().and_then(|id: Uuid| self.servers.get(&id));
        name.cloned().unwrap_or_else(|| "deleted server".to_owned())
    }

    pub(super) fn agent_label(&self, id: &str) -> String {
        self.known.agent_label(id)
    }
}

/// The text of a body that is no JSON any more, because its end was cut off.
fn read(body: &[u8]) -> Value {
    let bytes = inflate(body);
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

fn arguments(params: &Value) -> Value {
    let arguments = &params["arguments"];
    let of_tool = if arguments.is_object() {
        arguments
    } else {
        params
    };
    if of_tool.is_object() {
        of_tool.clone()
    } else {
        json!({})
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds as milliseconds, to be read"
)]
fn milliseconds(microseconds: i64) -> f64 {
    microseconds as f64 / 1000.0
}

impl ToolCall {
    pub(super) fn new(row: Row, names: &Names, bodies: Option<&CallBodies>) -> Self {
        let params = bodies.map_or(Value::Null, |bodies| read(&bodies.arguments));
        let tool_call = row.tool_name.as_ref().map(|name| CalledTool {
            id: row.id.to_string(),
            name: name.clone(),
            arguments: arguments(&params),
        });
        Self {
            agent_name: row.agent_id.and_then(|id| names.known.agent(id)),
            user_name: row.user_id.as_ref().and_then(|id| names.known.user(id)),
            token_name: row.token_id.and_then(|id| names.tokens.get(&id).cloned()),
            tool_result: bodies.map_or(Value::Null, |bodies| read(&bodies.result)),
            truncated: bodies.is_some_and(|bodies| bodies.truncated),
            tool_call,
            id: row.id,
            created_at: row.created_at,
            agent_id: row.agent_id,
            mcp_server_id: row.mcp_server_id,
            mcp_server_name: row.mcp_server_name,
            method: row.method,
            tool_name: row.tool_name,
            is_error: row.is_error,
            error: row.error,
            duration_ms: milliseconds(row.duration_us),
            argument_bytes: row.argument_bytes,
            result_bytes: row.result_bytes,
            user_id: row.user_id,
            token_id: row.token_id,
            auth_method: row.auth_method,
            session: row.session_id,
            client: row.client,
        }
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }
}
