//! Keys for model providers: many for each, one the organization's default, one for each profile.
//!
//! A new value or address is tried at the provider before it is saved. Values go in and never come out.

mod access;
mod body;
mod resolve;

use axum::Json;
use axum::extract::State as Extract;
use db::provider_keys::ProviderKey as Row;
use domain::platform::Platform;
use domain::provider_keys::{self as keys, Change, KeyError, NewKey, Value};
use llm::providers::Provider;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Query};
use crate::{ApiError, State};
use access::{changeable, check_reference, may_see, seen};
use body::{ProviderKey, ProviderKeyInput, of_rows};
pub(crate) use body::{keyed_provider, known_provider};
pub(crate) use resolve::*;

const NOT_FOUND: ApiError = ApiError::NotFound("Key");

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Part of a name.
    search: Option<String>,
    provider: Option<String>,
}

/// Keys that the caller may see, by provider and name.
#[utoipa::path(get, path = "/api/llm-provider-api-keys", tag = "provider keys", params(Filter),
    responses((status = 200, body = Vec<ProviderKey>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<Vec<ProviderKey>>, ApiError> {
    let mut rows = db::provider_keys::list(&platform.db).await?;
    let search = filter.search.unwrap_or_default().to_lowercase();
    rows.retain(|row| {
        may_see(&platform, &caller, row)
            && row.name.to_lowercase().contains(&search)
            && filter
                .provider
                .as_ref()
                .is_none_or(|provider| row.provider == *provider)
    });
    Ok(Json(of_rows(&platform, rows).await?))
}

/// The same, under the name that other clients know.
#[utoipa::path(get, path = "/api/llm-provider-api-keys/available", tag = "provider keys", params(Filter),
    responses((status = 200, body = Vec<ProviderKey>)))]
pub(crate) async fn available(
    platform: State,
    caller: Caller,
    filter: Query<Filter>,
) -> Result<Json<Vec<ProviderKey>>, ApiError> {
    list(platform, caller, filter).await
}

/// Get a provider key, without the key itself.
#[utoipa::path(get, path = "/api/llm-provider-api-keys/{id}", tag = "provider keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = ProviderKey), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ProviderKey>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    shown(&platform, row).await
}

async fn shown(platform: &Platform, row: Row) -> Result<Json<ProviderKey>, ApiError> {
    let shown = of_rows(platform, vec![row]).await?.pop();
    shown.map(Json).ok_or(NOT_FOUND)
}

/// Save a key, after the provider has accepted it.
#[utoipa::path(post, path = "/api/llm-provider-api-keys", tag = "provider keys", request_body = ProviderKeyInput,
    responses((status = 200, body = ProviderKey), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<ProviderKeyInput>,
) -> Result<Json<ProviderKey>, ApiError> {
    let provider = input.provider()?;
    let value = input.value()?.unwrap_or(Value::None);
    input.check_is_usable(provider, &value)?;
    check_reference(&platform, &caller, &value).await?;
    let now = platform.clock.now();
    let mut row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        name: String::new(),
        provider: provider.id.to_owned(),
        secret_id: None,
        base_url: input.base_url(),
        scope: "org".to_owned(),
        team_id: None,
        user_id: Some(caller.user.id.clone()),
        is_default: false,
        vault_path: None,
        vault_key: None,
        tested_at: None,
        created_at: now,
        updated_at: now,
    };
    if input.name.is_none() {
        return Err(ApiError::Validation("name is required.".into()));
    }
    input.apply(&platform, &caller, &mut row)?;
    let new = NewKey {
        row,
        provider,
        value,
        agent_ids: input.profile_ids.unwrap_or_default(),
    };
    check_profiles(&platform, &new.agent_ids)?;
    let row = keys::create(&platform, new).await?;
    shown(&platform, row).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestInput {
    /// A saved key, whose value and address are tried where none are given.
    id: Option<Uuid>,
    #[serde(flatten)]
    key: ProviderKeyInput,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tested {
    ok: bool,
    model_count: usize,
    /// The first few.
    models: Vec<String>,
}

/// Try a key without saving it.
#[utoipa::path(post, path = "/api/llm-provider-api-keys/test", tag = "provider keys", request_body = TestInput,
    responses((status = 200, body = Tested), (status = 400, body = ErrorBody)))]
