//! What works here: which providers have a key, what runs on this machine, and the demo model.

use axum::Json;
use axum::extract::State as Extract;
use domain::provider_keys::{LocalServer, Source, choose, find_local, provider_of};
use llm::providers::{Provider, providers};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::Query;
use crate::{Chat, ChatError, State, demo};

/// Which of several providers is taken, and with which model, where nobody has chosen.
const PREFERRED: [(&str, &str); 3] = [
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-5.1"),
    ("gemini", "gemini-2.5-flash"),
];

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusQuery {
    /// Absent: the default agent.
    agent_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatStatus {
    /// A real model can be asked.
    ready: bool,
    default_model: DefaultModel,
    providers: Vec<ProviderStatus>,
    /// Model servers found on this machine.
    local: Vec<LocalModels>,
    demo: DemoModel,
    /// What is missing and what would do, where no real model can be asked.
    message: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ChatDefaultModel)]
pub(crate) struct DefaultModel {
    provider: String,
    model: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ChatProviderStatus)]
pub(crate) struct ProviderStatus {
    id: String,
    name: String,
    configured: bool,
    /// `profile`, `organization` or `environment`.
    source: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChatLocalModels)]
pub(crate) struct LocalModels {
    id: String,
    name: String,
    base_url: String,
    models: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ChatDemoModel)]
pub(crate) struct DemoModel {
    provider: String,
    model: String,
    name: String,
}

/// Say whether the chat can answer, and with which model.
#[utoipa::path(get, path = "/api/chat/status", tag = "chat", params(StatusQuery), responses((status = 200, body = ChatStatus)))]
pub(crate) async fn status(
    Extract(chat): State,
    Query(query): Query<StatusQuery>,
) -> Result<Json<ChatStatus>, ChatError> {
    let default = chat
        .platform
        .snapshot
        .load()
        .default_agent()
        .map(|agent| agent.id);
    let agent = query.agent_id.or(default);
    let statuses: Vec<ProviderStatus> = providers()
        .iter()
        .map(|provider| {
            let source = source(&chat, agent, provider);
            ProviderStatus {
                id: provider.id.to_owned(),
                name: provider.name.to_owned(),
                configured: source.is_some(),
                source: source.map(str::to_owned),
            }
        })
        .collect();
    let ready = statuses.iter().any(|status| status.configured);
    let local = if ready {
        Vec::new()
    } else {
        find_local(&chat.platform).await
    };
    let (provider, model) = default_model(&chat, agent.unwrap_or_default());
    Ok(Json(ChatStatus {
        ready,
        default_model: DefaultModel { provider, model },
        providers: statuses,
        message: (!ready).then(|| message(&local)),
        local: local.into_iter().map(LocalModels::from).collect(),
        demo: DemoModel {
            provider: demo::PROVIDER.to_owned(),
            model: demo::MODEL.to_owned(),
            name: demo::NAME.to_owned(),
        },
    }))
}

impl From<LocalServer> for LocalModels {
    fn from(server: LocalServer) -> Self {
        Self {
            id: server.id.to_owned(),
            name: server.name.to_owned(),
            base_url: server.base_url.to_string(),
            models: server.models,
        }
    }
}

fn source(chat: &Chat, agent: Option<Uuid>, provider: &'static Provider) -> Option<&'static str> {
    let snapshot = chat.platform.snapshot.load();
    match choose(&snapshot, &chat.platform.upstreams, agent, provider).source {
        Source::Profile => Some("profile"),
        Source::Organization => Some("organization"),
        Source::Environment => Some("environment"),
        Source::Nothing => None,
    }
}

/// Provider and model for whoever has chosen none.
pub(crate) fn default_model(chat: &Chat, agent: Uuid) -> (String, String) {
    let works = |id: &str| {
        let provider = llm::providers::provider(id)?;
        source(chat, Some(agent), provider)
    };
    if let Some(chosen) = organizations(chat).filter(|(provider, _)| works(provider).is_some()) {
        return chosen;
    }
    let found = PREFERRED
        .iter()
        .find(|(provider, _)| works(provider).is_some());
    let (provider, model) = found.copied().unwrap_or((demo::PROVIDER, demo::MODEL));
    (provider.to_owned(), model.to_owned())
}

/// What the organization has chosen for everybody.
fn organizations(chat: &Chat) -> Option<(String, String)> {
    let snapshot = chat.platform.snapshot.load();
    let row = snapshot.organization()?;
    let model = row.default_llm_model.clone()?;
    let provider = row.default_llm_provider.clone();
    let by_model = || Some(provider_of(&snapshot, &model)?.id.to_owned());
    Some((provider.or_else(by_model)?, model))
}

fn message(local: &[LocalServer]) -> String {
    let start = "There is no API key yet, so no model can be asked.";
    match local.first() {
        Some(server) => format!(
            "{start} Add a key under Settings → Chat, use {}, which runs on this machine, or try your tools with the demo model.",
            server.name
        ),
        None => format!(
            "{start} Add a key under Settings → Chat, or try your tools with the demo model."
        ),
    }
}
