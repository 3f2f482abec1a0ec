//! One's own API keys: shown once, kept as a hash.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, TimeDelta, Utc};
use domain::api_keys::{PREFIX, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success, new_token};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::{ApiError, State, extract};

/// How much of a key is kept to recognise it by: the prefix and four characters.
const START: usize = PREFIX.len() + 4;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateApiKey {
    name: Option<String>,
    /// Seconds; without it the key does not expire.
    expires_in: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKey {
    id: Uuid,
    name: String,
    start: String,
    prefix: String,
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
    fn new(row: db::api_keys::ApiKey) -> Self {
        Self {
            id: row.id,
            name: row.name,
            start: row.start,
            prefix: row.prefix,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_request: row.last_used_at,
        }
    }
}

/// Create a key for programs.
#[utoipa::path(post, path = "/api/auth/api-key/create", tag = "api keys", request_body = CreateApiKey,
    responses((status = 200, body = NewApiKey), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<CreateApiKey>,
) -> Result<Json<NewApiKey>, ApiError> {
    let name = body.name.unwrap_or_else(|| "API key".to_owned());
    if name.trim().is_empty() || name.chars().count() > 100 {
        return Err(ApiError::Validation(
            "A key's name has 1 to 100 characters.".into(),
        ));
    }
    let now = platform.clock.now();
    let key = format!("{PREFIX}{}", new_token());
    let row = db::api_keys::ApiKey {
        id: Uuid::now_v7(),
        user_id: caller.user.id,
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
        permission: None,
    };
    db::api_keys::insert(&platform.db, &row).await?;
    // The key must work as soon as it is shown, not when the notification has come round.
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(NewApiKey {
        about: ApiKey::new(row),
        key,
    }))
}

fn expiry(now: DateTime<Utc>, seconds: i64) -> Result<DateTime<Utc>, ApiError> {
    let lifetime = TimeDelta::try_seconds(seconds).filter(|lifetime| *lifetime > TimeDelta::zero());
    let expiry = lifetime.and_then(|lifetime| now.checked_add_signed(lifetime));
    expiry.ok_or_else(|| {
        ApiError::Validation("expiresIn is a number of seconds greater than zero.".into())
    })
}

/// List one's own keys, without their values.
#[utoipa::path(get, path = "/api/auth/api-key/list", tag = "api keys", responses((status = 200, body = Vec<ApiKey>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<ApiKey>>, ApiError> {
    let rows = db::api_keys::list(&platform.db, &caller.user.id).await?;
    Ok(Json(rows.into_iter().map(ApiKey::new).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteApiKey {
    key_id: Uuid,
}

/// Delete a key; it stops working at once.
#[utoipa::path(post, path = "/api/auth/api-key/delete", tag = "api keys", request_body = DeleteApiKey,
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<DeleteApiKey>,
) -> Result<Json<Success>, ApiError> {
    if !db::api_keys::delete(&platform.db, &caller.user.id, body.key_id).await? {
        return Err(ApiError::NotFound("API key"));
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}