pub(crate) async fn test(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<TestInput>,
) -> Result<Json<Tested>, ApiError> {
    const SHOWN: usize = 20;
    let saved = match input.id {
        Some(id) => Some(changeable(&platform, &caller, id).await?),
        None => None,
    };
    let provider = match &saved {
        Some(row) => keyed_provider(&row.provider)?,
        None => input.key.provider()?,
    };
    let given = input.key.value()?;
    let base_url = match (&input.key.base_url, &saved) {
        (None, Some(row)) => row.base_url.clone(),
        _ => input.key.base_url(),
    };
    let models = match (given, &saved) {
        (None, Some(row)) => keys::test_saved(&platform, provider, base_url.as_deref(), row).await,
        (value, _) => {
            let value = value.unwrap_or(Value::None);
            input.key.check_is_usable(provider, &value)?;
            check_reference(&platform, &caller, &value).await?;
            keys::test(&platform, provider, base_url.as_deref(), &value).await
        }
    }?;
    let models: Vec<String> = models.into_iter().map(|model| model.id).collect();
    Ok(Json(Tested {
        ok: true,
        model_count: models.len(),
        models: models.into_iter().take(SHOWN).collect(),
    }))
}

/// Change a key. A new value or address is tried first.
#[utoipa::path(patch, path = "/api/llm-provider-api-keys/{id}", tag = "provider keys", params(("id" = Uuid, Path)),
    request_body = ProviderKeyInput,
    responses((status = 200, body = ProviderKey), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<ProviderKeyInput>,
) -> Result<Json<ProviderKey>, ApiError> {
    let row = changeable(&platform, &caller, id).await?;
    let provider = keyed_provider(&row.provider)?;
    if input
        .provider
        .as_ref()
        .is_some_and(|other| *other != row.provider)
    {
        return Err(ApiError::Conflict(
            "A key stays with its provider. Add another key instead.".into(),
        ));
    }
    let base_url = input.base_url.is_some().then(|| input.base_url());
    let value = input.value()?;
    if let Some(value) = &value {
        check_reference(&platform, &caller, value).await?;
    }
    let change = Change {
        value,
        base_url: base_url.filter(|base_url| *base_url != row.base_url),
    };
    let now = platform.clock.now();
    let edit = |row: &mut Row| {
        row.updated_at = now;
        input.apply(&platform, &caller, row)
    };
    if let Some(profile_ids) = &input.profile_ids {
        check_profiles(&platform, profile_ids)?;
    }
    let row = keys::change(&platform, &row, provider, change, edit).await?;
    if let Some(profile_ids) = &input.profile_ids {
        set_agents(&platform, row.id, profile_ids).await?;
    }
    shown(&platform, row).await
}

/// Delete a key with its value; profiles that used it use the organization's default.
#[utoipa::path(delete, path = "/api/llm-provider-api-keys/{id}", tag = "provider keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    let row = changeable(&platform, &caller, id).await?;
    keys::delete(&platform, &row).await?;
    Ok(SUCCESS)
}

/// Make a key the organization's default for its provider, in place of the one that was.
#[utoipa::path(post, path = "/api/llm-provider-api-keys/{id}/set-default", tag = "provider keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = ProviderKey), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set_default(
    platform: State,
    caller: Caller,
    id: Id,
) -> Result<Json<ProviderKey>, ApiError> {
    let input = ProviderKeyInput::with_default(true);
    update(platform, caller, id, extract::Json(input)).await
}

