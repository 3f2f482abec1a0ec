//! The private registry: MCP servers that can be installed, and where new ones come from.

mod body;
mod config;
mod kept;
mod offers;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use db::mcp_catalog::CatalogItem as Row;
use db::mcp_servers::ServerFilter;
use db::tools::ToolFilter;
use domain::access::scope::Belongs;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Path, Query};
use crate::tools::Tool;
use crate::{ApiError, State};
use body::{CatalogInput, CatalogItem, Facts};
pub(crate) use offers::*;

const NOT_FOUND: ApiError = ApiError::NotFound("MCP catalog item");

/// List the catalog items that the caller may see. Secret values are left out.
#[utoipa::path(get, path = "/api/internal_mcp_catalog", tag = "mcp-catalog", responses((status = 200, body = Vec<CatalogItem>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<CatalogItem>>, ApiError> {
    let rows = db::mcp_catalog::list(&platform.db).await?;
    let facts = Facts::read(&platform).await?;
    let seen = rows
        .into_iter()
        .filter(|row| may_see(&platform, &caller, row));
    Ok(Json(seen.map(|row| facts.item(row)).collect()))
}

/// An item of a person or of teams is theirs, its author's, and of those who look after everybody's installations.
pub(crate) fn may_see(platform: &Platform, caller: &Caller, row: &Row) -> bool {
    let snapshot = platform.snapshot.load();
    let viewer = caller.viewer(&snapshot);
    let author = Belongs::Person(row.author_id.as_deref());
    let whose = Belongs::of(&row.scope, &row.team_ids, row.author_id.as_deref());
    viewer.is_theirs(author) || viewer.sees(Resource::McpServer, whose)
}

/// An item that the caller may see; any other does not exist for them.
async fn seen(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::mcp_catalog::find(&platform.db, id).await?;
    row.filter(|row| may_see(platform, caller, row))
        .ok_or(NOT_FOUND)
}

/// One item. Those who may change it also get its secret values, as they were written.
#[utoipa::path(get, path = "/api/internal_mcp_catalog/{id}", tag = "mcp-catalog", params(("id" = Uuid, Path)),
    responses((status = 200, body = CatalogItem), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<CatalogItem>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    one(&platform, &caller, row).await
}

async fn one(
    platform: &Platform,
    caller: &Caller,
    mut row: Row,
) -> Result<Json<CatalogItem>, ApiError> {
    if caller.may(Resource::McpCatalog, Action::Update) {
        domain::catalog::unseal(&platform.secrets, &mut row).await?;
    }
    let facts = Facts::read(platform).await?;
    Ok(Json(facts.item(row)))
}

/// Add a server to the registry.
#[utoipa::path(post, path = "/api/internal_mcp_catalog", tag = "mcp-catalog", request_body = CatalogInput,
    responses((status = 200, body = CatalogItem), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<CatalogInput>,
) -> Result<Json<CatalogItem>, ApiError> {
    let mut row = input.new_row(
        &platform.settings.organization_id,
        &caller.user.id,
        platform.clock.now(),
    )?;
    crate::teams::check_exist(&platform, &row.team_ids).await?;
    domain::catalog::seal(&platform.secrets, &mut row).await?;
    if let Err(error) = db::mcp_catalog::insert(&platform.db, &row).await {
        domain::catalog::forget(&platform.secrets, &row).await?;
        return Err(error.into());
    }
    refresh(&platform).await?;
    one(&platform, &caller, row).await
}

