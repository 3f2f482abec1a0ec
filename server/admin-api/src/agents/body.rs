//! Agents on the wire, and how a body changes one.

mod settings;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ApiError;
use crate::extract::given;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published contract")]
pub(crate) struct Agent {
    id: Uuid,
    organization_id: String,
    name: String,
    slug: String,
    agent_type: String,
    description: Option<String>,
    icon: Option<String>,
    scope: String,
    system_prompt: Option<String>,
    is_default: bool,
    is_demo: bool,
    built_in: bool,
    consider_context_untrusted: bool,
    author_id: Option<String>,
    labels: Vec<Label>,
    teams: Vec<AgentTeam>,
    tools: Vec<AgentToolName>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When it was last called through the proxy.
    last_used_at: Option<DateTime<Utc>>,
    /// Attributes whose feature comes later, as they were given.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

#[derive(Serialize, ToSchema, Clone)]
pub(crate) struct AgentTeam {
    pub(super) id: Uuid,
    pub(super) name: String,
}

/// A tool that the agent has.
#[derive(Serialize, ToSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentToolName {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) catalog_id: Option<Uuid>,
}

#[derive(Serialize, Deserialize, ToSchema, Clone)]
pub(crate) struct Label {
    key: String,
    value: String,
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentInput {
    pub(super) name: Option<String>,
    agent_type: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    icon: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    system_prompt: Option<Option<String>>,
    /// `org`, `team` or `personal`.
    scope: Option<String>,
    pub(super) is_default: Option<bool>,
    consider_context_untrusted: Option<bool>,
    labels: Option<Vec<Label>>,
    /// Ids of teams.
    pub(super) teams: Option<Vec<Uuid>>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

/// What the published contract has beyond the columns, with the value of one that was never set.
fn setting_defaults() -> [(&'static str, Value); 14] {
    [
        ("builtInAgentConfig", Value::Null),
        ("connectorIds", json!([])),
        ("knowledgeBaseIds", json!([])),
        ("identityProviderId", Value::Null),
        ("incomingEmailAllowedDomain", Value::Null),
        ("incomingEmailEnabled", json!(false)),
        ("incomingEmailSecurityMode", json!("private")),
        ("llmApiKeyId", Value::Null),
        ("llmModel", Value::Null),
        ("passthroughHeaders", Value::Null),
        ("suggestedPrompts", json!([])),
        // `full`, or `search_and_run_only`: the gateway then offers two tools that find and run the others.
        ("toolExposureMode", json!("full")),
        // Whether the names of tools begin with their server's.
        ("toolPrefix", json!(true)),
        ("builtinTools", json!(true)),
    ]
}

pub(crate) const SCOPES: [&str; 3] = ["org", "team", "personal"];

impl AgentInput {
    pub(super) fn apply(&self, row: &mut db::agents::Agent) -> Result<(), ApiError> {
        if let Some(name) = &self.name {
            check_text("name", name, 200)?;
            row.name.clone_from(name);
        }
        if let Some(agent_type) = &self.agent_type {
            row.agent_type = one_of("agentType", agent_type, &domain::agents::AGENT_TYPES)?;
        }
        if let Some(scope) = &self.scope {
            row.scope = one_of("scope", scope, &SCOPES)?;
        }
        for (target, value) in [
            (&mut row.description, &self.description),
            (&mut row.icon, &self.icon),
            (&mut row.system_prompt, &self.system_prompt),
        ] {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
        row.is_default = self.is_default.unwrap_or(row.is_default);
        row.consider_context_untrusted = self
            .consider_context_untrusted
            .unwrap_or(row.consider_context_untrusted);
        if let Some(labels) = &self.labels {
            row.labels = checked_labels(labels)?;
        }
        self.apply_settings(row)
    }

    fn apply_settings(&self, row: &mut db::agents::Agent) -> Result<(), ApiError> {
        let Value::Object(settings) = &mut row.settings else {
            return Ok(());
        };
        for (key, _) in setting_defaults() {
            match self.settings.get(key) {
                Some(Value::Null) => drop(settings.remove(key)),
                Some(value) => {
                    settings::check(key, value)?;
                    settings.insert(key.to_owned(), value.clone());
                }
                None => {}
            }
        }
        Ok(())
    }
}

pub(crate) fn check_text(field: &str, text: &str, longest: usize) -> Result<(), ApiError> {
    if text.trim().is_empty() || text.chars().count() > longest {
        return Err(ApiError::Validation(format!(
            "{field} has 1 to {longest} characters."
        )));
    }
    Ok(())
}

pub(crate) fn one_of(field: &str, value: &str, allowed: &[&str]) -> Result<String, ApiError> {
    if allowed.contains(&value) {
        return Ok(value.to_owned());
    }
    Err(ApiError::Validation(format!(
        "{field} is one of {}, not \"{value}\".",
        allowed.join(", ")
    )))
}

pub(crate) fn checked_labels(labels: &[Label]) -> Result<Vec<(String, String)>, ApiError> {
    let mut checked: Vec<(String, String)> = Vec::new();
    for Label { key, value } in labels {
        check_text("A label's key", key, 100)?;
        check_text("A label's value", value, 200)?;
        if checked.iter().any(|(taken, _)| taken == key) {
            return Err(ApiError::Conflict(format!(
                "The label \"{key}\" is given twice."
            )));
        }
        checked.push((key.clone(), value.clone()));
    }
    Ok(checked)
}

/// What is shown beside a row.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) teams: Vec<AgentTeam>,
    pub(super) tools: Vec<AgentToolName>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
}

impl Agent {
    pub(super) fn new(row: db::agents::Agent, beside: Beside) -> Self {
        let stored = |key: &str, default: Value| row.settings.get(key).cloned().unwrap_or(default);
        let settings = setting_defaults()
            .into_iter()
            .map(|(key, default)| (key.to_owned(), stored(key, default)))
            .collect();
        Self {
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            slug: row.slug,
            agent_type: row.agent_type,
            description: row.description,
            icon: row.icon,
            scope: row.scope,
            system_prompt: row.system_prompt,
            is_default: row.is_default,
            is_demo: false,
            built_in: false,
            consider_context_untrusted: row.consider_context_untrusted,
            author_id: row.author_id,
            labels: row
                .labels
                .into_iter()
                .map(|(key, value)| Label { key, value })
                .collect(),
            teams: beside.teams,
            tools: beside.tools,
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_used_at: beside.last_used_at,
            settings,
        }
    }
}