/// Have no default for the key's provider any more.
#[utoipa::path(post, path = "/api/llm-provider-api-keys/{id}/unset-default", tag = "provider keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = ProviderKey), (status = 404, body = ErrorBody)))]
pub(crate) async fn unset_default(
    platform: State,
    caller: Caller,
    id: Id,
) -> Result<Json<ProviderKey>, ApiError> {
    let input = ProviderKeyInput::with_default(false);
    update(platform, caller, id, extract::Json(input)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profiles {
    profile_ids: Vec<Uuid>,
}

/// Set which profiles use a key; each uses one of a provider, so that another key of it is no longer theirs.
#[utoipa::path(put, path = "/api/llm-provider-api-keys/{id}/profiles", tag = "provider keys", params(("id" = Uuid, Path)),
    request_body = Profiles,
    responses((status = 200, body = ProviderKey), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set_profiles(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<Profiles>,
) -> Result<Json<ProviderKey>, ApiError> {
    let row = changeable(&platform, &caller, id).await?;
    check_profiles(&platform, &input.profile_ids)?;
    set_agents(&platform, id, &input.profile_ids).await?;
    shown(&platform, row).await
}

async fn set_agents(platform: &Platform, id: Uuid, agent_ids: &[Uuid]) -> Result<(), ApiError> {
    db::provider_keys::set_agents(&platform.db, id, agent_ids).await?;
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BulkAssign {
    #[serde(alias = "chatApiKeyIds")]
    llm_provider_api_key_ids: Vec<Uuid>,
    profile_ids: Vec<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Assigned {
    success: bool,
    assigned: u64,
}

/// Give several keys to several profiles, beside those they have for other providers.
#[utoipa::path(post, path = "/api/llm-provider-api-keys/bulk-assign", tag = "provider keys", request_body = BulkAssign,
    responses((status = 200, body = Assigned), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn bulk_assign(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<BulkAssign>,
) -> Result<Json<Assigned>, ApiError> {
    check_profiles(&platform, &input.profile_ids)?;
    let mut providers: Vec<String> = Vec::new();
    for id in &input.llm_provider_api_key_ids {
        let row = changeable(&platform, &caller, *id).await?;
        if providers.contains(&row.provider) {
            return Err(ApiError::Validation(format!(
                "A profile uses one key of a provider, and two of these are for {}.",
                row.provider
            )));
        }
        providers.push(row.provider);
    }
    let ids = &input.llm_provider_api_key_ids;
    let assigned = db::provider_keys::assign(&platform.db, ids, &input.profile_ids).await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(Assigned {
        success: true,
        assigned,
    }))
}

fn check_profiles(platform: &Platform, ids: &[Uuid]) -> Result<(), ApiError> {
    let snapshot = platform.snapshot.load();
    let missing = |id: &&Uuid| !snapshot.agents().any(|agent| agent.id == **id);
    match ids.iter().find(missing) {
        Some(id) => Err(ApiError::Conflict(format!(
            "There is no profile with the id {id}."
        ))),
        None => Ok(()),
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotFound => NOT_FOUND,
            KeyError::Db(error) => error.into(),
            KeyError::Secrets(error) => error.into(),
            KeyError::Address(_) => Self::Forbidden(error.to_string()),
            KeyError::Invalid(_) | KeyError::NoAddress(_) => Self::Validation(error.to_string()),
            // What was sent is well formed; the provider, or the store, does not go along.
            KeyError::Refused { .. }
            | KeyError::Answered { .. }
            | KeyError::Unreachable { .. }
            | KeyError::NoListing { .. }
            | KeyError::WrongStore(_)
            | KeyError::ValueGone => Self::Conflict(error.to_string()),
        }
    }
}

/// For messages that say what a provider is called.
pub(crate) fn providers() -> String {
    let ids = llm::providers::providers()
        .iter()
        .map(|provider: &Provider| provider.id);
    ids.collect::<Vec<_>>().join(", ")
}
