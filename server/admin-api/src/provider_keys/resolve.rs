//! Which key a profile uses and why, which providers there are, and what runs on this machine.

use axum::Json;
use axum::extract::State as Extract;
use domain::platform::Platform;
use domain::provider_keys::{self as keys, Step};
use llm::providers::Provider;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Named, known_provider};
use crate::error::ErrorBody;
use crate::extract::Query;
use crate::{ApiError, State};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// An id or a slug; without one, the default agent.
    agent_id: Option<String>,
    /// Without one, the model's.
    provider: Option<String>,
    model: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resolution {
    provider: &'static str,
    provider_name: &'static str,
    model: Option<String>,
    /// Why it is this provider, if a model was asked about.
    provider_reason: Option<String>,
    /// `profile`, `organization`, `environment` or `none`
    source: &'static str,
    key: Option<Named>,
    /// The variable that is used.
    variable: Option<String>,
    base_url: String,
    explanation: String,
    /// Every place in order, with why it is used or not.
    steps: Vec<ResolutionStep>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ResolutionStep {
    source: &'static str,
    used: bool,
    explanation: String,
}

impl From<Step> for ResolutionStep {
    fn from(step: Step) -> Self {
        Self {
            source: step.source.id(),
            used: step.used,
            explanation: step.explanation,
        }
    }
}

/// Which key a profile would use, and why.
#[utoipa::path(get, path = "/api/llm-provider-api-keys/resolve", tag = "provider keys", params(Question),
    responses((status = 200, body = Resolution), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn resolve(
    Extract(platform): State,
    Query(question): Query<Question>,
) -> Result<Json<Resolution>, ApiError> {
    let snapshot = platform.snapshot.load();
    let agent = match question.agent_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Some(snapshot.agent(id).ok_or(ApiError::NotFound("Profile"))?),
        None => snapshot.default_agent(),
    };
    let (provider, provider_reason) = match (&question.provider, &question.model) {
        (Some(provider), _) => (known_provider(provider)?, None),
        (None, Some(model)) => {
            let provider = keys::provider_of(&snapshot, model).ok_or_else(|| {
                ApiError::Conflict(format!(
                    "No provider lists the model \"{model}\", and its name tells none. Name the provider, too."
                ))
            })?;
            let lists = snapshot
                .providers_of_model(model)
                .iter()
                .any(|id| id == provider.id);
            (provider, Some(reason(provider, lists)))
        }
        (None, None) => (provider_of_new_conversations(&platform).await?, None),
    };
    let upstreams = &platform.upstreams;
    let choice = keys::choose(&snapshot, upstreams, agent.map(|agent| agent.id), provider);
    let named = agent.map(|agent| (agent.id, agent.name.as_str()));
    let is_variable = choice.source == keys::Source::Environment;
    Ok(Json(Resolution {
        provider: provider.id,
        provider_name: provider.name,
        model: question.model,
        provider_reason,
        source: choice.source.id(),
        key: choice.key.as_ref().map(|key| Named {
            id: key.id,
            name: key.name.clone(),
        }),
        variable: is_variable.then(|| keys::variable(upstreams, provider)),
        base_url: address(choice.base_url(upstreams)),
        explanation: keys::explanation(upstreams, named.map(|(_, name)| name), &choice),
        steps: keys::steps(&snapshot, upstreams, named, provider)
            .map(Into::into)
            .into(),
    }))
}

async fn provider_of_new_conversations(platform: &Platform) -> Result<&'static Provider, ApiError> {
    let row = db::organization::get(&platform.db).await?;
    let chosen = row.default_llm_provider.as_deref();
    let provider = chosen.and_then(llm::providers::provider).or_else(|| {
        let model = row.default_llm_model.as_deref()?;
        keys::provider_of(&platform.snapshot.load(), model)
    });
    provider.ok_or_else(|| {
        ApiError::Conflict(
            "The organization has no default model. Name a provider or a model.".into(),
        )
    })
}

fn reason(provider: &Provider, lists: bool) -> String {
    if lists {
        format!("{} lists this model.", provider.name)
    } else {
        format!("Models of this name are {}'s.", provider.name)
    }
}

/// As people write it.
fn address(url: Option<url::Url>) -> String {
    url.map_or_else(String::new, |url| {
        url.as_str().trim_end_matches('/').to_owned()
    })
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LlmProvider {
    id: &'static str,
    name: &'static str,
    default_base_url: &'static str,
    /// Whether a key of this provider needs a value even with an address of its own.
    key_required: bool,
    /// How its keys begin.
    key_example: &'static str,
    environment_variable: String,
    environment_key_set: bool,
    /// Where calls go without an address of the key's own.
    environment_base_url: String,
}

/// Providers that keys can be for.
#[utoipa::path(get, path = "/api/llm-providers", tag = "provider keys", responses((status = 200, body = Vec<LlmProvider>)))]
pub(crate) async fn llm_providers(Extract(platform): State) -> Json<Vec<LlmProvider>> {
    let upstreams = &platform.upstreams;
    let provider = |provider: &'static Provider| LlmProvider {
        id: provider.id,
        name: provider.name,
        default_base_url: provider.default_base_url,
        key_required: provider.listing != llm::models::Listing::OpenAi,
        key_example: provider.key_example,
        environment_variable: keys::variable(upstreams, provider),
        environment_key_set: keys::environment_pays(upstreams, provider),
        environment_base_url: address(upstreams.of(provider.id).map(|of| of.base_url.clone())),
    };
    Json(llm::providers::providers().iter().map(provider).collect())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalServer {
    id: &'static str,
    name: &'static str,
    base_url: String,
    provider: &'static str,
    models: Vec<String>,
    /// The key that leads there already.
    added_as: Option<Named>,
}

/// Model servers that answer on this machine.
#[utoipa::path(get, path = "/api/llm-provider-api-keys/local", tag = "provider keys",
    responses((status = 200, body = Vec<LocalServer>)))]
pub(crate) async fn local(Extract(platform): State) -> Json<Vec<LocalServer>> {
    let found = keys::find_local(&platform).await;
    let snapshot = platform.snapshot.load();
    let shown = found.into_iter().map(|server| {
        let leads_there =
            |url: &url::Url| url.port() == server.base_url.port() && keys::is_local(url);
        let added = snapshot
            .provider_keys()
            .find(|key| key.base_url.as_ref().is_some_and(leads_there));
        LocalServer {
            id: server.id,
            name: server.name,
            base_url: server.base_url.to_string(),
            provider: server.provider.id,
            models: server.models,
            added_as: added.map(|key| Named {
                id: key.id,
                name: key.name.clone(),
            }),
        }
    });
    Json(shown.collect())
}
