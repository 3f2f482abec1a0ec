//! Roles: the predefined ones, and those that people made. Nobody gives or takes more than they have.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::roles::Role as Row;
use domain::access::grants::{Grants, PREDEFINED};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract;
use crate::extract::Path;
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Role");
const MOST: i64 = 50;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Role {
    /// A predefined role's is its name.
    id: String,
    name: String,
    /// The name again, as members and invitations have it.
    role: String,
    predefined: bool,
    #[schema(value_type = HashMap<String, Vec<String>>)]
    permission: Map<String, Value>,
    organization_id: String,
    member_count: i64,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

/// What is shown beside a row.
struct Facts {
    organization_id: String,
    founded: DateTime<Utc>,
    counts: HashMap<String, i64>,
}

impl Facts {
    async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let organization = db::organization::get(&platform.db).await?;
        let counts = db::members::count_by_role(&platform.db).await?;
        Ok(Self {
            organization_id: organization.id,
            founded: organization.created_at,
            counts: counts.into_iter().collect(),
        })
    }

    fn predefined(&self, name: &str) -> Option<Role> {
        let grants = Grants::of_predefined(name)?;
        Some(Role {
            id: name.to_owned(),
            name: name.to_owned(),
            role: name.to_owned(),
            predefined: true,
            permission: grants.to_map(),
            organization_id: self.organization_id.clone(),
            member_count: self.count(name),
            created_at: self.founded,
            updated_at: None,
        })
    }

    fn custom(&self, row: Row) -> Role {
        Role {
            id: row.id.to_string(),
            role: row.name.clone(),
            predefined: false,
            permission: grants(&row).to_map(),
            organization_id: row.organization_id,
            member_count: self.count(&row.name),
            created_at: row.created_at,
            updated_at: row.updated_at,
            name: row.name,
        }
    }

    fn count(&self, role: &str) -> i64 {
        self.counts.get(role).copied().unwrap_or_default()
    }
}

/// One that can't be read grants nothing.
fn grants(row: &Row) -> Grants {
    Grants::from_map(&row.permission).unwrap_or_default()
}

/// What a role grants that is to be given to somebody, if the caller may.
pub(crate) async fn givable(
    platform: &Platform,
    caller: &Caller,
    name: &str,
) -> Result<(), ApiError> {
    let rows = db::roles::list(&platform.db).await?;
    let found = Grants::of_predefined(name)
        .or_else(|| rows.iter().find(|row| row.name == name).map(grants));
    let Some(found) = found else {
        let custom = rows.iter().map(|row| row.name.as_str());
        let names: Vec<&str> = PREDEFINED.into_iter().chain(custom).collect();
        return Err(ApiError::Conflict(format!(
            "There is no role \"{name}\"; there are {}.",
            names.join(", ")
        )));
    };
    check_has(caller, found, &format!("The role {name}"))
}

/// Whether the caller has as much as a role that somebody has.
pub(crate) fn check_has_role(
    platform: &Platform,
    caller: &Caller,
    role: &str,
) -> Result<(), ApiError> {
    let found = platform.snapshot.load().role(role).unwrap_or_default();
    check_has(caller, found, &format!("The role {role}"))
}

/// Nobody gives, takes or changes what they have not themselves.
pub(crate) fn check_has(caller: &Caller, wanted: Grants, what: &str) -> Result<(), ApiError> {
    let lacks = caller.grants.lacks(&wanted);
    if lacks.is_empty() {
        return Ok(());
    }
    Err(ApiError::Forbidden(format!(
        "{what} grants what you do not have: {}. Ask an administrator.",
        lacks.join(", ")
    )))
}

/// List the roles, the predefined ones first.
#[utoipa::path(get, path = "/api/roles", tag = "roles", responses((status = 200, body = Vec<Role>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Role>>, ApiError> {
    let facts = Facts::read(&platform).await?;
    let rows = db::roles::list(&platform.db).await?;
    let predefined = PREDEFINED
        .into_iter()
        .filter_map(|name| facts.predefined(name));
    let custom = rows.into_iter().map(|row| facts.custom(row));
    Ok(Json(predefined.chain(custom).collect()))
}

/// Every resource and what can be done with it: what a role can be made of.
#[utoipa::path(get, path = "/api/roles/permissions", tag = "roles",
    responses((status = 200, body = HashMap<String, Vec<String>>)))]
pub(crate) async fn permissions() -> Json<Map<String, Value>> {
    Json(Grants::all().to_map())
}

