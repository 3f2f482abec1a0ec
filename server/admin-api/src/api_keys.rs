//! API keys: shown once, kept as a hash. One may do all that its owner may, or what it is limited to of that.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::grants::Grants;
use domain::api_keys::{PREFIX, digest};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success, new_token};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::{ApiError, State, roles};

const NOT_FOUND: ApiError = ApiError::NotFound("API key");

/// How much of a key is kept to recognise it by: the prefix and four characters.
const START: usize = PREFIX.len() + 4;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateApiKey {
    name: Option<String>,
    /// Seconds; without it the key does not expire.
    expires_in: Option<i64>,
    /// Resource → actions that the key is limited to; without it, all that its owner may do.
    #[schema(value_type = Option<std::collections::HashMap<String, Vec<String>>>)]
    permission: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKey {
    id: Uuid,
    user_id: String,
    name: String,
    start: String,
    prefix: String,
    /// What it is limited to; null for all that its owner may do.
    #[schema(value_type = Option<std::collections::HashMap<String, Vec<String>>>)]
    permission: Option<Value>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_request: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NewApiKey {
    #[serde(flatten)]
    about: ApiKey,
    /// The key itself, this once.
    key: String,
}

impl ApiKey {
    pub(crate) fn new(row: db::api_keys::ApiKey) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            start: row.start,
            prefix: row.prefix,
            permission: row.permission,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_request: row.last_used_at,
        }
    }
}

/// Create a key for programs.
#[utoipa::path(post, path = "/api/api-keys", tag = "api keys", request_body = CreateApiKey,
    responses((status = 200, body = NewApiKey), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<CreateApiKey>,
) -> Result<Json<NewApiKey>, ApiError> {
    let owner = &caller.user.id;
    issue(&platform, owner, caller.grants, body).await
}

/// The same under its older name.
#[utoipa::path(post, path = "/api/auth/api-key/create", tag = "api keys", request_body = CreateApiKey,
    responses((status = 200, body = NewApiKey), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn create_older(
    platform: State,
    caller: Caller,
    body: extract::Json<CreateApiKey>,
) -> Result<Json<NewApiKey>, ApiError> {
    create(platform, caller, body).await
}

/// `most`: what it can be limited to.
pub(crate) async fn issue(
    platform: &Platform,
    owner: &str,
    most: Grants,
    body: CreateApiKey,
) -> Result<Json<NewApiKey>, ApiError> {
    let name = body.name.unwrap_or_else(|| "API key".to_owned());
    crate::agents::check_text("A key's name", &name, 100)?;
    let now = platform.clock.now();
    let key = format!("{PREFIX}{}", new_token());
    let row = db::api_keys::ApiKey {
        id: Uuid::now_v7(),
        user_id: owner.to_owned(),
        name,
        prefix: PREFIX.to_owned(),
        start: key.chars().take(START).collect(),
        key_hash: digest(&key).to_vec(),
        created_at: now,
        expires_at: body
            .expires_in
            .map(|seconds| expiry(now, seconds))
            .transpose()?,
        last_used_at: None,
        permission: limit(most, body.permission)?,
    };
    db::api_keys::insert(&platform.db, &row).await?;
    // The key must work as soon as it is shown, not when the notification has come round.
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(NewApiKey {
        about: ApiKey::new(row),
        key,
    }))
}

fn limit(most: Grants, wanted: Option<Value>) -> Result<Option<Value>, ApiError> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_null()) else {
        return Ok(None);
    };
    let lacks = most.lacks(&roles::checked_map(&wanted)?);
    if lacks.is_empty() {
        return Ok(Some(wanted));
    }
    Err(ApiError::Forbidden(format!(
        "A key has no more than its owner; this is too much: {}.",
        lacks.join(", ")
    )))
}

fn expiry(now: DateTime<Utc>, seconds: i64) -> Result<DateTime<Utc>, ApiError> {
    let lifetime = TimeDelta::try_seconds(seconds).filter(|lifetime| *lifetime > TimeDelta::zero());
    let expiry = lifetime.and_then(|lifetime| now.checked_add_signed(lifetime));
    expiry.ok_or_else(|| {
        ApiError::Validation("expiresIn is a number of seconds greater than zero.".into())
    })
}

/// List one's own keys, without their values.
#[utoipa::path(get, path = "/api/api-keys", tag = "api keys", responses((status = 200, body = Vec<ApiKey>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<ApiKey>>, ApiError> {
    let rows = db::api_keys::list(&platform.db, &caller.user.id).await?;
    Ok(Json(rows.into_iter().map(ApiKey::new).collect()))
}

/// The same under its older name.
#[utoipa::path(get, path = "/api/auth/api-key/list", tag = "api keys", responses((status = 200, body = Vec<ApiKey>)))]
pub(crate) async fn list_older(
    platform: State,
    caller: Caller,
) -> Result<Json<Vec<ApiKey>>, ApiError> {
    list(platform, caller).await
}

/// Get an API key, without the key itself.
#[utoipa::path(get, path = "/api/api-keys/{id}", tag = "api keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = ApiKey), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ApiKey>, ApiError> {
    let rows = db::api_keys::list(&platform.db, &caller.user.id).await?;
    let row = rows.into_iter().find(|row| row.id == id);
    Ok(Json(ApiKey::new(row.ok_or(NOT_FOUND)?)))
}

/// Delete a key; it stops working at once.
#[utoipa::path(delete, path = "/api/api-keys/{id}", tag = "api keys", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    remove(&platform, &caller.user.id, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteApiKey {
    key_id: Uuid,
}

/// The same under its older name.
#[utoipa::path(post, path = "/api/auth/api-key/delete", tag = "api keys", request_body = DeleteApiKey,
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_older(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<DeleteApiKey>,
) -> Result<Json<Success>, ApiError> {
    remove(&platform, &caller.user.id, body.key_id).await
}

pub(crate) async fn remove(
    platform: &Platform,
    owner: &str,
    id: Uuid,
) -> Result<Json<Success>, ApiError> {
    if !db::api_keys::delete(&platform.db, owner, id).await? {
        return Err(NOT_FOUND);
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}
