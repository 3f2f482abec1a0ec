//! Where a team's secrets are in a Vault that we only read, and what can be picked there: names, never values.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::team_vault_folders::VaultFolder as Row;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use secrets::Mode;
use secrets::stores::vault::VaultStore;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, OptionalJson};
use crate::{ApiError, State};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultFolder {
    id: Uuid,
    team_id: Uuid,
    vault_path: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for VaultFolder {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            team_id: row.team_id,
            vault_path: row.vault_path,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn vault(platform: &Platform) -> Result<&VaultStore, ApiError> {
    let mode = platform.secrets.mode();
    platform
        .secrets
        .vault()
        .filter(|_| mode == Mode::ReadonlyVault)
        .ok_or_else(|| {
            ApiError::Conflict(format!(
                "Teams have folders in Vault where it is only read (ARCHESTRA_SECRETS_MANAGER=READONLY_VAULT); {} is in \
                 force.",
                mode.name()
            ))
        })
}

/// What lies in a folder is for those who are in its team, and for administrators.
async fn check_member(platform: &Platform, caller: &Caller, team: Uuid) -> Result<(), ApiError> {
    db::teams::find(&platform.db, team)
        .await?
        .ok_or(ApiError::NotFound("Team"))?;
    let members = db::teams::members(&platform.db, team).await?;
    let is_member = members
        .iter()
        .any(|member| member.user_id == caller.user.id);
    if is_member || caller.may(Resource::Team, Action::Admin) {
        return Ok(());
    }
    Err(ApiError::Forbidden(
        "You are not in this team. Ask one of its members or an administrator.".into(),
    ))
}

/// The folders of a person's teams.
pub(crate) async fn of_user(platform: &Platform, user: &str) -> Result<Vec<String>, ApiError> {
    let mut folders = Vec::new();
    for team in db::teams::of_user(&platform.db, user).await? {
        let folder = db::team_vault_folders::find(&platform.db, team.id).await?;
        folders.extend(folder.map(|folder| folder.vault_path));
    }
    Ok(folders)
}

/// Get a team's folder in Vault.
#[utoipa::path(get, path = "/api/teams/{id}/vault-folder", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Option<VaultFolder>), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Option<VaultFolder>>, ApiError> {
    vault(&platform)?;
    let row = db::team_vault_folders::find(&platform.db, id).await?;
    Ok(Json(row.map(Into::into)))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultFolderInput {
    /// As Vault's API names it: `secret/data/teams/payments`.
    vault_path: String,
}

/// Set a team's folder; another path replaces it.
#[utoipa::path(post, path = "/api/teams/{id}/vault-folder", tag = "teams", params(("id" = Uuid, Path)),
    request_body = VaultFolderInput,
    responses((status = 200, body = VaultFolder), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<VaultFolderInput>,
) -> Result<Json<VaultFolder>, ApiError> {
    let path = vault(&platform)?.folder(&input.vault_path)?;
    db::teams::find(&platform.db, id)
        .await?
        .ok_or(ApiError::NotFound("Team"))?;
    let now = platform.clock.now();
    let row = db::team_vault_folders::set(&platform.db, id, &path, now).await?;
    Ok(Json(row.into()))
}

/// Forget a team's folder. Nothing in Vault changes.
#[utoipa::path(delete, path = "/api/teams/{id}/vault-folder", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if db::team_vault_folders::delete(&platform.db, id).await? {
        Ok(SUCCESS)
    } else {
        Err(ApiError::NotFound("Vault folder"))
    }
}

#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultFolderCheckInput {
    /// One that is not saved yet.
    vault_path: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultFolderCheck {
    connected: bool,
    secret_count: usize,
    error: Option<String>,
}

/// Look into a team's folder, or into one that is about to be set.
#[utoipa::path(post, path = "/api/teams/{id}/vault-folder/check-connectivity", tag = "teams",
    params(("id" = Uuid, Path)), request_body = VaultFolderCheckInput,
    responses((status = 200, body = VaultFolderCheck), (status = 400, body = ErrorBody)))]
pub(crate) async fn check(
    Extract(platform): State,
    Id(id): Id,
    OptionalJson(input): OptionalJson<VaultFolderCheckInput>,
) -> Result<Json<VaultFolderCheck>, ApiError> {
    let store = vault(&platform)?;
    let path = match input.unwrap_or_default().vault_path {
        Some(path) => store.folder(&path)?,
        None => folder(&platform, id).await?.vault_path,
    };
    Ok(Json(match store.list_folder(&path).await {
        Ok(secrets) => VaultFolderCheck {
            connected: true,
            secret_count: secrets.len(),
            error: None,
        },
        Err(error) => VaultFolderCheck {
            connected: false,
            secret_count: 0,
            error: Some(error.to_string()),
        },
    }))
}

async fn folder(platform: &Platform, team: Uuid) -> Result<Row, ApiError> {
    let row = db::team_vault_folders::find(&platform.db, team).await?;
    row.ok_or(ApiError::NotFound("Vault folder"))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VaultSecret {
    name: String,
    /// For references.
    path: String,
}

/// The secrets in a team's folder.
#[utoipa::path(get, path = "/api/teams/{id}/vault-folder/secrets", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<VaultSecret>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(crate) async fn secrets(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<VaultSecret>>, ApiError> {
    check_member(&platform, &caller, id).await?;
    let store = vault(&platform)?;
    let folder = folder(&platform, id).await?;
    let found = store.list_folder(&folder.vault_path).await?.into_iter();
    Ok(Json(
        found
            .map(|(name, path)| VaultSecret { name, path })
            .collect(),
    ))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultKeysInput {
    secret_path: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VaultKeys {
    keys: Vec<String>,
}

/// The keys of a secret in a team's folder, without their values.
#[utoipa::path(post, path = "/api/teams/{id}/vault-folder/secrets/keys", tag = "teams", params(("id" = Uuid, Path)),
    request_body = VaultKeysInput,
    responses((status = 200, body = VaultKeys), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn keys(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<VaultKeysInput>,
) -> Result<Json<VaultKeys>, ApiError> {
    check_member(&platform, &caller, id).await?;
    let store = vault(&platform)?;
    let folder = folder(&platform, id).await?;
    let path = store.folder(&input.secret_path)?;
    if !path.starts_with(&format!("{}/", folder.vault_path)) {
        return Err(ApiError::Forbidden(format!(
            "This secret is not in the team's folder {}.",
            folder.vault_path
        )));
    }
    let keys = store.keys(&path).await?;
    Ok(Json(VaultKeys { keys }))
}
