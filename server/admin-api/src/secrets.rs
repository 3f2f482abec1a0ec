//! Stored secrets: names, where they are, who uses them, and how the stores are. No answer holds a value.

mod body;

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State as Extract;
use db::secrets::{Listed, SecretFilter, SecretSort, User};
use domain::platform::Platform;
use secrecy::{ExposeSecret, SecretString};
use secrets::Reference;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::Direction;
use crate::auth::{SUCCESS, Success};
use crate::error::ErrorBody;
use crate::extract::{Id, OptionalJson, Query};
use crate::pagination::{self, Pagination};
use crate::{ApiError, State};
use body::{Secret, SecretsStatus};

const NOT_FOUND: ApiError = ApiError::NotFound("Secret");

/// Which store new secrets go to, and whether that is the one that was asked for. No store is contacted.
#[utoipa::path(get, path = "/api/secrets/type", tag = "secrets", responses((status = 200, body = SecretsStatus)))]
pub(crate) async fn status(Extract(platform): State) -> Result<Json<SecretsStatus>, ApiError> {
    let counts = db::secrets::count_by_store(&platform.db).await?;
    Ok(Json(SecretsStatus::new(&platform.secrets, &counts)))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct SecretQuery {
    /// A part of the name.
    search: Option<String>,
    store: Option<String>,
    kind: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
    #[serde(default)]
    #[param(inline)]
    sort_by: SortBy,
    #[param(inline)]
    sort_direction: Option<Direction>,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    #[default]
    Name,
    Kind,
    Store,
    CreatedAt,
    UpdatedAt,
}

impl SecretQuery {
    fn filter(self) -> SecretFilter {
        SecretFilter {
            search: self.search.filter(|text| !text.is_empty()),
            store: self.store,
            kind: self.kind,
            sort: match self.sort_by {
                SortBy::Name => SecretSort::Name,
                SortBy::Kind => SecretSort::Kind,
                SortBy::Store => SecretSort::Store,
                SortBy::CreatedAt => SecretSort::CreatedAt,
                SortBy::UpdatedAt => SecretSort::UpdatedAt,
            },
            descending: matches!(self.sort_direction, Some(Direction::Desc)),
            limit: pagination::limit(self.limit),
            offset: self.offset.unwrap_or(0).max(0),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SecretPage {
    data: Vec<Secret>,
    pagination: Pagination,
}

/// List secrets by name, without their values.
#[utoipa::path(get, path = "/api/secrets", tag = "secrets", params(SecretQuery), responses((status = 200, body = SecretPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    Query(query): Query<SecretQuery>,
) -> Result<Json<SecretPage>, ApiError> {
    let filter = query.filter();
    let rows = db::secrets::list(&platform.db, &filter).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.secret.id).collect();
    let mut users: HashMap<Uuid, Vec<User>> = HashMap::new();
    for user in db::secrets::users(&platform.db, &ids).await? {
        users.entry(user.secret_id).or_default().push(user);
    }
    let secret = |row: Listed| {
        let users = users.remove(&row.secret.id).unwrap_or_default();
        Secret::new(row, users, &platform.secrets)
    };
    Ok(Json(SecretPage {
        data: rows.into_iter().map(secret).collect(),
        pagination: Pagination::new(total, filter.limit, filter.offset),
    }))
}

/// Say where a secret is and what uses it, without its value.
#[utoipa::path(get, path = "/api/secrets/{id}", tag = "secrets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Secret), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(Extract(platform): State, Id(id): Id) -> Result<Json<Secret>, ApiError> {
    Ok(Json(one(&platform, id).await?))
}

async fn one(platform: &Platform, id: Uuid) -> Result<Secret, ApiError> {
    let row = db::secrets::one(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    let users = db::secrets::users(&platform.db, &[id]).await?;
    Ok(Secret::new(row, users, &platform.secrets))
}

#[derive(Deserialize, ToSchema, Default)]
pub(crate) struct RotateInput {
    /// Field to value, or to `path#key` where the secret is a reference. Fields that are not named stay.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    values: BTreeMap<String, SecretString>,
}

/// Replace values of a secret, in the store where new secrets go. Without values the same ones are written anew.
#[utoipa::path(post, path = "/api/secrets/{id}/rotate", tag = "secrets", params(("id" = Uuid, Path)),
    request_body = RotateInput,
    responses((status = 200, body = Secret), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn rotate(
    Extract(platform): State,
    Id(id): Id,
    OptionalJson(input): OptionalJson<RotateInput>,
) -> Result<Json<Secret>, ApiError> {
    let values = input.unwrap_or_default().values;
    let row = db::secrets::one(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    if row.kind == "token" && !values.is_empty() {
        return Err(ApiError::Conflict(
            "This is a token for MCP clients, which the program makes itself. Rotate it in Settings → Tokens.".into(),
        ));
    }
    if row.kind == "twoFactor" && !values.is_empty() {
        return Err(ApiError::Conflict(
            "This is somebody's second factor, which their authenticator app knows too. Only they can have a new one, in Settings → Account.".into(),
        ));
    }
    if let Some(unknown) = values.keys().find(|name| !row.fields.contains(name)) {
        return Err(ApiError::Conflict(format!(
            "The secret {} has no field {unknown}. It has: {}.",
            row.secret.name,
            row.fields.join(", ")
        )));
    }
    write(&platform, &row, values).await?;
    Ok(Json(one(&platform, id).await?))
}

async fn write(
    platform: &Platform,
    row: &Listed,
    values: BTreeMap<String, SecretString>,
) -> Result<(), ApiError> {
    let (id, name, secrets) = (row.secret.id, &row.secret.name, &platform.secrets);
    if row.references.iter().any(Option::is_some) {
        let mut references = BTreeMap::new();
        for (field, reference) in row.fields.iter().zip(&row.references) {
            let given = values.get(field).map(ExposeSecret::expose_secret);
            let text = given.or(reference.as_deref()).unwrap_or_default();
            references.insert(field.clone(), Reference::parse(text)?);
        }
        return Ok(secrets.put_references(id, name, &references).await?);
    }
    let mut fields = secrets.get(id).await?.ok_or(NOT_FOUND)?;
    fields.extend(values);
    Ok(secrets.put(id, name, &fields).await?)
}

/// Delete a secret that nothing uses.
#[utoipa::path(delete, path = "/api/secrets/{id}", tag = "secrets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    db::secrets::one(&platform.db, id).await?.ok_or(NOT_FOUND)?;
    let users = db::secrets::users(&platform.db, &[id]).await?;
    if !users.is_empty() {
        let names: Vec<String> = users.into_iter().map(|user| user.name).collect();
        return Err(ApiError::Conflict(format!(
            "This secret is used by {}. Delete that first.",
            names.join(", ")
        )));
    }
    platform.secrets.delete(id).await?;
    Ok(SUCCESS)
}

#[derive(Deserialize, ToSchema, Default)]
pub(crate) struct CheckInput {
    /// `database`, `keyring` or `vault`; without it the one in force.
    store: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoreCheck {
    secret_count: i64,
    latency_ms: u64,
    detail: String,
}

/// Go to a store and back: sign in, and where it can be written, write, read and delete.
#[utoipa::path(post, path = "/api/secrets/check-connectivity", tag = "secrets", request_body = CheckInput,
    responses((status = 200, body = StoreCheck), (status = 409, body = ErrorBody)))]
pub(crate) async fn check(
    Extract(platform): State,
    OptionalJson(input): OptionalJson<CheckInput>,
) -> Result<Json<StoreCheck>, ApiError> {
    let store = input.unwrap_or_default().store;
    let begun = platform.clock.monotonic();
    let detail = platform.secrets.check(store.as_deref()).await;
    let detail = detail.map_err(|error| match error.into() {
        // This server answers; the store is what does not.
        ApiError::Upstream(why) => ApiError::Conflict(why),
        other => other,
    })?;
    let took = platform.clock.monotonic() - begun;
    let counts = db::secrets::count_by_store(&platform.db).await?;
    let counted = counts
        .iter()
        .filter(|(id, _)| store.as_ref().is_none_or(|store| store == id));
    Ok(Json(StoreCheck {
        secret_count: counted.map(|(_, count)| count).sum(),
        latency_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        detail,
    }))
}
