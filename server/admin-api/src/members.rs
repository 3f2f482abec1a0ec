//! Who belongs to the organization, and with which role.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::members::{Change, Member as Row, MemberFilter};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::one_of;
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Path, Query};
use crate::{ApiError, State, roles};

const NOT_FOUND: ApiError = ApiError::NotFound("Member");
const KINDS: [&str; 2] = ["person", "service"];

#[derive(Serialize, ToSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) id: String,
    name: String,
    email: String,
    pub(crate) role: String,
    /// `person`, or `service` for an account of programs
    kind: String,
    /// They can sign in with a password.
    password_set: bool,
    is_self: bool,
    teams: Vec<MemberTeam>,
    created_at: DateTime<Utc>,
    last_active_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema, Clone)]
pub(crate) struct MemberTeam {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// `member` or `admin`
    pub(crate) role: String,
}

pub(crate) async fn described(
    platform: &Platform,
    caller: &Caller,
    rows: Vec<Row>,
) -> Result<Vec<Member>, ApiError> {
    let mut teams: HashMap<String, Vec<MemberTeam>> = HashMap::new();
    for (user, id, name, role) in db::members::teams(&platform.db).await? {
        let of_user = teams.entry(user).or_default();
        of_user.push(MemberTeam { id, name, role });
    }
    let member = |row: Row| Member {
        is_self: row.id == caller.user.id,
        teams: teams.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role,
        kind: row.kind,
        password_set: row.has_password,
        created_at: row.created_at,
        last_active_at: row.last_active_at,
    };
    Ok(rows.into_iter().map(member).collect())
}

pub(crate) async fn one(
    platform: &Platform,
    caller: &Caller,
    id: &str,
) -> Result<Member, ApiError> {
    let row = db::members::find(&platform.db, id)
        .await?
        .ok_or(NOT_FOUND)?;
    let mut members = described(platform, caller, vec![row]).await?;
    members.pop().ok_or(NOT_FOUND)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberQuery {
    /// A part of the name or the email.
    search: Option<String>,
    role: Option<String>,
    /// `person` or `service`
    kind: Option<String>,
}

/// List the members by name.
#[utoipa::path(get, path = "/api/organization/members", tag = "members", params(MemberQuery),
    responses((status = 200, body = Vec<Member>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<MemberQuery>,
) -> Result<Json<Vec<Member>>, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let kind = given(query.kind);
    let kind = kind.map(|kind| one_of("kind", &kind, &KINDS)).transpose()?;
    let filter = MemberFilter {
        search: given(query.search),
        role: given(query.role),
        kind,
        id: None,
    };
    let rows = db::members::list(&platform.db, &filter).await?;
    Ok(Json(described(&platform, &caller, rows).await?))
}

/// Get a member.
#[utoipa::path(get, path = "/api/organization/members/{id}", tag = "members", params(("id" = String, Path)),
    responses((status = 200, body = Member), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Member>, ApiError> {
    Ok(Json(one(&platform, &caller, &id).await?))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct MemberInput {
    role: String,
}

/// Give somebody another role; it holds at once.
#[utoipa::path(patch, path = "/api/organization/members/{id}", tag = "members", params(("id" = String, Path)), request_body = MemberInput,
    responses((status = 200, body = Member), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
    extract::Json(input): extract::Json<MemberInput>,
) -> Result<Json<Member>, ApiError> {
    set_role(&platform, &caller, &id, &input.role).await?;
    Ok(Json(one(&platform, &caller, &id).await?))
}

pub(crate) async fn set_role(
    platform: &Platform,
    caller: &Caller,
    id: &str,
    role: &str,
) -> Result<(), ApiError> {
    roles::givable(platform, caller, role).await?;
    let allowed = |before: &str| roles::check_has_role(platform, caller, before);
    let change = db::members::set_role(&platform.db, id, role, allowed).await?;
    done(change)?;
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

fn done(change: Change) -> Result<(), ApiError> {
    match change {
        Change::Done => Ok(()),
        Change::NoSuchMember => Err(NOT_FOUND),
        Change::LastAdministrator => Err(ApiError::Conflict(
            "This is the last administrator. Make somebody else one first.".into(),
        )),
    }
}

/// Remove somebody, with their sessions, keys, tokens, conversations and personal servers.
#[utoipa::path(delete, path = "/api/organization/members/{id}", tag = "members", params(("id" = String, Path)),
    responses((status = 200, body = Success), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Success>, ApiError> {
    remove(&platform, &caller, &id).await?;
    Ok(SUCCESS)
}

pub(crate) async fn remove(platform: &Platform, caller: &Caller, id: &str) -> Result<(), ApiError> {
    let allowed = |role: &str| roles::check_has_role(platform, caller, role);
    done(domain::people::remove(platform, id, allowed).await?)
}
