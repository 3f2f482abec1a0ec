//! Installed MCP servers: a catalog item for one person, one team or everybody, and what people ask of it.

mod access;
mod body;
mod inspect;
mod live;
mod logs;
mod usage;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use db::mcp_servers::{McpServer as Row, ServerFilter};
use db::tools::ToolFilter;
use domain::platform::Platform;
use domain::servers::{NewServer, Values};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Query};
use crate::tools::Tool;
use crate::{ApiError, State};
pub(crate) use access::may_see;
use access::{changeable, seen};
use body::{Facts, McpServer};
pub(crate) use inspect::*;
pub(crate) use live::*;
pub(crate) use logs::*;
pub(crate) use usage::*;

const NOT_FOUND: ApiError = ApiError::NotFound("MCP server");

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ServerQuery {
    catalog_id: Option<Uuid>,
}

/// List the installations that the caller may see.
#[utoipa::path(get, path = "/api/mcp_server", tag = "mcp-servers", params(ServerQuery), responses((status = 200, body = Vec<McpServer>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ServerQuery>,
) -> Result<Json<Vec<McpServer>>, ApiError> {
    let filter = ServerFilter {
        catalog_id: query.catalog_id,
        ..ServerFilter::default()
    };
    let mut rows = db::mcp_servers::list(&platform.db, &filter).await?;
    rows.retain(|row| access::may_see(&platform, &caller, row));
    let facts = Facts::read(&platform, &rows).await?;
    Ok(Json(
        rows.into_iter()
            .map(|row| facts.server(&platform, row))
            .collect(),
    ))
}

/// Get an installed MCP server.
#[utoipa::path(get, path = "/api/mcp_server/{id}", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<McpServer>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    one(&platform, row).await
}

async fn one(platform: &Arc<Platform>, row: Row) -> Result<Json<McpServer>, ApiError> {
    let rows = [row];
    let facts = Facts::read(platform, &rows).await?;
    let [row] = rows;
    Ok(Json(facts.server(platform, row)))
}

/// What is installed and for whom. Keys that only answers have are ignored.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstallInput {
    id: Option<Uuid>,
    catalog_id: Uuid,
    name: String,
    /// `personal`, `team` or `org`; without it, `team` if a team is named, else `personal`.
    scope: Option<String>,
    team_id: Option<String>,
    /// `docker`, `kubernetes` or `process`; without it, the first that is available.
    runtime: Option<String>,
    cluster_id: Option<Uuid>,
    service_account: Option<String>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    environment_values: Option<BTreeMap<String, SecretString>>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    user_config_values: Option<BTreeMap<String, SecretString>>,
    #[schema(value_type = Option<String>)]
    access_token: Option<SecretString>,
    /// What a sign-in at the server left (POST /api/oauth/callback).
    secret_id: Option<Uuid>,
    /// Agents that get its tools.
    agent_ids: Option<Vec<Uuid>>,
    #[serde(default)]
    is_byos_vault: bool,
}

/// Install a server. A remote one is connected to before this answers; a local one starts afterwards, and its status says how far
/// it is.
#[utoipa::path(post, path = "/api/mcp_server", tag = "mcp-servers", request_body = InstallInput,
    responses((status = 200, body = McpServer), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn install(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<InstallInput>,
) -> Result<Json<McpServer>, ApiError> {
    crate::agents::check_text("name", &input.name, 200)?;
    if input.is_byos_vault && platform.secrets.mode() != secrets::Mode::ReadonlyVault {
        return Err(ApiError::Conflict(
            "Values can be references where Vault is only read (ARCHESTRA_SECRETS_MANAGER=READONLY_VAULT). Enter the \
             values themselves."
                .into(),
        ));
    }
    let item = db::mcp_catalog::find(&platform.db, input.catalog_id).await?;
    item.filter(|item| crate::mcp_catalog::may_see(&platform, &caller, item))
        .ok_or(ApiError::NotFound("MCP catalog item"))?;
    let scope = access::scope(
        &platform,
        &caller,
        input.scope.as_deref(),
        input.team_id.as_deref(),
    )?;
    let new = NewServer {
        id: input.id,
        catalog_id: input.catalog_id,
        name: input.name,
        owner_id: caller.user.id.clone(),
        scope,
        runtime: input.runtime,
        // The cluster of the configuration is a runtime and has no row.
        cluster_id: input
            .cluster_id
            .filter(|id| !crate::clusters::is_configured(*id)),
        service_account: input.service_account,
        secret_id: input.secret_id,
        access_token: input.access_token,
        values: Values {
            environment: input.environment_values.unwrap_or_default(),
            user_config: input.user_config_values.unwrap_or_default(),
            vault_folders: access::vault_folders(&platform, &caller).await?,
        },
        are_references: input.is_byos_vault,
        agent_ids: input.agent_ids.unwrap_or_default(),
    };
    let row = platform.servers.install(new).await?;
    refresh(&platform).await?;
    one(&platform, row).await
}

/// The gateway and the lists see the change at once.
async fn refresh(platform: &Arc<Platform>) -> Result<(), ApiError> {
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RenameInput {
    name: String,
}

/// Rename an installation.
#[utoipa::path(patch, path = "/api/mcp_server/{id}", tag = "mcp-servers", params(("id" = Uuid, Path)), request_body = RenameInput,
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn rename(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<RenameInput>,
) -> Result<Json<McpServer>, ApiError> {
    crate::agents::check_text("name", &input.name, 200)?;
    changeable(&platform, &caller, id).await?;
    db::mcp_servers::set_name(&platform.db, id, &input.name).await?;
    read_again(&platform, id).await
}

async fn read_again(platform: &Arc<Platform>, id: Uuid) -> Result<Json<McpServer>, ApiError> {
    refresh(platform).await?;
    let row = db::mcp_servers::find(&platform.db, id).await?;
    one(platform, row.ok_or(NOT_FOUND)?).await
}

/// Delete an installation. What ran for it goes as soon as its runtime answers, its secrets too.
#[utoipa::path(delete, path = "/api/mcp_server/{id}", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    changeable(&platform, &caller, id).await?;
    if !platform.servers.delete(id).await? {
        return Err(NOT_FOUND);
    }
    refresh(&platform).await?;
    Ok(SUCCESS)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstallationStatus {
    /// `idle`, `pending`, `discovering-tools`, `success` or `error`
    local_installation_status: String,
    local_installation_error: Option<String>,
    /// What is going on, in words.
    detail: Option<String>,
}

/// How far an installation is.
#[utoipa::path(get, path = "/api/mcp_server/{id}/installation-status", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = InstallationStatus), (status = 404, body = ErrorBody)))]
pub(crate) async fn installation_status(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<InstallationStatus>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    let now = platform.servers.status(id);
    Ok(Json(InstallationStatus {
        detail: now.and_then(|now| now.detail.clone()),
        local_installation_status: row.status,
        local_installation_error: row.error,
    }))
}

/// The tools of an installation, by name.
#[utoipa::path(get, path = "/api/mcp_server/{id}/tools", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Tool>), (status = 404, body = ErrorBody)))]
pub(crate) async fn tools(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<Tool>>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    let filter = ToolFilter {
        catalog_id: Some(row.catalog_id),
        search: None,
    };
    let rows = db::tools::list(&platform.db, &filter).await?;
    crate::tools::described(&platform, rows).await.map(Json)
}

/// Start it again with its values as they are.
#[utoipa::path(post, path = "/api/mcp_server/{id}/restart", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn restart(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<McpServer>, ApiError> {
    changeable(&platform, &caller, id).await?;
    platform.servers.restart(id).await?;
    read_again(&platform, id).await
}

/// As restart: what failed is tried again now instead of later.
#[utoipa::path(post, path = "/api/mcp_server/{id}/retry", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn retry(
    state: State,
    caller: Caller,
    id: Id,
) -> Result<Json<McpServer>, ApiError> {
    restart(state, caller, id).await
}