/// Change an item: only the fields that are sent; null clears one. What changes how it runs flags its installations.
#[utoipa::path(put, path = "/api/internal_mcp_catalog/{id}", tag = "mcp-catalog", params(("id" = Uuid, Path)), request_body = CatalogInput,
    responses((status = 200, body = CatalogItem), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<CatalogInput>,
) -> Result<Json<CatalogItem>, ApiError> {
    let now = platform.clock.now();
    if let Some(teams) = input.teams() {
        crate::teams::check_exist(&platform, teams).await?;
    }
    // Secrets go to their store first: the row never holds one.
    let mut sealed = seen(&platform, &caller, id).await?;
    domain::catalog::unseal(&platform.secrets, &mut sealed).await?;
    let before = body::how_it_runs(&sealed);
    input.apply(&mut sealed)?;
    let runs_differently = body::how_it_runs(&sealed) != before;
    let changes_secrets = input.changes_secrets();
    if changes_secrets {
        domain::catalog::seal(&platform.secrets, &mut sealed).await?;
    }
    let row = db::mcp_catalog::update(&platform.db, id, |row| {
        input.apply(row)?;
        // What the body says nothing of may be somebody else's change of just now.
        if changes_secrets {
            row.local_config.clone_from(&sealed.local_config);
            row.oauth_config.clone_from(&sealed.oauth_config);
            row.local_config_secret_id = sealed.local_config_secret_id;
            row.client_secret_id = sealed.client_secret_id;
        }
        row.updated_at = now;
        Ok::<(), ApiError>(())
    })
    .await?;
    let row = row.ok_or(NOT_FOUND)?;
    if runs_differently {
        db::mcp_servers::flag_reinstall(&platform.db, id).await?;
    }
    refresh(&platform).await?;
    one(&platform, &caller, row).await
}

/// Remove an item with its installations, tools and assignments.
#[utoipa::path(delete, path = "/api/internal_mcp_catalog/{id}", tag = "mcp-catalog", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    remove(&platform, row).await
}

/// As above, by the item's name.
#[utoipa::path(delete, path = "/api/internal_mcp_catalog/by-name/{name}", tag = "mcp-catalog", params(("name" = String, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_by_name(
    Extract(platform): State,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Success>, ApiError> {
    let row = db::mcp_catalog::find_by_name(&platform.db, &name).await?;
    let row = row
        .filter(|row| may_see(&platform, &caller, row))
        .ok_or(NOT_FOUND)?;
    remove(&platform, row).await
}

async fn remove(platform: &Arc<Platform>, row: Row) -> Result<Json<Success>, ApiError> {
    let filter = ServerFilter {
        catalog_id: Some(row.id),
        ..ServerFilter::default()
    };
    for server in db::mcp_servers::list(&platform.db, &filter).await? {
        platform.servers.delete(server.id).await?;
    }
    db::mcp_catalog::delete(&platform.db, row.id).await?;
    domain::catalog::forget(&platform.secrets, &row).await?;
    refresh(platform).await?;
    Ok(SUCCESS)
}

async fn refresh(platform: &Arc<Platform>) -> Result<(), ApiError> {
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

/// The tools that an item's installations offer.
#[utoipa::path(get, path = "/api/internal_mcp_catalog/{id}/tools", tag = "mcp-catalog", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Tool>)))]
pub(crate) async fn tools(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<Tool>>, ApiError> {
    seen(&platform, &caller, id).await?;
    let filter = ToolFilter {
        catalog_id: Some(id),
        search: None,
    };
    let rows = db::tools::list(&platform.db, &filter).await?;
    crate::tools::described(&platform, rows).await.map(Json)
}

/// List the keys of catalogue items' labels.
#[utoipa::path(get, path = "/api/internal_mcp_catalog/labels/keys", tag = "mcp-catalog", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn label_keys(Extract(platform): State) -> Result<Json<Vec<String>>, ApiError> {
    Ok(Json(db::mcp_catalog::label_keys(&platform.db).await?))
}

/// List the values of catalogue items' labels.
#[utoipa::path(get, path = "/api/internal_mcp_catalog/labels/values", tag = "mcp-catalog", params(crate::agents::LabelKey),
    responses((status = 200, body = Vec<String>)))]
pub(crate) async fn label_values(
    Extract(platform): State,
    Query(query): Query<crate::agents::LabelKey>,
) -> Result<Json<Vec<String>>, ApiError> {
    let values = db::mcp_catalog::label_values(&platform.db, query.key.as_deref()).await?;
    Ok(Json(values))
}

/// How many of something there are for each id.
pub(crate) fn counted(ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, usize> {
    let mut counts = HashMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    counts
}
