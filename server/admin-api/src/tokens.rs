//! What MCP clients authenticate with: the tokens of the organization, of teams, and one's own.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::tokens::Token as Row;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use domain::tokens::{self, Owner};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::Id;
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Token");

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    id: Uuid,
    name: String,
    /// Null for that of the organization.
    team: Option<TokenTeam>,
    is_organization_token: bool,
    /// To recognise it by.
    token_start: String,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    rotated_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
struct TokenTeam {
    id: Uuid,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserToken {
    id: Uuid,
    name: String,
    token_start: String,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    rotated_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TokenValue {
    value: String,
}

impl TokenValue {
    fn of(value: Option<SecretString>) -> Result<Json<Self>, ApiError> {
        let value = value.ok_or(NOT_FOUND)?;
        let value = value.expose_secret().to_owned();
        Ok(Json(Self { value }))
    }
}

/// The tokens of the organization and of every team. Each is made when it is first asked for.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", responses((status = 200, body = Vec<Token>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Token>>, ApiError> {
    let (db, secrets, now) = (&platform.db, &platform.secrets, platform.clock.now());
    let mut rows =
        vec![tokens::ensure(db, secrets, Owner::Organization, "Organization", now).await?];
    let teams = db::teams::list(db).await?;
    for team in &teams {
        rows.push(tokens::ensure(db, secrets, Owner::Team(team.id), &team.name, now).await?);
    }
    platform.snapshot.refresh(db).await?;
    let names: HashMap<Uuid, String> = teams.into_iter().map(|team| (team.id, team.name)).collect();
    let token = |row: Row| Token {
        team: row.team_id.and_then(|id| {
            let name = names.get(&id)?.clone();
            Some(TokenTeam { id, name })
        }),
        is_organization_token: row.kind == "organization",
        id: row.id,
        name: row.name,
        token_start: row.start,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        rotated_at: row.rotated_at,
    };
    Ok(Json(rows.into_iter().map(token).collect()))
}

/// A token that is nobody's own: of a team that the caller may change, or, for whoever looks after all teams, the
/// organization's.
async fn shared(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::tokens::find(&platform.db, id).await?;
    let row = row.filter(|row| row.kind != "user").ok_or(NOT_FOUND)?;
    match row.team_id {
        Some(team) => drop(crate::teams::changeable(platform, caller, team).await?),
        None if caller.may(Resource::Team, Action::Admin) => {}
        None => {
            return Err(ApiError::Forbidden(
                "The organization's token opens every agent; it is for those who have team:admin."
                    .into(),
            ));
        }
    }
    Ok(row)
}

/// The token itself.
#[utoipa::path(get, path = "/api/tokens/{id}/value", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = TokenValue), (status = 404, body = ErrorBody)))]
pub(crate) async fn value(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<TokenValue>, ApiError> {
    let row = shared(&platform, &caller, id).await?;
    TokenValue::of(tokens::value(&platform.secrets, &row).await?)
}

/// Replace a token; the old one is refused from now on.
#[utoipa::path(post, path = "/api/tokens/{id}/rotate", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = TokenValue), (status = 404, body = ErrorBody)))]
pub(crate) async fn rotate(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<TokenValue>, ApiError> {
    shared(&platform, &caller, id).await?;
    rotated(&platform, id).await
}

async fn rotated(
    platform: &std::sync::Arc<Platform>,
    id: Uuid,
) -> Result<Json<TokenValue>, ApiError> {
    let now = platform.clock.now();
    let value = tokens::rotate(&platform.db, &platform.secrets, id, now).await?;
    platform.snapshot.refresh(&platform.db).await?;
    TokenValue::of(value)
}

async fn own(platform: &Platform, caller: &Caller) -> Result<Row, ApiError> {
    let user = &caller.user;
    let name = format!("{}'s token", user.name);
    let (db, now) = (&platform.db, platform.clock.now());
    Ok(tokens::ensure(db, &platform.secrets, Owner::User(&user.id), &name, now).await?)
}

/// The caller's own token; it is made when it is first asked for.
#[utoipa::path(get, path = "/api/user-tokens/me", tag = "tokens", responses((status = 200, body = UserToken)))]
pub(crate) async fn mine(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<UserToken>, ApiError> {
    let row = own(&platform, &caller).await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(UserToken {
        id: row.id,
        name: row.name,
        token_start: row.start,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        rotated_at: row.rotated_at,
    }))
}

/// Show one's own token for MCP clients.
#[utoipa::path(get, path = "/api/user-tokens/me/value", tag = "tokens", responses((status = 200, body = TokenValue)))]
pub(crate) async fn my_value(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<TokenValue>, ApiError> {
    let row = own(&platform, &caller).await?;
    platform.snapshot.refresh(&platform.db).await?;
    TokenValue::of(tokens::value(&platform.secrets, &row).await?)
}

/// Replace one's own token for MCP clients.
#[utoipa::path(post, path = "/api/user-tokens/me/rotate", tag = "tokens", responses((status = 200, body = TokenValue)))]
pub(crate) async fn rotate_mine(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<TokenValue>, ApiError> {
    let row = own(&platform, &caller).await?;
    rotated(&platform, row.id).await
}
