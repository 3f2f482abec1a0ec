//! Prompts that people keep, with every version they had.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::prompts::Prompt as Row;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::{check_text, may_see};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::extract::{self, Id, given};
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Prompt");
const LONGEST_NAME: usize = 200;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prompt {
    id: Uuid,
    organization_id: String,
    name: String,
    agent_id: Uuid,
    user_prompt: Option<String>,
    system_prompt: Option<String>,
    version: i32,
    /// The first version; null for itself.
    parent_prompt_id: Option<Uuid>,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Prompt {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            agent_id: row.agent_id,
            user_prompt: row.user_prompt,
            system_prompt: row.system_prompt,
            version: row.version,
            parent_prompt_id: row.parent_prompt_id,
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The active version of each.
#[utoipa::path(get, path = "/api/prompts", tag = "prompts", responses((status = 200, body = Vec<Prompt>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<Prompt>>, ApiError> {
    let mut rows = db::prompts::active(&platform.db).await?;
    rows.retain(|row| may_see(&platform, &caller, row.agent_id));
    Ok(Json(rows.into_iter().map(Prompt::from).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatePrompt {
    name: String,
    agent_id: Uuid,
    user_prompt: Option<String>,
    system_prompt: Option<String>,
}

/// Create a prompt.
#[utoipa::path(post, path = "/api/prompts", tag = "prompts", request_body = CreatePrompt, responses((status = 200, body = Prompt)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<CreatePrompt>,
) -> Result<Json<Prompt>, ApiError> {
    let now = platform.clock.now();
    let row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        name: body.name,
        agent_id: body.agent_id,
        user_prompt: body.user_prompt,
        system_prompt: body.system_prompt,
        version: 1,
        parent_prompt_id: None,
        is_active: true,
        created_at: now,
        updated_at: now,
    };
    check(&platform, &caller, &row)?;
    db::prompts::insert(&platform.db, &row).await?;
    Ok(Json(row.into()))
}

fn check(platform: &Platform, caller: &Caller, row: &Row) -> Result<(), ApiError> {
    check_text("name", &row.name, LONGEST_NAME)?;
    if !may_see(platform, caller, row.agent_id) {
        return Err(ApiError::Conflict(format!(
            "There is no agent with the id {}.",
            row.agent_id
        )));
    }
    let is_empty =
        |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    if is_empty(&row.user_prompt) && is_empty(&row.system_prompt) {
        return Err(ApiError::Conflict(
            "A prompt needs a userPrompt or a systemPrompt; both are empty.".to_owned(),
        ));
    }
    Ok(())
}

/// A prompt is seen with its agent.
async fn find(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::prompts::find(&platform.db, id).await?;
    row.filter(|row| may_see(platform, caller, row.agent_id))
        .ok_or(NOT_FOUND)
}

/// Get a prompt.
#[utoipa::path(get, path = "/api/prompts/{id}", tag = "prompts", params(("id" = Uuid, Path)), responses((status = 200, body = Prompt)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Prompt>, ApiError> {
    Ok(Json(find(&platform, &caller, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatePrompt {
    name: Option<String>,
    agent_id: Option<Uuid>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    user_prompt: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    system_prompt: Option<Option<String>>,
}

/// A change is another version, with an id of its own.
#[utoipa::path(patch, path = "/api/prompts/{id}", tag = "prompts", params(("id" = Uuid, Path)), request_body = UpdatePrompt, responses((status = 200, body = Prompt)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(body): extract::Json<UpdatePrompt>,
) -> Result<Json<Prompt>, ApiError> {
    let mut next = find(&platform, &caller, id).await?;
    next.name = body.name.unwrap_or(next.name);
    next.agent_id = body.agent_id.unwrap_or(next.agent_id);
    next.user_prompt = body.user_prompt.unwrap_or(next.user_prompt);
    next.system_prompt = body.system_prompt.unwrap_or(next.system_prompt);
    add(&platform, &caller, next).await
}

async fn add(
    platform: &Platform,
    caller: &Caller,
    mut next: Row,
) -> Result<Json<Prompt>, ApiError> {
    check(platform, caller, &next)?;
    let root = next.root();
    next.id = Uuid::now_v7();
    next.updated_at = platform.clock.now();
    let added = db::prompts::add_version(&platform.db, root, next).await?;
    Ok(Json(added.ok_or(NOT_FOUND)?.into()))
}

/// All versions of it.
#[utoipa::path(delete, path = "/api/prompts/{id}", tag = "prompts", params(("id" = Uuid, Path)), responses((status = 200, body = Success)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    let row = find(&platform, &caller, id).await?;
    db::prompts::delete(&platform.db, row.root()).await?;
    Ok(SUCCESS)
}

/// Newest first.
#[utoipa::path(get, path = "/api/prompts/{id}/versions", tag = "prompts", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<Prompt>)))]
pub(crate) async fn versions(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<Prompt>>, ApiError> {
    let root = find(&platform, &caller, id).await?.root();
    let rows = db::prompts::versions(&platform.db, root).await?;
    Ok(Json(rows.into_iter().map(Prompt::from).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RollbackPrompt {
    version_id: Uuid,
}

/// An earlier version once more, as the newest one.
#[utoipa::path(post, path = "/api/prompts/{id}/rollback", tag = "prompts", params(("id" = Uuid, Path)), request_body = RollbackPrompt, responses((status = 200, body = Prompt)))]
pub(crate) async fn rollback(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(body): extract::Json<RollbackPrompt>,
) -> Result<Json<Prompt>, ApiError> {
    let root = find(&platform, &caller, id).await?.root();
    let version = find(&platform, &caller, body.version_id).await?;
    if version.root() != root {
        return Err(ApiError::Validation(
            "versionId is a version of another prompt.".to_owned(),
        ));
    }
    add(&platform, &caller, version).await
}
