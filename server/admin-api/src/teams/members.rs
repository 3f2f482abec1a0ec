//! Who is in a team, and the groups of an identity provider that put people into it.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::teams::{ExternalGroup as GroupRow, TeamMember as Row};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NOT_FOUND, changeable};
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Path};
use crate::{ApiError, State};

const ROLES: [&str; 2] = ["member", "admin"];

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TeamMember)]
pub(crate) struct Member {
    id: Uuid,
    team_id: Uuid,
    user_id: String,
    name: Option<String>,
    role: String,
    synced_from_sso: bool,
    created_at: DateTime<Utc>,
}

impl Member {
    fn new(row: Row, name: Option<String>) -> Self {
        Self {
            id: row.id,
            team_id: row.team_id,
            user_id: row.user_id,
            name,
            role: row.role,
            synced_from_sso: row.synced_from_sso,
            created_at: row.created_at,
        }
    }
}

/// In the order of joining.
pub(super) async fn of_team(platform: &Platform, id: Uuid) -> Result<Vec<Member>, ApiError> {
    let names = db::users::names(&platform.db).await?;
    let rows = db::teams::members(&platform.db, id).await?.into_iter();
    let member = |row: Row| {
        let name = names.iter().find(|(id, _)| *id == row.user_id);
        let name = name.map(|(_, name)| name.clone());
        Member::new(row, name)
    };
    Ok(rows.map(member).collect())
}

/// List a team's members.
#[utoipa::path(get, path = "/api/teams/{id}/members", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Member>), (status = 404, body = ErrorBody)))]
pub(crate) async fn members(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Vec<Member>>, ApiError> {
    db::teams::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    Ok(Json(of_team(&platform, id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TeamMemberInput)]
pub(crate) struct MemberInput {
    user_id: String,
    /// `member` or `admin`
    role: Option<String>,
}

/// Add somebody to a team.
#[utoipa::path(post, path = "/api/teams/{id}/members", tag = "teams", params(("id" = Uuid, Path)), request_body = MemberInput,
    responses((status = 200, body = Member), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn add_member(
    Extract(platform): State,
    caller: Caller,
    Id(team_id): Id,
    extract::Json(input): extract::Json<MemberInput>,
) -> Result<Json<Member>, ApiError> {
    changeable(&platform, &caller, team_id).await?;
    let user = db::users::find(&platform.db, &input.user_id).await?;
    let user = user.ok_or(ApiError::NotFound("User"))?;
    let role = input.role.as_deref().unwrap_or("member");
    let row = Row {
        id: Uuid::now_v7(),
        team_id,
        user_id: user.id,
        role: crate::agents::one_of("role", role, &ROLES)?,
        synced_from_sso: false,
        created_at: platform.clock.now(),
    };
    let added = db::teams::add_member(&platform.db, &row).await;
    if let Err(db::Error::Conflict(_)) = added {
        return Err(ApiError::Conflict(
            "This person is in the team already.".into(),
        ));
    }
    added?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(Member::new(row, Some(user.name))))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct MemberRoleInput {
    /// `member` or `admin`
    role: String,
}

/// Change somebody's role in a team.
#[utoipa::path(put, path = "/api/teams/{id}/members/{userId}", tag = "teams",
    params(("id" = Uuid, Path), ("userId" = String, Path)), request_body = MemberRoleInput,
    responses((status = 200, body = Member), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set_member_role(
    Extract(platform): State,
    caller: Caller,
    Path((team_id, user_id)): Path<(Uuid, String)>,
    extract::Json(input): extract::Json<MemberRoleInput>,
) -> Result<Json<Member>, ApiError> {
    changeable(&platform, &caller, team_id).await?;
    let role = crate::agents::one_of("role", &input.role, &ROLES)?;
    let row = db::teams::set_member_role(&platform.db, team_id, &user_id, &role).await?;
    let row = row.ok_or(ApiError::NotFound("Member"))?;
    let user = db::users::find(&platform.db, &user_id).await?;
    Ok(Json(Member::new(row, user.map(|user| user.name))))
}

/// Take somebody out of a team.
#[utoipa::path(delete, path = "/api/teams/{id}/members/{userId}", tag = "teams",
    params(("id" = Uuid, Path), ("userId" = String, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove_member(
    Extract(platform): State,
    caller: Caller,
    Path((team_id, user_id)): Path<(Uuid, String)>,
) -> Result<Json<Success>, ApiError> {
    changeable(&platform, &caller, team_id).await?;
    if !db::teams::remove_member(&platform.db, team_id, &user_id).await? {
        return Err(ApiError::NotFound("Member"));
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalGroup {
    id: Uuid,
    team_id: Uuid,
    group_identifier: String,
    created_at: DateTime<Utc>,
}

impl From<GroupRow> for ExternalGroup {
    fn from(row: GroupRow) -> Self {
        Self {
            id: row.id,
            team_id: row.team_id,
            group_identifier: row.group_identifier,
            created_at: row.created_at,
        }
    }
}

/// List the groups of identity providers that belong to a team.
#[utoipa::path(get, path = "/api/teams/{id}/external-groups", tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ExternalGroup>), (status = 404, body = ErrorBody)))]
pub(crate) async fn external_groups(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Vec<ExternalGroup>>, ApiError> {
    db::teams::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    let rows = db::teams::external_groups(&platform.db, id).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalGroupInput {
    group_identifier: String,
}

/// Let a group of an identity provider belong to a team.
#[utoipa::path(post, path = "/api/teams/{id}/external-groups", tag = "teams", params(("id" = Uuid, Path)), request_body = ExternalGroupInput,
    responses((status = 200, body = ExternalGroup), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn add_external_group(
    Extract(platform): State,
    caller: Caller,
    Id(team_id): Id,
    extract::Json(input): extract::Json<ExternalGroupInput>,
) -> Result<Json<ExternalGroup>, ApiError> {
    changeable(&platform, &caller, team_id).await?;
    crate::agents::check_text("groupIdentifier", &input.group_identifier, 500)?;
    let row = GroupRow {
        id: Uuid::now_v7(),
        team_id,
        group_identifier: input.group_identifier,
        created_at: platform.clock.now(),
    };
    let added = db::teams::add_external_group(&platform.db, &row).await;
    if let Err(db::Error::Conflict(_)) = added {
        return Err(ApiError::Conflict(
            "The team has this group already.".into(),
        ));
    }
    added?;
    Ok(Json(row.into()))
}

/// Take a group of an identity provider out of a team.
#[utoipa::path(delete, path = "/api/teams/{id}/external-groups/{groupId}", tag = "teams",
    params(("id" = Uuid, Path), ("groupId" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove_external_group(
    Extract(platform): State,
    caller: Caller,
    Path((team_id, group_id)): Path<(Uuid, Uuid)>,
) -> Result<Json<Success>, ApiError> {
    changeable(&platform, &caller, team_id).await?;
    if !db::teams::remove_external_group(&platform.db, team_id, group_id).await? {
        return Err(ApiError::NotFound("External group"));
    }
    Ok(SUCCESS)
}