/// Get a role.
#[utoipa::path(get, path = "/api/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, body = Role), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    Path(id): Path<String>,
) -> Result<Json<Role>, ApiError> {
    let facts = Facts::read(&platform).await?;
    if let Some(role) = facts.predefined(&id) {
        return Ok(Json(role));
    }
    let id: Uuid = id.parse().map_err(|_| NOT_FOUND)?;
    let row = db::roles::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    Ok(Json(facts.custom(row)))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RoleInput {
    /// 2 to 50 lower-case letters, digits and underscores.
    name: Option<String>,
    /// Resource → actions; replaces the whole map.
    #[schema(value_type = Option<HashMap<String, Vec<String>>>)]
    permission: Option<Value>,
}

impl RoleInput {
    fn apply(&self, caller: &Caller, row: &mut Row) -> Result<(), ApiError> {
        if let Some(name) = &self.name {
            row.name = checked_name(name)?;
        }
        if let Some(map) = &self.permission {
            let wanted = checked_map(map)?;
            check_has(caller, wanted, "This role")?;
            row.permission = Value::Object(wanted.to_map());
        }
        Ok(())
    }
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let is_plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_');
    if !(2..=50).contains(&name.len()) || !name.chars().all(is_plain) {
        return Err(ApiError::Validation(
            "A role's name has 2 to 50 lower-case letters, digits and underscores.".into(),
        ));
    }
    if PREDEFINED.contains(&name) {
        return Err(ApiError::Conflict(format!(
            "{name} is a predefined role. Choose another name."
        )));
    }
    Ok(name.to_owned())
}

pub(crate) fn checked_map(map: &Value) -> Result<Grants, ApiError> {
    Grants::from_map(map).map_err(|error| ApiError::Validation(format!("permission: {error}.")))
}

/// Make a role of permissions that one has.
#[utoipa::path(post, path = "/api/roles", tag = "roles", request_body = RoleInput,
    responses((status = 200, body = Role), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<RoleInput>,
) -> Result<Json<Role>, ApiError> {
    if input.name.is_none() || input.permission.is_none() {
        return Err(ApiError::Validation(
            "name and permission are required.".into(),
        ));
    }
    let mut row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        name: String::new(),
        permission: Value::Null,
        created_at: platform.clock.now(),
        updated_at: None,
    };
    input.apply(&caller, &mut row)?;
    if !db::roles::insert(&platform.db, &row, MOST).await? {
        return Err(ApiError::Conflict(format!(
            "There are {MOST} roles already, as many as there may be. Delete one first."
        )));
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(Facts::read(&platform).await?.custom(row)))
}

/// The row of a role that can be changed at all.
fn changeable(id: &str) -> Result<Uuid, ApiError> {
    if PREDEFINED.contains(&id) {
        return Err(ApiError::Forbidden(format!(
            "{id} is predefined and stays as it is. Make a role of your own instead."
        )));
    }
    id.parse().map_err(|_| NOT_FOUND)
}

/// Change a role; whoever has it has it changed at once, also by its new name.
#[utoipa::path(put, path = "/api/roles/{id}", tag = "roles", params(("id" = String, Path)), request_body = RoleInput,
    responses((status = 200, body = Role), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
    extract::Json(input): extract::Json<RoleInput>,
) -> Result<Json<Role>, ApiError> {
    let now = platform.clock.now();
    let change = |row: &mut Row| {
        check_has(&caller, grants(row), &format!("The role {}", row.name))?;
        row.updated_at = Some(now);
        input.apply(&caller, row)
    };
    let row = db::roles::update(&platform.db, changeable(&id)?, change).await?;
    let row = row.ok_or(NOT_FOUND)?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(Facts::read(&platform).await?.custom(row)))
}

/// Delete a role that nobody has.
#[utoipa::path(delete, path = "/api/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, body = Success), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Success>, ApiError> {
    let id = changeable(&id)?;
    let row = db::roles::find(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    check_has(&caller, grants(&row), &format!("The role {}", row.name))?;
    let holders = db::roles::delete(&platform.db, id, platform.clock.now()).await?;
    let holders = holders.ok_or(NOT_FOUND)?;
    if holders.users > 0 || holders.invitations > 0 {
        return Err(ApiError::Conflict(format!(
            "{} members and {} open invitations have this role. Give them another one first.",
            holders.users, holders.invitations
        )));
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}
