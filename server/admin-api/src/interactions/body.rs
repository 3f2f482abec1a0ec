//! Calls on the wire.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::interactions::Interaction;
use domain::platform::Platform;
use domain::pricing::usd;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ApiError;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    id: Uuid,
    created_at: DateTime<Utc>,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    external_agent_id: Option<String>,
    user_id: Option<String>,
    user_name: Option<String>,
    session_id: Option<String>,
    session_source: Option<String>,
    provider: String,
    r#type: String,
    /// What answered, as the provider names it; what was asked for, if nothing did.
    model: Option<String>,
    requested_model: Option<String>,
    /// The rule that sent the call to another model than the one asked for.
    optimization: Option<Optimization>,
    stream: bool,
    /// What the client got; 0 if it left before.
    status: i32,
    outcome: String,
    error: Option<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cache_read_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    /// USD; null if the model's price is not known.
    cost: Option<f64>,
    first_byte_ms: Option<f64>,
    duration_ms: f64,
    tool_call_count: i32,
    request_bytes: i64,
    response_bytes: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Optimization {
    rule_id: Uuid,
    /// The model that was called.
    model: String,
    /// USD: what the model that was asked for would have cost; null if its price is not known.
    baseline_cost: Option<f64>,
}

impl From<db::interactions::Optimization> for Optimization {
    fn from(row: db::interactions::Optimization) -> Self {
        Self {
            rule_id: row.rule_id,
            model: row.model,
            baseline_cost: row.baseline_cost_pico.map(usd),
        }
    }
}

/// Names of agents and people, to show beside their ids.
#[derive(Clone)]
pub(crate) struct Names {
    agents: HashMap<Uuid, String>,
    users: HashMap<String, String>,
}

impl Names {
    pub(crate) async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let users = db::users::names(&platform.db).await?.into_iter().collect();
        let agents = platform
            .snapshot
            .load()
            .agents()
            .map(|agent| (agent.id, agent.name.clone()))
            .collect();
        Ok(Self { agents, users })
    }

    pub(crate) fn agent(&self, id: Uuid) -> Option<String> {
        self.agents.get(&id).cloned()
    }

    pub(crate) fn user(&self, id: &str) -> Option<String> {
        self.users.get(id).cloned()
    }

    pub(crate) fn agent_label(&self, id: &str) -> String {
        let name = id.parse().ok().and_then(|id: Uuid| self.agents.get(&id));
        name.cloned().unwrap_or_else(|| "deleted agent".to_owned())
    }
}

impl Row {
    pub(crate) fn new(row: Interaction, names: &Names) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "microseconds as milliseconds, to be read"
        )]
        let millis = |micros: i64| micros as f64 / 1000.0;
        Self {
            id: row.id,
            created_at: row.created_at,
            agent_name: row.agent_id.and_then(|id| names.agents.get(&id).cloned()),
            agent_id: row.agent_id,
            external_agent_id: row.external_agent_id,
            user_name: row
                .user_id
                .as_ref()
                .and_then(|id| names.users.get(id).cloned()),
            user_id: row.user_id,
            session_id: row.session_id,
            session_source: row.session_source,
            provider: row.provider,
            r#type: row.kind,
            model: row.model.or_else(|| row.requested_model.clone()),
            requested_model: row.requested_model,
            optimization: None,
            stream: row.stream,
            status: row.status,
            outcome: row.outcome,
            error: row.error,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cache_read_tokens: row.cache_read_tokens,
            cache_write_tokens: row.cache_write_tokens,
            cost: row.cost_pico.map(usd),
            first_byte_ms: row.first_byte_us.map(millis),
            duration_ms: millis(row.duration_us),
            tool_call_count: row.tool_call_count,
            request_bytes: row.request_bytes,
            response_bytes: row.response_bytes,
        }
    }

    pub(super) fn optimized(&mut self, rows: &[db::interactions::Optimization]) {
        let made = rows.iter().find(|made| made.interaction_id == self.id);
        self.optimization = made.cloned().map(Into::into);
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    #[serde(flatten)]
    row: Row,
    /// The body that went up, if it is JSON.
    request: Value,
    /// The body that came down, if it is JSON; a stream as the body it amounts to.
    response: Value,
    /// The body as text, where it is not JSON.
    request_text: Option<String>,
    response_text: Option<String>,
    /// A body was longer than what is kept.
    truncated: bool,
}

impl Detail {
    pub(super) fn new(row: Row, bodies: Option<(Vec<u8>, Vec<u8>, bool)>) -> Self {
        let (request, response, truncated) = bodies.unwrap_or_default();
        let (request, request_text) = json_or_text(&request);
        let (response, response_text) = json_or_text(&response);
        Self {
            row,
            request,
            response,
            request_text,
            response_text,
            truncated,
        }
    }
}

fn json_or_text(body: &[u8]) -> (Value, Option<String>) {
    if body.is_empty() {
        return (Value::Null, None);
    }
    match serde_json::from_slice(body) {
        Ok(value) => (value, None),
        Err(_) => (
            Value::Null,
            Some(String::from_utf8_lossy(body).into_owned()),
        ),
    }
}

pub(super) fn decode(body: &[u8]) -> std::io::Result<Vec<u8>> {
    if body.is_empty() {
        Ok(Vec::new())
    } else {
        zstd::decode_all(body)
    }
}
