//! Models that providers listed: which there are for a profile, what they cost, and what people said about them.

mod body;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use db::models::Model as Row;
use domain::platform::Platform;
use domain::provider_keys::{self as keys, Choice, Source};
use futures_util::future::join_all;
use llm::providers::{Provider, providers};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::error::ErrorBody;
use crate::extract::{self, Id, Query};
use crate::provider_keys::{keyed_provider, known_provider};
use crate::{ApiError, State};
use body::{ChatModel, LlmModel, LlmModelInput, ModelKey, Prices};

const NOT_FOUND: ApiError = ApiError::NotFound("Model");

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    provider: Option<String>,
    /// Part of a name.
    search: Option<String>,
}

/// Every model that was listed, with the keys it can be used with.
#[utoipa::path(get, path = "/api/llm-models", tag = "models", params(Filter), responses((status = 200, body = Vec<LlmModel>)))]
pub(crate) async fn list(
    Extract(platform): State,
    Query(filter): Query<Filter>,
) -> Result<Json<Vec<LlmModel>>, ApiError> {
    let search = filter.search.unwrap_or_default().to_lowercase();
    let mut rows = db::models::list(&platform.db).await?;
    rows.retain(|row| {
        let name = row.name.as_deref().unwrap_or_default().to_lowercase();
        filter
            .provider
            .as_ref()
            .is_none_or(|id| row.provider == *id)
            && (row.model_id.to_lowercase().contains(&search) || name.contains(&search))
    });
    Ok(Json(shown(&platform, rows).await?))
}

async fn shown(platform: &Platform, rows: Vec<Row>) -> Result<Vec<LlmModel>, ApiError> {
    let keys: HashMap<Uuid, db::provider_keys::ProviderKey> = db::provider_keys::list(&platform.db)
        .await?
        .into_iter()
        .map(|key| (key.id, key))
        .collect();
    let mut of_model: HashMap<Uuid, Vec<ModelKey>> = HashMap::new();
    for (model, key) in db::models::keys(&platform.db).await? {
        let key = keys.get(&key).map(ModelKey::new);
        of_model.entry(model).or_default().extend(key);
    }
    let prices = Prices::read(platform).await?;
    let shown = rows.into_iter().map(|row| {
        let keys = of_model.remove(&row.id).unwrap_or_default();
        LlmModel::new(row, keys, &prices)
    });
    Ok(shown.collect())
}

/// Say something about a model: its price, its kinds, whether pickers show it.
#[utoipa::path(patch, path = "/api/llm-models/{id}", tag = "models", params(("id" = Uuid, Path)), request_body = LlmModelInput,
    responses((status = 200, body = LlmModel), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<LlmModelInput>,
) -> Result<Json<LlmModel>, ApiError> {
    let now = platform.clock.now();
    let row = db::models::update(&platform.db, id, |row, price| {
        row.updated_at = now;
        input.apply(row, price)
    })
    .await?
    .ok_or(NOT_FOUND)?;
    platform.snapshot.refresh(&platform.db).await?;
    let shown = shown(&platform, vec![row]).await?.pop();
    shown.map(Json).ok_or(NOT_FOUND)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Synced {
    success: bool,
    synced: usize,
    failed: Vec<NotSynced>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NotSynced {
    key_id: Uuid,
    name: String,
    error: String,
}

/// List the models of every key anew.
#[utoipa::path(post, path = "/api/llm-models/sync", tag = "models", responses((status = 200, body = Synced)))]
pub(crate) async fn sync(Extract(platform): State) -> Json<Synced> {
    let (synced, failed) = keys::sync(&platform).await;
    let failed = failed.into_iter().map(|(key, error)| NotSynced {
        key_id: key.id,
        name: key.name.clone(),
        error: ApiError::from(error).to_string(),
    });
    Json(Synced {
        success: true,
        synced,
        failed: failed.collect(),
    })
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct OfProfile {
    /// Without one, those of every provider there is a key for.
    provider: Option<String>,
    /// An id or a slug; without one, the default agent.
    agent_id: Option<String>,
}

/// Models that a profile can chat with.
#[utoipa::path(get, path = "/api/chat/models", tag = "models", params(OfProfile),
    responses((status = 200, body = Vec<ChatModel>), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn chat_models(
    Extract(platform): State,
    Query(query): Query<OfProfile>,
) -> Result<Json<Vec<ChatModel>>, ApiError> {
    let snapshot = Arc::clone(&platform.snapshot.load());
    let agent = match query.agent_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Some(snapshot.agent(id).ok_or(ApiError::NotFound("Profile"))?.id),
        None => snapshot.default_agent().map(|agent| agent.id),
    };
    let choose = |provider| keys::choose(&snapshot, &platform.upstreams, agent, provider);
    let prices = Prices::read(&platform).await?;
    if let Some(provider) = &query.provider {
        let choice = choose(known_provider(provider)?);
        return Ok(Json(of_choice(&platform, choice, &prices).await?));
    }
    let listings = providers().iter().map(async |provider| {
        let listed = of_choice(&platform, choose(provider), &prices).await;
        listed.unwrap_or_else(|error| {
            tracing::warn!(%error, provider = provider.id, "models could not be listed");
            Vec::new()
        })
    });
    Ok(Json(
        join_all(listings).await.into_iter().flatten().collect(),
    ))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct OfKey {
    provider: Option<String>,
    /// Without one, the organization's default or the environment's.
    api_key_id: Option<Uuid>,
}

/// Models that a key can be used for.
#[utoipa::path(get, path = "/api/llm-models/available", tag = "models", params(OfKey),
    responses((status = 200, body = Vec<ChatModel>), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn available(
    platform: State,
    Query(query): Query<OfKey>,
) -> Result<Json<Vec<ChatModel>>, ApiError> {
    let Some(id) = query.api_key_id else {
        let of_profile = OfProfile {
            provider: query.provider,
            agent_id: None,
        };
        return chat_models(platform, Query(of_profile)).await;
    };
    let Extract(platform) = platform;
    let key = platform.snapshot.load().provider_key(id).cloned();
    let key = key.ok_or(ApiError::NotFound("Key"))?;
    let choice = Choice {
        provider: keyed_provider(&key.provider)?,
        source: Source::Organization,
        key: Some(key),
    };
    let prices = Prices::read(&platform).await?;
    Ok(Json(of_choice(&platform, choice, &prices).await?))
}

async fn of_choice(
    platform: &Platform,
    choice: Choice,
    prices: &Prices,
) -> Result<Vec<ChatModel>, ApiError> {
    let provider: &Provider = choice.provider;
    if choice.source == Source::Nothing {
        return Ok(Vec::new());
    }
    let rows = keys::models_of(platform, choice).await?;
    let chats = rows.into_iter().filter(|row| row.chats && !row.ignored);
    Ok(chats
        .map(|row| ChatModel::new(row, provider, prices))
        .collect())
}
