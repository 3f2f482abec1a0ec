//! Invitations: a link that lets one person join, with the role and the teams it names. Nothing is mailed; whoever
//! invites passes the link on.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, TimeDelta, Utc};
use db::invitations::{Invitation as Row, Invited};
use domain::api_keys::digest;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success, new_token};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Path};
use crate::{ApiError, State, roles};

const NOT_FOUND: ApiError = ApiError::NotFound("Invitation");
const LIFETIME: TimeDelta = TimeDelta::days(7);
const LONGEST: TimeDelta = TimeDelta::days(90);

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invitation {
    id: Uuid,
    email: String,
    role: String,
    teams: Vec<InvitationTeam>,
    /// `pending`, `accepted`, `canceled` or `expired`
    status: String,
    inviter_id: Option<String>,
    inviter_name: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
struct InvitationTeam {
    id: Uuid,
    name: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NewInvitation {
    #[serde(flatten)]
    about: Invitation,
    /// Where the person joins. It is shown this once.
    url: String,
    token: String,
}

struct Names {
    users: HashMap<String, String>,
    teams: HashMap<Uuid, String>,
    now: DateTime<Utc>,
}

impl Names {
    async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let users = db::users::names(&platform.db).await?;
        let teams = db::teams::list(&platform.db).await?;
        Ok(Self {
            users: users.into_iter().collect(),
            teams: teams.into_iter().map(|team| (team.id, team.name)).collect(),
            now: platform.clock.now(),
        })
    }

    fn invitation(&self, row: Row) -> Invitation {
        let status = match row.status.as_str() {
            "pending" if row.expires_at <= self.now => "expired",
            status => status,
        };
        let teams = row.team_ids.iter().filter_map(|id| {
            let name = self.teams.get(id)?.clone();
            Some(InvitationTeam { id: *id, name })
        });
        Invitation {
            teams: teams.collect(),
            status: status.to_owned(),
            inviter_name: row
                .inviter_id
                .as_ref()
                .and_then(|id| self.users.get(id).cloned()),
            id: row.id,
            email: row.email,
            role: row.role,
            inviter_id: row.inviter_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

fn check_enabled(platform: &Platform) -> Result<(), ApiError> {
    if platform.settings.disable_invitations {
        return Err(ApiError::Forbidden(
            "Invitations are switched off here (ARCHESTRA_AUTH_DISABLE_INVITATIONS).".into(),
        ));
    }
    Ok(())
}

async fn shown(
    platform: &Platform,
    row: Row,
    token: String,
) -> Result<Json<NewInvitation>, ApiError> {
    let frontend = platform.settings.frontend_url.trim_end_matches('/');
    Ok(Json(NewInvitation {
        about: Names::read(platform).await?.invitation(row),
        url: format!("{frontend}/auth/sign-up?invitation={token}"),
        token,
    }))
}

/// List invitations, the newest first.
#[utoipa::path(get, path = "/api/invitations", tag = "invitations", responses((status = 200, body = Vec<Invitation>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Invitation>>, ApiError> {
    check_enabled(&platform)?;
    let names = Names::read(&platform).await?;
    let rows = db::invitations::list(&platform.db).await?.into_iter();
    Ok(Json(rows.map(|row| names.invitation(row)).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationInput {
    email: String,
    /// Without it, `member`.
    role: Option<String>,
    team_ids: Option<Vec<Uuid>>,
    /// Seconds; without it a week.
    expires_in: Option<i64>,
}

/// Invite somebody; the answer has the link to pass on.
#[utoipa::path(post, path = "/api/invitations", tag = "invitations", request_body = InvitationInput,
    responses((status = 200, body = NewInvitation), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<InvitationInput>,
) -> Result<Json<NewInvitation>, ApiError> {
    check_enabled(&platform)?;
    let role = input.role.unwrap_or_else(|| "member".to_owned());
    roles::givable(&platform, &caller, &role).await?;
    let team_ids = input.team_ids.unwrap_or_default();
    crate::teams::check_exist(&platform, &team_ids).await?;
    let (token, now) = (new_token(), platform.clock.now());
    let row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        email: checked_email(&input.email)?,
        role,
        team_ids,
        token_hash: digest(&token).to_vec(),
        status: "pending".to_owned(),
        inviter_id: Some(caller.user.id),
        created_at: now,
        expires_at: now + lifetime(input.expires_in)?,
    };
    match db::invitations::insert(&platform.db, &row).await? {
        Invited::Done => shown(&platform, row, token).await,
        Invited::Member => Err(ApiError::Conflict(
            "Somebody with this email address is a member already.".into(),
        )),
        Invited::Open => Err(ApiError::Conflict(
            "This email address is invited already. Renew or cancel that invitation.".into(),
        )),
    }
}

fn lifetime(seconds: Option<i64>) -> Result<TimeDelta, ApiError> {
    let Some(seconds) = seconds else {
        return Ok(LIFETIME);
    };
    TimeDelta::try_seconds(seconds)
        .filter(|lifetime| *lifetime > TimeDelta::zero() && *lifetime <= LONGEST)
        .ok_or_else(|| {
            let longest = LONGEST.num_seconds();
            ApiError::Validation(format!(
                "expiresIn is a number of seconds from 1 to {longest}."
            ))
        })
}

/// As far as an address can be checked without a letter to it.
pub(crate) fn checked_email(email: &str) -> Result<String, ApiError> {
    let email = email.trim();
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    let parts = email.split_once('@').filter(|(name, domain)| {
        let is_domain = !domain.starts_with('.') && !domain.ends_with('.');
        !name.is_empty() && !domain.is_empty() && is_domain && !domain.contains('@')
    });
    if parts.is_none() || email.len() > 254 || !email.chars().all(is_plain) {
        return Err(ApiError::Validation(
            "email is not an email address. Example: ann@example.com".into(),
        ));
    }
    Ok(email.to_owned())
}

/// A new link and a new week for an invitation that is not accepted yet; the old link ends.
#[utoipa::path(post, path = "/api/invitations/{id}/renew", tag = "invitations", params(("id" = Uuid, Path)),
    responses((status = 200, body = NewInvitation), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn renew(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<NewInvitation>, ApiError> {
    check_enabled(&platform)?;
    let row = db::invitations::find(&platform.db, id).await?;
    let mut row = row.ok_or(NOT_FOUND)?;
    roles::givable(&platform, &caller, &row.role).await?;
    let token = new_token();
    row.expires_at = platform.clock.now() + LIFETIME;
    row.token_hash = digest(&token).to_vec();
    if !db::invitations::renew(&platform.db, id, &row.token_hash, row.expires_at).await? {
        return Err(over());
    }
    shown(&platform, row, token).await
}

fn over() -> ApiError {
    ApiError::Conflict("This invitation is accepted or canceled. Make another one.".into())
}

/// Cancel an invitation; its link ends.
#[utoipa::path(delete, path = "/api/invitations/{id}", tag = "invitations", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn cancel(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    check_enabled(&platform)?;
    db::invitations::find(&platform.db, id)
        .await?
        .ok_or(NOT_FOUND)?;
    if db::invitations::cancel(&platform.db, id).await? {
        return Ok(SUCCESS);
    }
    Err(over())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenInvitation {
    email: String,
    role: String,
    organization_name: String,
    inviter_name: Option<String>,
    expires_at: DateTime<Utc>,
    /// Somebody with this email is a member; they sign in instead.
    user_exists: bool,
}

/// What a link invites to. For whoever has it.
#[utoipa::path(get, path = "/api/invitation/{token}/check", tag = "invitations", params(("token" = String, Path)),
    responses((status = 200, body = OpenInvitation), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn check(
    Extract(platform): State,
    Path(token): Path<String>,
) -> Result<Json<OpenInvitation>, ApiError> {
    let row = open(&platform, &token).await?;
    let organization = db::organization::get(&platform.db).await?;
    let member = db::users::find_by_email(&platform.db, &row.email).await?;
    let shown = Names::read(&platform).await?.invitation(row);
    Ok(Json(OpenInvitation {
        email: shown.email,
        role: shown.role,
        organization_name: organization.name,
        inviter_name: shown.inviter_name,
        expires_at: shown.expires_at,
        user_exists: member.is_some(),
    }))
}

/// One that can be accepted now.
pub(crate) async fn open(platform: &Platform, token: &str) -> Result<Row, ApiError> {
    check_enabled(platform)?;
    let row = db::invitations::find_by_token(&platform.db, &digest(token)).await?;
    let row = row.filter(|row| row.status == "pending").ok_or(NOT_FOUND)?;
    if row.expires_at <= platform.clock.now() {
        return Err(ApiError::Conflict(
            "This invitation has expired. Ask whoever sent it for a new link.".into(),
        ));
    }
    Ok(row)
}
