//! Teams: who shares installations and tokens.

mod members;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::teams::{Team as Row, TeamMember};
use domain::access::scope::Belongs;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::check_text;
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, given};
use crate::{ApiError, State};
pub(crate) use members::*;

const NOT_FOUND: ApiError = ApiError::NotFound("Team");

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Team {
    id: Uuid,
    name: String,
    description: Option<String>,
    organization_id: String,
    created_by: String,
    convert_tool_results_to_toon: bool,
    members: Vec<Member>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Team {
    fn new(row: Row, members: Vec<Member>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            organization_id: row.organization_id,
            created_by: row.created_by.unwrap_or_default(),
            convert_tool_results_to_toon: row.convert_tool_results_to_toon,
            members,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TeamInput {
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    convert_tool_results_to_toon: Option<bool>,
}

impl TeamInput {
    fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        if let Some(name) = &self.name {
            check_text("name", name, 200)?;
            row.name.clone_from(name);
        }
        if let Some(description) = &self.description {
            row.description.clone_from(description);
        }
        row.convert_tool_results_to_toon = self
            .convert_tool_results_to_toon
            .unwrap_or(row.convert_tool_results_to_toon);
        Ok(())
    }
}

/// For bodies that name teams.
pub(crate) async fn check_exist(platform: &Platform, ids: &[Uuid]) -> Result<(), ApiError> {
    let known = db::teams::list(&platform.db).await?;
    match ids
        .iter()
        .find(|id| !known.iter().any(|team| team.id == **id))
    {
        Some(id) => Err(ApiError::Conflict(format!(
            "There is no team with the id {id}."
        ))),
        None => Ok(()),
    }
}

/// A team that the caller may change: one that they are in, or any for whoever looks after all of them.
pub(crate) async fn changeable(
    platform: &Platform,
    caller: &Caller,
    id: Uuid,
) -> Result<Row, ApiError> {
    let row = db::teams::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    let snapshot = platform.snapshot.load();
    let viewer = caller.viewer(&snapshot);
    if viewer.looks_after(Resource::Team) || viewer.is_theirs(Belongs::Teams(&[id])) {
        return Ok(row);
    }
    Err(ApiError::Forbidden(
        "You are not in this team. Ask one of its members or an administrator.".into(),
    ))
}

/// List teams with their members.
#[utoipa::path(get, path = "/api/teams", tag = "teams", responses((status = 200, body = Vec<Team>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Team>>, ApiError> {
    let mut teams = Vec::new();
    for row in db::teams::list(&platform.db).await? {
        let members = of_team(&platform, row.id).await?;
        teams.push(Team::new(row, members));
    }
    Ok(Json(teams))
}

/// Get a team.
#[utoipa::path(get, path = "/api/teams/{id}", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Team), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(Extract(platform): State, Id(id): Id) -> Result<Json<Team>, ApiError> {
    let row = db::teams::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    Ok(Json(Team::new(row, of_team(&platform, id).await?)))
}

/// Create a team.
#[utoipa::path(post, path = "/api/teams", tag = "teams", request_body = TeamInput,
    responses((status = 200, body = Team), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<TeamInput>,
) -> Result<Json<Team>, ApiError> {
    let now = platform.clock.now();
    if input.name.is_none() {
        return Err(ApiError::Validation("name is required.".into()));
    }
    let mut row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        name: String::new(),
        description: None,
        created_by: Some(caller.user.id.clone()),
        convert_tool_results_to_toon: false,
        created_at: now,
        updated_at: now,
    };
    input.apply(&mut row)?;
    db::teams::insert(&platform.db, &row).await?;
    // Whoever does not look after all teams looks after those they make.
    if !caller.may(Resource::Team, Action::Admin) {
        let founder = TeamMember {
            id: Uuid::now_v7(),
            team_id: row.id,
            user_id: caller.user.id,
            role: "admin".to_owned(),
            synced_from_sso: false,
            created_at: now,
        };
        db::teams::add_member(&platform.db, &founder).await?;
    }
    platform.snapshot.refresh(&platform.db).await?;
    let members = of_team(&platform, row.id).await?;
    Ok(Json(Team::new(row, members)))
}

/// Change a team: only the fields that are sent; null clears one.
#[utoipa::path(put, path = "/api/teams/{id}", tag = "teams", params(("id" = Uuid, Path)), request_body = TeamInput,
    responses((status = 200, body = Team), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<TeamInput>,
) -> Result<Json<Team>, ApiError> {
    changeable(&platform, &caller, id).await?;
    let now = platform.clock.now();
    let row = db::teams::update(&platform.db, id, |row| {
        row.updated_at = now;
        input.apply(row)
    })
    .await?;
    let row = row.ok_or(NOT_FOUND)?;
    Ok(Json(Team::new(row, of_team(&platform, id).await?)))
}

/// Delete a team with its token; its installations are deleted first.
#[utoipa::path(delete, path = "/api/teams/{id}", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    changeable(&platform, &caller, id).await?;
    let filter = db::mcp_servers::ServerFilter {
        team_ids: Some(vec![id]),
        ..db::mcp_servers::ServerFilter::default()
    };
    for server in db::mcp_servers::list(&platform.db, &filter).await? {
        platform.servers.delete(server.id).await?;
    }
    if !db::teams::delete(&platform.db, id).await? {
        return Err(NOT_FOUND);
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}
