//! Signing in and out, and one's own account.

mod cookies;
mod sign_up;
mod sso;
mod throttle;
mod two_factor;

use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::api_keys::digest;
use domain::identity_providers::passwords_are_off;
use domain::platform::Platform;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::authenticate::{Caller, refuse_foreign_origin};
use crate::error::ErrorBody;
use crate::extract::{self, ClientAddress, Query, user_agent};
use crate::sessions::SessionBody;
use crate::{ApiError, State, passwords};
pub(crate) use sign_up::*;
pub(crate) use sso::*;
pub(crate) use two_factor::*;

const REMEMBERED: TimeDelta = TimeDelta::days(30);
const NOT_REMEMBERED: TimeDelta = TimeDelta::days(1);

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    id: String,
    name: String,
    email: String,
    role: String,
    /// Until it is changed, nothing else is allowed.
    must_change_password: bool,
    created_at: DateTime<Utc>,
}

impl User {
    fn new(user: db::users::User, must_change_password: bool) -> Self {
        let db::users::User {
            id,
            name,
            email,
            role,
            created_at,
            ..
        } = user;
        Self {
            id,
            name,
            email,
            role,
            must_change_password,
            created_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignIn {
    email: String,
    password: String,
    /// Stay signed in for 30 days instead of until the browser closes.
    #[serde(default = "remember_by_default")]
    remember_me: bool,
}

fn remember_by_default() -> bool {
    true
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    redirect: bool,
    /// The password was right, and a code is to follow; nobody is signed in yet.
    two_factor_redirect: bool,
    user: Option<User>,
}

impl SignedIn {
    fn new(user: db::users::User, must_change_password: bool) -> Self {
        Self {
            redirect: false,
            two_factor_redirect: false,
            user: Some(User::new(user, must_change_password)),
        }
    }

    fn awaiting_code() -> Self {
        Self {
            redirect: false,
            two_factor_redirect: true,
            user: None,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Success {
    success: bool,
}

pub(crate) const SUCCESS: axum::Json<Success> = Json(Success { success: true });

/// Sign in with email and password.
#[utoipa::path(post, path = "/api/auth/sign-in/email", tag = "auth", request_body = SignIn,
    responses((status = 200, body = SignedIn), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn sign_in(
    Extract(platform): State,
    address: ClientAddress,
    headers: HeaderMap,
    extract::Json(body): extract::Json<SignIn>,
) -> Result<Response, ApiError> {
    // A foreign page must not sign its reader in as somebody else.
    refuse_foreign_origin(&platform, &http::Method::POST, &headers)?;
    let now = platform.clock.now();
    if passwords_are_off(&platform).await?
        && !db::users::password_is_allowed(&platform.db, &body.email, now).await?
    {
        return Err(ApiError::Forbidden(
            "Signing in with a password is switched off here; use single sign-on.".into(),
        ));
    }
    throttle::check(&platform, &body.email, address).await?;
    let user = db::users::find_by_email(&platform.db, &body.email).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = passwords::verify(body.password, hash).await?;
    let Some(user) = user.filter(|_| right) else {
        throttle::note_failure(&platform, &body.email, address).await?;
        return Err(ApiError::Unauthenticated(
            "Email or password is wrong.".into(),
        ));
    };
    throttle::forgive(&platform, &body.email).await?;

    let must_change = user.password_is_default && !address.is_loopback();
    if two_factor::is_on(&platform, &user.id).await? {
        return two_factor::demand(&platform, &user, must_change, body.remember_me).await;
    }
    let cookie = start_session(
        &platform,
        &user,
        must_change,
        body.remember_me,
        address,
        &headers,
    )
    .await?;
    Ok((cookie, Json(SignedIn::new(user, must_change))).into_response())
}

async fn start_session(
    platform: &Platform,
    user: &db::users::User,
    must_change_password: bool,
    remember: bool,
    address: ClientAddress,
    headers: &HeaderMap,
) -> Result<cookies::SetCookie, ApiError> {
    let begun = begin_session(
        platform,
        user,
        must_change_password,
        remember,
        address,
        headers,
    );
    Ok(begun.await?.1)
}

/// The session's id, and the cookie for the browser.
async fn begin_session(
    platform: &Platform,
    user: &db::users::User,
    must_change_password: bool,
    remember: bool,
    address: ClientAddress,
    headers: &HeaderMap,
) -> db::Result<(Uuid, cookies::SetCookie)> {
    let token = new_token();
    let now = platform.clock.now();
    let lifetime = if remember { REMEMBERED } else { NOT_REMEMBERED };
    let session = db::sessions::Session {
        id: Uuid::now_v7(),
        user_id: user.id.clone(),
        token_hash: digest(&token).to_vec(),
        must_change_password,
        ip_address: address.text(),
        user_agent: user_agent(headers),
        created_at: now,
        last_used_at: now,
        expires_at: now + lifetime,
    };
    db::sessions::insert(&platform.db, &session).await?;
    let cookie = cookies::set(&platform.settings, token, remember.then_some(lifetime));
    Ok((session.id, cookie))
}

/// 244 random bits as hexadecimal text.
pub(crate) fn new_token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// End this browser's session.
#[utoipa::path(post, path = "/api/auth/sign-out", tag = "auth", responses((status = 200, body = Success)))]
pub(crate) async fn sign_out(
    Extract(platform): State,
    caller: Option<axum::Extension<Caller>>,
) -> Result<Response, ApiError> {
    if let Some(axum::Extension(Caller {
        user,
        session: Some(session),
        ..
    })) = caller
    {
        db::sessions::revoke(&platform.db, &user.id, session.id).await?;
    }
    Ok((cookies::clear(&platform.settings), SUCCESS).into_response())
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CurrentSession {
    session: Option<SessionBody>,
    user: User,
}

/// Who is signed in; `null` if nobody is.
#[utoipa::path(get, path = "/api/auth/get-session", tag = "auth", responses((status = 200, body = Option<CurrentSession>)))]
pub(crate) async fn get_session(
    caller: Option<axum::Extension<Caller>>,
) -> Json<Option<CurrentSession>> {
    Json(caller.map(|axum::Extension(caller)| {
        let owes = caller.owes_password();
        let session = caller
            .session
            .map(|session| SessionBody::new(session, true));
        CurrentSession {
            session,
            user: User::new(caller.user, owes),
        }
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangePassword {
    current_password: String,
    new_password: String,
    #[serde(default)]
    revoke_other_sessions: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    user: User,
}

/// Change one's own password.
#[utoipa::path(post, path = "/api/auth/change-password", tag = "auth", request_body = ChangePassword,
    responses((status = 200, body = UserBody), (status = 400, body = ErrorBody)))]
pub(crate) async fn change_password(
    Extract(platform): State,
    caller: Caller,
    address: ClientAddress,
    extract::Json(body): extract::Json<ChangePassword>,
) -> Result<Json<UserBody>, ApiError> {
    throttle::check(&platform, &caller.user.email, address).await?;
    if !passwords::verify(
        body.current_password.clone(),
        caller.user.password_hash.clone(),
    )
    .await?
    {
        throttle::note_failure(&platform, &caller.user.email, address).await?;
        return Err(ApiError::Forbidden("The current password is wrong.".into()));
    }
    passwords::check_strength(&body.new_password)?;
    if body.new_password == passwords::DEFAULT {
        return Err(ApiError::Validation(
            "Everybody knows this password: it is the published default. Choose another.".into(),
        ));
    }
    if body.new_password == body.current_password {
        return Err(ApiError::Conflict(
            "The new password is the old one. Choose another.".into(),
        ));
    }
    let hash = passwords::hash(body.new_password).await?;
    db::users::set_password(&platform.db, &caller.user.id, &hash, false).await?;
    db::sessions::lift_password_duty(&platform.db, &caller.user.id).await?;
    if body.revoke_other_sessions {
        db::sessions::revoke_others(&platform.db, &caller.user.id, caller.session_id()).await?;
    }
    Ok(Json(UserBody {
        user: User::new(caller.user, false),
    }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateUser {
    name: Option<String>,
}

/// Change one's own name.
#[utoipa::path(post, path = "/api/auth/update-user", tag = "auth", request_body = UpdateUser,
    responses((status = 200, body = UserBody)))]
pub(crate) async fn update_user(
    Extract(platform): State,
    mut caller: Caller,
    extract::Json(body): extract::Json<UpdateUser>,
) -> Result<Json<UserBody>, ApiError> {
    if let Some(name) = body.name {
        if name.trim().is_empty() || name.chars().count() > 200 {
            return Err(ApiError::Validation(
                "A name has 1 to 200 characters.".into(),
            ));
        }
        db::users::rename(&platform.db, &caller.user.id, &name).await?;
        caller.user.name = name;
    }
    Ok(Json(UserBody {
        user: User::new(caller.user, false),
    }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DefaultCredentials {
    enabled: bool,
}

/// Whether the published default password still works.
#[utoipa::path(get, path = "/api/auth/default-credentials-status", tag = "auth",
    responses((status = 200, body = DefaultCredentials)))]
pub(crate) async fn default_credentials_status(
    Extract(platform): State,
) -> Result<Json<DefaultCredentials>, ApiError> {
    Ok(Json(DefaultCredentials {
        enabled: db::users::any_default_password(&platform.db).await?,
    }))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct DesktopToken {
    token: String,
}

/// Sign the desktop window in with the token its own process was given, and show it the UI.
#[utoipa::path(get, path = "/api/auth/desktop", tag = "auth", params(DesktopToken),
    responses((status = 303), (status = 401, body = ErrorBody)))]
pub(crate) async fn desktop(
    Extract(platform): State,
    address: ClientAddress,
    headers: HeaderMap,
    Query(DesktopToken { token }): Query<DesktopToken>,
) -> Result<Response, ApiError> {
    if !address.is_loopback() || !platform.desktop_token.redeem(&token) {
        return Err(ApiError::Unauthenticated(
            "This sign-in link has been used already. Open the window again.".into(),
        ));
    }
    let admin = db::users::first_admin(&platform.db)
        .await?
        .ok_or(ApiError::NotFound("An administrator was"))?;
    let cookie = start_session(&platform, &admin, false, true, address, &headers).await?;
    Ok((cookie, Redirect::to("/")).into_response())
}

/// What the caller may do, as resource → actions.
#[utoipa::path(get, path = "/api/user/permissions", tag = "auth",
    responses((status = 200, body = std::collections::HashMap<String, Vec<String>>)))]
pub(crate) async fn permissions(
    caller: Caller,
) -> Json<serde_json::Map<String, serde_json::Value>> {
    Json(caller.grants.to_map())
}