/// Start what was stopped.
#[utoipa::path(post, path = "/api/mcp_server/{id}/start", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn start(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<McpServer>, ApiError> {
    changeable(&platform, &caller, id).await?;
    platform.servers.set_running(id, true).await?;
    read_again(&platform, id).await
}

/// Stop it until it is started again.
#[utoipa::path(post, path = "/api/mcp_server/{id}/stop", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = McpServer), (status = 404, body = ErrorBody)))]
pub(crate) async fn stop(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<McpServer>, ApiError> {
    changeable(&platform, &caller, id).await?;
    platform.servers.set_running(id, false).await?;
    read_again(&platform, id).await
}

/// Values that are left out stay as they are. Secret ones of an installation with references are references.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReinstallInput {
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    environment_values: Option<BTreeMap<String, SecretString>>,
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    user_config_values: Option<BTreeMap<String, SecretString>>,
}

/// Install it anew, with the catalog item as it is now and with other values where some are given.
#[utoipa::path(post, path = "/api/mcp_server/{id}/reinstall", tag = "mcp-servers", params(("id" = Uuid, Path)),
    request_body(content = Option<ReinstallInput>),
    responses((status = 200, body = McpServer), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn reinstall(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::OptionalJson(input): extract::OptionalJson<ReinstallInput>,
) -> Result<Json<McpServer>, ApiError> {
    changeable(&platform, &caller, id).await?;
    let vault_folders = access::vault_folders(&platform, &caller).await?;
    let values = input
        .filter(|input| input.environment_values.is_some() || input.user_config_values.is_some())
        .map(|input| Values {
            environment: input.environment_values.unwrap_or_default(),
            user_config: input.user_config_values.unwrap_or_default(),
            vault_folders,
        });
    platform.servers.reinstall(id, values).await?;
    read_again(&platform, id).await
}

/// Ask it for its tools again.
#[utoipa::path(post, path = "/api/mcp_server/{id}/reload-tools", tag = "mcp-servers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Tool>), (status = 404, body = ErrorBody)))]
pub(crate) async fn reload_tools(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<Tool>>, ApiError> {
    changeable(&platform, &caller, id).await?;
    platform.servers.rediscover(id).await?;
    refresh(&platform).await?;
    tools(Extract(platform), caller, Id(id)).await
}

/// One of both.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReauthenticateInput {
    /// What a sign-in left.
    secret_id: Option<Uuid>,
    #[schema(value_type = Option<String>)]
    access_token: Option<SecretString>,
}

/// Authenticate with something else from now on.
#[utoipa::path(patch, path = "/api/mcp_server/{id}/reauthenticate", tag = "mcp-servers", params(("id" = Uuid, Path)),
    request_body = ReauthenticateInput,
    responses((status = 200, body = McpServer), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn reauthenticate(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<ReauthenticateInput>,
) -> Result<Json<McpServer>, ApiError> {
    changeable(&platform, &caller, id).await?;
    let servers = &platform.servers;
    match (input.secret_id, input.access_token) {
        (Some(secret_id), None) => servers.reauthenticate(id, secret_id).await?,
        (None, Some(token)) => servers.reauthenticate_with_token(id, token).await?,
        _ => {
            let why = "Send either secretId or accessToken.";
            return Err(ApiError::Validation(why.into()));
        }
    }
    read_again(&platform, id).await
}
