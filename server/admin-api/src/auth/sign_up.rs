//! Joining by invitation.

use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::identity_providers::passwords_are_off;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{User, start_session, throttle};
use crate::authenticate::refuse_foreign_origin;
use crate::error::ErrorBody;
use crate::extract::{self, ClientAddress};
use crate::{ApiError, State, invitations, passwords};

#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUp {
    name: String,
    /// That of the invitation.
    email: String,
    password: String,
    /// What the invitation's link carries.
    invitation: Option<String>,
    /// The link itself, for clients that pass it on.
    #[serde(rename = "callbackURL")]
    callback_url: Option<String>,
}

impl SignUp {
    fn invitation(&self) -> Option<String> {
        let given = self.invitation.clone();
        given.or_else(|| {
            let (_, query) = self.callback_url.as_ref()?.split_once('?')?;
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(name, _)| matches!(&**name, "invitation" | "invitationId"))?;
            Some(found.1.into_owned())
        })
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SignedUp {
    user: User,
}

/// Accept an invitation with a name and a password, and be signed in.
#[utoipa::path(post, path = "/api/auth/sign-up/email", tag = "auth", request_body = SignUp,
    responses((status = 200, body = SignedUp), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn sign_up(
    Extract(platform): State,
    address: ClientAddress,
    headers: HeaderMap,
    extract::Json(body): extract::Json<SignUp>,
) -> Result<Response, ApiError> {
    refuse_foreign_origin(&platform, &http::Method::POST, &headers)?;
    if passwords_are_off(&platform).await? {
        return Err(ApiError::Forbidden(
            "Passwords are switched off here; join by single sign-on.".into(),
        ));
    }
    throttle::check(&platform, &body.email, address).await?;
    let token = body.invitation().ok_or_else(|| {
        ApiError::Forbidden("Joining takes an invitation: ask an administrator for one.".into())
    })?;
    let opened = invitations::open(&platform, &token).await;
    if matches!(opened, Err(ApiError::NotFound(_))) {
        throttle::note_failure(&platform, &body.email, address).await?;
    }
    let invitation = opened?;
    if invitation.email.to_lowercase() != body.email.trim().to_lowercase() {
        return Err(ApiError::Forbidden(
            "This invitation is for another email address.".into(),
        ));
    }
    crate::agents::check_text("name", &body.name, 200)?;
    check_password(&body.password)?;
    let user = db::users::User {
        id: Uuid::now_v7().to_string(),
        name: body.name,
        email: invitation.email,
        role: invitation.role,
        password_hash: Some(passwords::hash(body.password).await?),
        password_is_default: false,
        created_at: platform.clock.now(),
    };
    accept(&platform, &token, &user).await?;
    let cookie = start_session(&platform, &user, false, true, address, &headers).await?;
    let user = User::new(user, false);
    Ok((cookie, Json(SignedUp { user })).into_response())
}

fn check_password(password: &str) -> Result<(), ApiError> {
    passwords::check_strength(password)?;
    if password == passwords::DEFAULT {
        return Err(ApiError::Validation(
            "Everybody knows this password: it is the published default. Choose another.".into(),
        ));
    }
    Ok(())
}

async fn accept(
    platform: &domain::platform::Platform,
    token: &str,
    user: &db::users::User,
) -> Result<(), ApiError> {
    let hash = domain::api_keys::digest(token);
    match db::invitations::accept(&platform.db, &hash, user).await {
        Ok(true) => Ok(platform.snapshot.refresh(&platform.db).await?),
        Ok(false) => Err(ApiError::NotFound("Invitation")),
        Err(db::Error::Conflict(_)) => Err(ApiError::Conflict(
            "Somebody with this email address is a member already. Sign in instead.".into(),
        )),
        Err(error) => Err(error.into()),
    }
}
