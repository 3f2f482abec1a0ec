//! Accounts of programs: members with a role, teams and API keys, who never sign in.

use axum::Json;
use axum::extract::State as Extract;
use db::members::MemberFilter;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::check_text;
use crate::api_keys::{self, ApiKey, CreateApiKey, NewApiKey};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::Path;
use crate::members::{self, Member};
use crate::{ApiError, State, extract, roles};

const NOT_FOUND: ApiError = ApiError::NotFound("Service account");

#[derive(Serialize, ToSchema)]
pub(crate) struct ServiceAccount {
    #[serde(flatten)]
    member: Member,
    keys: Vec<ApiKey>,
}

async fn with_keys(platform: &Platform, member: Member) -> Result<ServiceAccount, ApiError> {
    let keys = db::api_keys::list(&platform.db, &member.id).await?;
    Ok(ServiceAccount {
        member,
        keys: keys.into_iter().map(ApiKey::new).collect(),
    })
}

/// The row of a service account; a person is none.
async fn found(platform: &Platform, id: &str) -> Result<db::members::Member, ApiError> {
    let row = db::members::find(&platform.db, id).await?;
    row.filter(|row| row.kind == "service").ok_or(NOT_FOUND)
}

async fn one(
    platform: &Platform,
    caller: &Caller,
    id: &str,
) -> Result<Json<ServiceAccount>, ApiError> {
    let member = members::one(platform, caller, id).await?;
    Ok(Json(with_keys(platform, member).await?))
}

/// List service accounts with their keys.
#[utoipa::path(get, path = "/api/service-accounts", tag = "service accounts", responses((status = 200, body = Vec<ServiceAccount>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<ServiceAccount>>, ApiError> {
    let filter = MemberFilter {
        kind: Some("service".to_owned()),
        ..MemberFilter::default()
    };
    let rows = db::members::list(&platform.db, &filter).await?;
    let mut accounts = Vec::new();
    for member in members::described(&platform, &caller, rows).await? {
        accounts.push(with_keys(&platform, member).await?);
    }
    Ok(Json(accounts))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ServiceAccountInput {
    name: Option<String>,
    role: Option<String>,
}

/// Make an account for programs, with a role that one has.
#[utoipa::path(post, path = "/api/service-accounts", tag = "service accounts", request_body = ServiceAccountInput,
    responses((status = 200, body = ServiceAccount), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<ServiceAccountInput>,
) -> Result<Json<ServiceAccount>, ApiError> {
    let (Some(name), Some(role)) = (input.name, input.role) else {
        return Err(ApiError::Validation("name and role are required.".into()));
    };
    check_text("name", &name, 200)?;
    roles::givable(&platform, &caller, &role).await?;
    let id = Uuid::now_v7().to_string();
    // No letter reaches this address (RFC 2606), and nobody signs in with it.
    let email = format!("{id}@service-account.invalid");
    let now = platform.clock.now();
    db::members::insert_service(&platform.db, &id, &name, &email, &role, now).await?;
    platform.snapshot.refresh(&platform.db).await?;
    one(&platform, &caller, &id).await
}

/// Change a service account's name or role; the role holds at once.
#[utoipa::path(patch, path = "/api/service-accounts/{id}", tag = "service accounts", params(("id" = String, Path)), request_body = ServiceAccountInput,
    responses((status = 200, body = ServiceAccount), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
    extract::Json(input): extract::Json<ServiceAccountInput>,
) -> Result<Json<ServiceAccount>, ApiError> {
    let row = found(&platform, &id).await?;
    if let Some(name) = &input.name {
        check_text("name", name, 200)?;
        roles::check_has_role(&platform, &caller, &row.role)?;
    }
    if let Some(role) = &input.role {
        members::set_role(&platform, &caller, &id, role).await?;
    }
    if let Some(name) = &input.name {
        db::users::rename(&platform.db, &id, name).await?;
    }
    one(&platform, &caller, &id).await
}

/// Delete a service account; its keys stop working at once.
#[utoipa::path(delete, path = "/api/service-accounts/{id}", tag = "service accounts", params(("id" = String, Path)),
    responses((status = 200, body = Success), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Success>, ApiError> {
    found(&platform, &id).await?;
    members::remove(&platform, &caller, &id).await?;
    Ok(SUCCESS)
}

/// Create a key for a service account whose role grants no more than one has.
#[utoipa::path(post, path = "/api/service-accounts/{id}/api-keys", tag = "service accounts", params(("id" = String, Path)), request_body = CreateApiKey,
    responses((status = 200, body = NewApiKey), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn create_key(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<CreateApiKey>,
) -> Result<Json<NewApiKey>, ApiError> {
    let row = found(&platform, &id).await?;
    let grants = platform.snapshot.load().role(&row.role).unwrap_or_default();
    roles::check_has(&caller, grants, &format!("The role {}", row.role))?;
    api_keys::issue(&platform, &row.id, grants, body).await
}

/// Delete a key of a service account; it stops working at once.
#[utoipa::path(delete, path = "/api/service-accounts/{id}/api-keys/{keyId}", tag = "service accounts",
    params(("id" = String, Path), ("keyId" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_key(
    Extract(platform): State,
    Path((id, key)): Path<(String, Uuid)>,
) -> Result<Json<Success>, ApiError> {
    found(&platform, &id).await?;
    api_keys::remove(&platform, &id, key).await
}
