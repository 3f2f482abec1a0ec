//! The shapes of conversations, and what of them is checked.

use chrono::{DateTime, Utc};
use db::conversations as rows;
use domain::provider_keys::provider_of;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::given;
use crate::tools::ApprovalMode;
use crate::wire::{Message, Run};
use crate::{Chat, ChatError, demo};

const LONGEST_TITLE: usize = 200;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conversation {
    pub(super) id: Uuid,
    pub(super) organization_id: String,
    pub(super) user_id: String,
    pub(super) title: Option<String>,
    pub(super) agent_id: Uuid,
    pub(super) agent: AgentName,
    pub(super) prompt_id: Option<Uuid>,
    pub(super) provider: String,
    pub(super) selected_model: String,
    pub(super) system_prompt: Option<String>,
    /// `destructive`, `always` or `never`.
    pub(super) approval_mode: String,
    pub(super) has_custom_tool_selection: bool,
    pub(super) enabled_tool_ids: Vec<String>,
    /// The end of the branch that is shown.
    pub(super) leaf_message_id: Option<Uuid>,
    pub(super) run: Option<Run>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConversationAgent)]
pub(crate) struct AgentName {
    pub(super) id: Uuid,
    pub(super) name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConversationSummary {
    #[serde(flatten)]
    pub(super) conversation: Conversation,
    pub(super) message_count: i64,
    /// The last thing the person said.
    pub(super) preview: Option<String>,
    #[serde(rename = "match")]
    pub(super) found: Option<Match>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConversationMatch)]
pub(crate) struct Match {
    pub(super) message_id: Uuid,
    pub(super) snippet: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConversationDetail {
    #[serde(flatten)]
    pub(super) conversation: Conversation,
    /// All branches, oldest first.
    pub(super) messages: Vec<Message>,
    /// The last event that is in the messages.
    pub(super) last_event_id: i64,
    #[schema(value_type = Object)]
    pub(super) context: Value,
    /// In USD, as far as it is known.
    pub(super) cost: Option<String>,
}

impl Conversation {
    pub(crate) fn new(chat: &Chat, row: rows::Conversation, run: Option<&rows::Run>) -> Self {
        let snapshot = chat.platform.snapshot.load();
        let agent = snapshot.agent(&row.agent_id.to_string());
        Self {
            agent: AgentName {
                id: row.agent_id,
                name: agent.map_or_else(|| "Deleted agent".to_owned(), |agent| agent.name.clone()),
            },
            id: row.id,
            organization_id: row.organization_id,
            user_id: row.user_id,
            title: row.title,
            agent_id: row.agent_id,
            prompt_id: row.prompt_id,
            provider: row.provider,
            selected_model: row.model,
            system_prompt: row.system_prompt,
            approval_mode: row.approval_mode,
            has_custom_tool_selection: row.enabled_tools.is_some(),
            enabled_tool_ids: row.enabled_tools.unwrap_or_default(),
            leaf_message_id: row.leaf_message_id,
            run: run.map(Run::from),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// A part of a title or of a message.
    pub(super) search: Option<String>,
    pub(super) agent_id: Option<Uuid>,
    pub(super) limit: Option<i64>,
    pub(super) offset: Option<i64>,
}

/// What stands around the place that was found.
pub(super) fn snippet(words: &str, search: &str) -> String {
    const AROUND: usize = 60;
    let letters: Vec<char> = words.chars().collect();
    let lower: String = words.to_lowercase();
    let place = lower.find(&search.to_lowercase());
    let place = place.map_or(0, |place| lower[..place].chars().count());
    let start = place.saturating_sub(AROUND).min(letters.len());
    let end = (place + search.chars().count() + AROUND).min(letters.len());
    letters[start..end.max(start)].iter().collect()
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateConversation {
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) prompt_id: Option<Uuid>,
    pub(crate) title: Option<String>,
    pub(crate) selected_model: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) system_prompt: Option<String>,
    pub(crate) approval_mode: Option<String>,
    pub(crate) enabled_tool_ids: Option<Vec<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateConversation {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) title: Option<Option<String>>,
    pub(super) selected_model: Option<String>,
    pub(super) provider: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) system_prompt: Option<Option<String>>,
    pub(super) approval_mode: Option<String>,
    /// Any message of the branch to show.
    pub(super) leaf_message_id: Option<Uuid>,
    pub(super) agent_id: Option<Uuid>,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct GenerateTitle {
    /// Also if it has one already.
    #[serde(default)]
    pub(super) regenerate: bool,
}

/// The provider that is said, else the one that the model's name speaks of.
pub(crate) fn provider_for(
    chat: &Chat,
    model: &str,
    said: Option<String>,
) -> Result<String, ChatError> {
    if model.trim().is_empty() {
        return Err(ChatError::Invalid(
            "selectedModel is empty. Name a model.".to_owned(),
        ));
    }
    if let Some(said) = said {
        if said != demo::PROVIDER && llm::chat::dialect_of(&said).is_none() {
            return Err(ChatError::Invalid(format!(
                "The chat cannot speak to the provider “{said}”. It speaks to openai, anthropic, gemini and demo."
            )));
        }
        return Ok(said);
    }
    if model == demo::MODEL {
        return Ok(demo::PROVIDER.to_owned());
    }
    let snapshot = chat.platform.snapshot.load();
    let found = provider_of(&snapshot, model).map(|provider| provider.id.to_owned());
    found.ok_or_else(|| {
        ChatError::Conflict(format!(
            "Which provider has the model “{model}” cannot be told from its name. Say it in `provider`."
        ))
    })
}

pub(super) fn title(title: Option<String>) -> Result<Option<String>, ChatError> {
    let title = title.map(|title| title.trim().to_owned());
    match title {
        Some(title) if title.chars().count() > LONGEST_TITLE => Err(ChatError::Invalid(format!(
            "The title is longer than {LONGEST_TITLE} characters. Shorten it."
        ))),
        title => Ok(title.filter(|title| !title.is_empty())),
    }
}

pub(super) fn approval_mode(mode: Option<String>) -> Result<Option<String>, ChatError> {
    match mode {
        Some(mode) if !ApprovalMode::NAMES.contains(&mode.as_str()) => Err(ChatError::Invalid(
            format!("approvalMode is one of {}.", ApprovalMode::NAMES.join(", ")),
        )),
        mode => Ok(mode),
    }
}
