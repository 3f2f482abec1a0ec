//! Requests for servers: a member asks, an administrator decides, both can leave notes.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::installation_requests::InstallationRequest as Row;
use domain::access::{Action, Resource};
use domain::catalog;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::{check_text, one_of};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Query, given};
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Installation request");
const STATUSES: [&str; 3] = ["pending", "approved", "declined"];

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstallationRequest {
    id: Uuid,
    /// What of a catalogue is asked for.
    external_catalog_id: Option<String>,
    catalog_name: Option<String>,
    requested_by: String,
    requested_by_name: Option<String>,
    /// `pending`, `approved` or `declined`
    status: String,
    request_reason: Option<String>,
    custom_server_config: Option<Value>,
    admin_response: Option<String>,
    reviewed_by: Option<String>,
    reviewed_at: Option<DateTime<Utc>>,
    #[schema(value_type = Vec<RequestNote>)]
    notes: Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RequestNote {
    id: Uuid,
    user_id: String,
    user_name: String,
    content: String,
    created_at: DateTime<Utc>,
}

struct Names {
    users: HashMap<String, String>,
    items: HashMap<String, String>,
}

impl Names {
    async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let items = db::mcp_catalog::names(&platform.db).await?.into_iter();
        let users = db::users::names(&platform.db).await?;
        Ok(Self {
            users: users.into_iter().collect(),
            items: items.map(|(id, name)| (id.to_string(), name)).collect(),
        })
    }

    fn request(&self, row: Row) -> InstallationRequest {
        let item = row
            .external_catalog_id
            .as_ref()
            .and_then(|id| self.items.get(id));
        let described = row
            .custom_server_config
            .as_ref()
            .and_then(|config| config["name"].as_str());
        InstallationRequest {
            catalog_name: item.cloned().or_else(|| described.map(str::to_owned)),
            requested_by_name: self.users.get(&row.requested_by).cloned(),
            id: row.id,
            external_catalog_id: row.external_catalog_id,
            requested_by: row.requested_by,
            status: row.status,
            request_reason: row.request_reason,
            custom_server_config: row.custom_server_config,
            admin_response: row.admin_response,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
            notes: row.notes,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

async fn one(platform: &Platform, row: Option<Row>) -> Result<Json<InstallationRequest>, ApiError> {
    let row = row.ok_or(NOT_FOUND)?;
    Ok(Json(Names::read(platform).await?.request(row)))
}

fn decides(caller: &Caller) -> bool {
    caller.may(Resource::InstallationRequest, Action::Admin)
}

/// One's own request; those who decide see all.
async fn seen(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::installation_requests::find(&platform.db, id).await?;
    row.filter(|row| row.requested_by == caller.user.id || decides(caller))
        .ok_or(NOT_FOUND)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestQuery {
    /// `pending`, `approved` or `declined`
    status: Option<String>,
}

/// List one's own requests; those who decide see all.
#[utoipa::path(get, path = "/api/mcp_server_installation_requests", tag = "installation-requests", params(RequestQuery),
    responses((status = 200, body = Vec<InstallationRequest>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<RequestQuery>,
) -> Result<Json<Vec<InstallationRequest>>, ApiError> {
    let status = query.status.as_deref().filter(|status| !status.is_empty());
    if let Some(status) = status {
        one_of("status", status, &STATUSES)?;
    }
    let of = (!decides(&caller)).then_some(caller.user.id.as_str());
    let rows = db::installation_requests::list(&platform.db, status, of).await?;
    let names = Names::read(&platform).await?;
    Ok(Json(
        rows.into_iter().map(|row| names.request(row)).collect(),
    ))
}

/// Get a request for a server.
#[utoipa::path(get, path = "/api/mcp_server_installation_requests/{id}", tag = "installation-requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = InstallationRequest), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<InstallationRequest>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    one(&platform, Some(row)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestInput {
    external_catalog_id: Option<String>,
    request_reason: Option<String>,
    #[schema(value_type = Option<Object>)]
    custom_server_config: Option<Value>,
}

/// Ask for a server: one of a catalogue, or one described by hand.
#[utoipa::path(post, path = "/api/mcp_server_installation_requests", tag = "installation-requests", request_body = RequestInput,
    responses((status = 200, body = InstallationRequest), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<RequestInput>,
) -> Result<Json<InstallationRequest>, ApiError> {
    let config = input
        .custom_server_config
        .filter(|config| !config.is_null())
        .map(catalog::without_secrets);
    if input.external_catalog_id.is_none() && config.is_none() {
        return Err(ApiError::Validation(
            "Say which server: externalCatalogId or customServerConfig.".into(),
        ));
    }
    let now = platform.clock.now();
    let row = Row {
        id: Uuid::now_v7(),
        external_catalog_id: input.external_catalog_id,
        requested_by: caller.user.id,
        status: "pending".to_owned(),
        request_reason: input.request_reason,
        custom_server_config: config,
        admin_response: None,
        reviewed_by: None,
        reviewed_at: None,
        notes: json!([]),
        created_at: now,
        updated_at: now,
    };
    db::installation_requests::insert(&platform.db, &row).await?;
    one(&platform, Some(row)).await
}

/// Only the fields that are sent; null clears one. What decides is the administrators'.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    request_reason: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    custom_server_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    admin_response: Option<Option<String>>,
    status: Option<String>,
}

/// Change a request for a server.
#[utoipa::path(patch, path = "/api/mcp_server_installation_requests/{id}", tag = "installation-requests", params(("id" = Uuid, Path)), request_body = RequestPatch,
    responses((status = 200, body = InstallationRequest), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<RequestPatch>,
) -> Result<Json<InstallationRequest>, ApiError> {
    seen(&platform, &caller, id).await?;
    if (input.status.is_some() || input.admin_response.is_some()) && !decides(&caller) {
        return Err(ApiError::Forbidden(
            "Only administrators may decide a request.".into(),
        ));
    }
    let now = platform.clock.now();
    let row = db::installation_requests::update(&platform.db, id, |row| {
        if let Some(reason) = &input.request_reason {
            row.request_reason.clone_from(reason);
        }
        if let Some(config) = &input.custom_server_config {
            row.custom_server_config = config.clone().map(catalog::without_secrets);
        }
        if let Some(response) = &input.admin_response {
            row.admin_response.clone_from(response);
        }
        if let Some(status) = &input.status {
            row.status = one_of("status", status, &STATUSES)?;
        }
        row.updated_at = now;
        Ok::<(), ApiError>(())
    })
    .await?;
    one(&platform, row).await
}

/// Delete a request for a server.
#[utoipa::path(delete, path = "/api/mcp_server_installation_requests/{id}", tag = "installation-requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    seen(&platform, &caller, id).await?;
    db::installation_requests::delete(&platform.db, id).await?;
    Ok(SUCCESS)
}

#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecisionInput {
    admin_response: Option<String>,
}

/// Grant a request for a server.
#[utoipa::path(post, path = "/api/mcp_server_installation_requests/{id}/approve", tag = "installation-requests", params(("id" = Uuid, Path)),
    request_body(content = Option<DecisionInput>),
    responses((status = 200, body = InstallationRequest), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn approve(
    state: State,
    caller: Caller,
    id: Id,
    input: extract::OptionalJson<DecisionInput>,
) -> Result<Json<InstallationRequest>, ApiError> {
    decide(state, caller, id, input, "approved").await
}

/// Decline a request for a server.
#[utoipa::path(post, path = "/api/mcp_server_installation_requests/{id}/decline", tag = "installation-requests", params(("id" = Uuid, Path)),
    request_body(content = Option<DecisionInput>),
    responses((status = 200, body = InstallationRequest), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn decline(
    state: State,
    caller: Caller,
    id: Id,
    input: extract::OptionalJson<DecisionInput>,
) -> Result<Json<InstallationRequest>, ApiError> {
    decide(state, caller, id, input, "declined").await
}

async fn decide(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::OptionalJson(input): extract::OptionalJson<DecisionInput>,
    status: &str,
) -> Result<Json<InstallationRequest>, ApiError> {
    let now = platform.clock.now();
    let input = input.unwrap_or_default();
    let row = db::installation_requests::update(&platform.db, id, |row| {
        if row.status != "pending" {
            return Err(ApiError::Conflict(format!(
                "This request was {} already.",
                row.status
            )));
        }
        status.clone_into(&mut row.status);
        row.admin_response.clone_from(&input.admin_response);
        row.reviewed_by = Some(caller.user.id.clone());
        row.reviewed_at = Some(now);
        row.updated_at = now;
        Ok(())
    })
    .await?;
    one(&platform, row).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct NoteInput {
    content: String,
}

/// Add a note to the talk about a request.
#[utoipa::path(post, path = "/api/mcp_server_installation_requests/{id}/notes", tag = "installation-requests", params(("id" = Uuid, Path)), request_body = NoteInput,
    responses((status = 200, body = InstallationRequest), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn add_note(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<NoteInput>,
) -> Result<Json<InstallationRequest>, ApiError> {
    check_text("content", &input.content, 5000)?;
    seen(&platform, &caller, id).await?;
    let now = platform.clock.now();
    let note = RequestNote {
        id: Uuid::now_v7(),
        user_id: caller.user.id,
        user_name: caller.user.name,
        content: input.content,
        created_at: now,
    };
    let note = json!(note);
    let row = db::installation_requests::update(&platform.db, id, |row| {
        if let Some(notes) = row.notes.as_array_mut() {
            notes.push(note);
        }
        row.updated_at = now;
        Ok::<(), ApiError>(())
    })
    .await?;
    one(&platform, row).await
}
