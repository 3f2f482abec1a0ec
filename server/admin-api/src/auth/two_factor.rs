//! A second factor beside the password: codes of an authenticator app, and recovery codes for when it is lost.
//!
//! It stands between a right password and a session. Signing in at an identity provider leaves it to the provider.

use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use db::two_factor::Challenge;
use db::users::User;
use domain::api_keys::digest;
use domain::platform::Platform;
use http::HeaderMap;
use identity::totp;
use secrecy::ExposeSecret as _;
use secrets::Fields;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SUCCESS, SignedIn, Success, cookies, new_token, start_session, throttle};
use crate::authenticate::{Caller, cookie_of, refuse_foreign_origin};
use crate::error::ErrorBody;
use crate::extract::{self, ClientAddress};
use crate::{ApiError, State, passwords};

const FIELD: &str = "secret";
const COOKIE: &str = "archestra.two_factor";
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// For one right password.
const ATTEMPTS: i32 = 5;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TwoFactorStatus {
    enabled: bool,
    /// It was begun, and waits for a first code.
    pending: bool,
    recovery_codes_left: i64,
}

/// Whether one's own account has a second factor.
#[utoipa::path(get, path = "/api/auth/two-factor/status", tag = "auth", responses((status = 200, body = TwoFactorStatus)))]
pub(crate) async fn two_factor_status(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<TwoFactorStatus>, ApiError> {
    let found = db::two_factor::find(&platform.db, &caller.user.id).await?;
    Ok(Json(TwoFactorStatus {
        enabled: found.as_ref().is_some_and(|row| row.enabled_at.is_some()),
        pending: found.is_some_and(|row| row.enabled_at.is_none()),
        recovery_codes_left: db::two_factor::codes_left(&platform.db, &caller.user.id).await?,
    }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct OwnPassword {
    password: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Enrolled {
    /// For a QR code.
    #[serde(rename = "totpURI")]
    totp_uri: String,
    /// To be typed where no camera is.
    secret: String,
    /// Shown this once.
    backup_codes: Vec<String>,
}

/// Begin with a second factor. It is in force after a first code was right.
#[utoipa::path(post, path = "/api/auth/two-factor/enable", tag = "auth", request_body = OwnPassword,
    responses((status = 200, body = Enrolled), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
pub(crate) async fn two_factor_enable(
    Extract(platform): State,
    caller: Caller,
    address: ClientAddress,
    extract::Json(body): extract::Json<OwnPassword>,
) -> Result<Json<Enrolled>, ApiError> {
    check_password(&platform, &caller.user, body.password, address).await?;
    let user = &caller.user;
    let enrolment = totp::enrol(&user.email).map_err(ApiError::internal)?;
    let (codes, hashes) = recovery_codes();
    let before = db::two_factor::find(&platform.db, &user.id).await?;
    let id = Uuid::now_v7();
    let fields = Fields::from([(FIELD.to_owned(), enrolment.secret.clone())]);
    let name = format!("second factor of {}", user.email);
    platform.secrets.put(id, &name, &fields).await?;
    if !db::two_factor::begin(&platform.db, &user.id, id, &hashes).await? {
        platform.secrets.delete(id).await?;
        return Err(ApiError::Conflict(
            "Two-factor authentication is on already. Switch it off first to use another app."
                .into(),
        ));
    }
    if let Some(before) = before {
        platform.secrets.delete(before.secret_id).await?;
    }
    Ok(Json(Enrolled {
        totp_uri: enrolment.uri.expose_secret().to_owned(),
        secret: enrolment.secret.expose_secret().to_owned(),
        backup_codes: codes,
    }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Code {
    code: String,
}

/// With a session: put a second factor in force. After a right password: get a session.
#[utoipa::path(post, path = "/api/auth/two-factor/verify-totp", tag = "auth", request_body = Code,
    responses((status = 200, body = SignedIn), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn verify_totp(
    Extract(platform): State,
    caller: Option<axum::Extension<Caller>>,
    address: ClientAddress,
    headers: HeaderMap,
    extract::Json(body): extract::Json<Code>,
) -> Result<Response, ApiError> {
    refuse_foreign_origin(&platform, &http::Method::POST, &headers)?;
    let Some(axum::Extension(caller)) = caller else {
        return finish(&platform, &body.code, Kind::Totp, address, &headers).await;
    };
    let user = &caller.user;
    slow_down(&platform, user, address).await?;
    if !totp_is_right(&platform, &user.id, &body.code).await? {
        note_failure(&platform, user, address).await?;
        return Err(wrong_code());
    }
    db::two_factor::enable(&platform.db, &user.id, platform.clock.now()).await?;
    // Whoever signed in without it does so again.
    db::sessions::revoke_others(&platform.db, &user.id, caller.session_id()).await?;
    let body = SignedIn::new(caller.user, false);
    Ok(Json(body).into_response())
}

/// Sign in with a recovery code after a right password. It works once.
#[utoipa::path(post, path = "/api/auth/two-factor/verify-backup-code", tag = "auth", request_body = Code,
    responses((status = 200, body = SignedIn), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn verify_backup_code(
    Extract(platform): State,
    address: ClientAddress,
    headers: HeaderMap,
    extract::Json(body): extract::Json<Code>,
) -> Result<Response, ApiError> {
    refuse_foreign_origin(&platform, &http::Method::POST, &headers)?;
    finish(&platform, &body.code, Kind::Recovery, address, &headers).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Disable {
    password: String,
    /// Of the app, or a recovery code.
    code: String,
}

/// Switch one's own second factor off.
#[utoipa::path(post, path = "/api/auth/two-factor/disable", tag = "auth", request_body = Disable,
    responses((status = 200, body = Success), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn two_factor_disable(
    Extract(platform): State,
    caller: Caller,
    address: ClientAddress,
    extract::Json(body): extract::Json<Disable>,
) -> Result<Json<Success>, ApiError> {
    let user = &caller.user;
    check_password(&platform, user, body.password, address).await?;
    slow_down(&platform, user, address).await?;
    let enabled = is_on(&platform, &user.id).await?;
    let right = !enabled
        || totp_is_right(&platform, &user.id, &body.code).await?
        || recovery_is_right(&platform, &user.id, &body.code).await?;
    if !right {
        note_failure(&platform, user, address).await?;
        return Err(wrong_code());
    }
    if let Some(secret) = db::two_factor::delete(&platform.db, &user.id).await? {
        platform.secrets.delete(secret).await?;
    }
    Ok(SUCCESS)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupCodes {
    backup_codes: Vec<String>,
}

/// New recovery codes, in place of all that were.
#[utoipa::path(post, path = "/api/auth/two-factor/generate-backup-codes", tag = "auth", request_body = OwnPassword,
    responses((status = 200, body = BackupCodes), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn generate_backup_codes(
    Extract(platform): State,
    caller: Caller,
    address: ClientAddress,
    extract::Json(body): extract::Json<OwnPassword>,
) -> Result<Json<BackupCodes>, ApiError> {
    check_password(&platform, &caller.user, body.password, address).await?;
    if !is_on(&platform, &caller.user.id).await? {
        return Err(ApiError::Conflict(
            "Two-factor authentication is off. Switch it on first.".into(),
        ));
    }
    let (backup_codes, hashes) = recovery_codes();
    db::two_factor::set_codes(&platform.db, &caller.user.id, &hashes).await?;
    Ok(Json(BackupCodes { backup_codes }))
}

pub(super) async fn is_on(platform: &Platform, user_id: &str) -> Result<bool, ApiError> {
    let found = db::two_factor::find(&platform.db, user_id).await?;
    Ok(found.is_some_and(|row| row.enabled_at.is_some()))
}

/// Instead of a session, after a right password.
pub(super) async fn demand(
    platform: &Platform,
    user: &User,
    must_change_password: bool,
    remember: bool,
) -> Result<Response, ApiError> {
    let token = new_token();
    let challenge = Challenge {
        token_hash: digest(&token).to_vec(),
        user_id: user.id.clone(),
        remember,
        must_change_password,
        attempts: 0,
        expires_at: platform.clock.now() + PATIENCE,
    };
    db::two_factor::insert_challenge(&platform.db, &challenge).await?;
    let cookie = cookies::short(&platform.settings, COOKIE, token, PATIENCE.num_seconds());
    Ok((cookie, Json(SignedIn::awaiting_code())).into_response())
}

#[derive(Clone, Copy)]
enum Kind {
    Totp,
    Recovery,
}

/// The second half of a sign-in.
async fn finish(
    platform: &Platform,
    code: &str,
    kind: Kind,
    address: ClientAddress,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let over = || {
        ApiError::Unauthenticated(
            "This sign-in is over. Begin again with email and password.".into(),
        )
    };
    let token = cookie_of(headers, COOKIE).ok_or_else(over)?;
    let hash = digest(&token);
    let challenge = db::two_factor::attempt(&platform.db, &hash, platform.clock.now()).await?;
    let challenge = challenge.ok_or_else(over)?;
    let user = db::users::find(&platform.db, &challenge.user_id).await?;
    let user = user.ok_or_else(over)?;
    slow_down(platform, &user, address).await?;
    if challenge.attempts > ATTEMPTS {
        db::two_factor::end_challenge(&platform.db, &hash).await?;
        return Err(over());
    }
    let right = match kind {
        Kind::Totp => totp_is_right(platform, &user.id, code).await?,
        Kind::Recovery => recovery_is_right(platform, &user.id, code).await?,
    };
    if !right {
        note_failure(platform, &user, address).await?;
        return Err(wrong_code());
    }
    if !db::two_factor::end_challenge(&platform.db, &hash).await? {
        return Err(over());
    }
    throttle::forgive(platform, &subject(&user)).await?;
    let (must_change, remember) = (challenge.must_change_password, challenge.remember);
    let cookie = start_session(platform, &user, must_change, remember, address, headers).await?;
    let done = cookies::short(&platform.settings, COOKIE, String::new(), 0);
    Ok((cookie, done, Json(SignedIn::new(user, must_change))).into_response())
}

/// Guesses of codes are counted apart from guesses of passwords, which a right password forgives.
fn subject(user: &User) -> String {
    format!("second factor of {}", user.id)
}

async fn slow_down(
    platform: &Platform,
    user: &User,
    address: ClientAddress,
) -> Result<(), ApiError> {
    throttle::check(platform, &subject(user), address).await
}

async fn note_failure(
    platform: &Platform,
    user: &User,
    address: ClientAddress,
) -> Result<(), ApiError> {
    throttle::note_failure(platform, &subject(user), address).await
}

fn wrong_code() -> ApiError {
    ApiError::Forbidden(
        "The code is wrong, or was used already. Wait for the next one, and check the clock of the device that shows it."
            .into(),
    )
}

async fn totp_is_right(platform: &Platform, user_id: &str, code: &str) -> Result<bool, ApiError> {
    let Some(row) = db::two_factor::find(&platform.db, user_id).await? else {
        return Ok(false);
    };
    let Some(secret) = platform.secrets.field(row.secret_id, FIELD).await? else {
        return Ok(false);
    };
    let now = platform.clock.now().timestamp().unsigned_abs();
    let step = totp::check(&secret, code, now, row.last_step.unsigned_abs());
    let Some(step) = step.and_then(|step| i64::try_from(step).ok()) else {
        return Ok(false);
    };
    // Two who send the same code at once: one of them is first.
    Ok(db::two_factor::use_step(&platform.db, user_id, step).await?)
}

async fn recovery_is_right(
    platform: &Platform,
    user_id: &str,
    code: &str,
) -> Result<bool, ApiError> {
    let hash = digest(&totp::plain(code));
    Ok(db::two_factor::use_code(&platform.db, user_id, &hash).await?)
}

fn recovery_codes() -> (Vec<String>, Vec<Vec<u8>>) {
    let codes = totp::recovery_codes();
    let hashes = codes.iter().map(|code| digest(&totp::plain(code)).to_vec());
    let hashes = hashes.collect();
    (codes, hashes)
}

async fn check_password(
    platform: &Platform,
    user: &User,
    password: String,
    address: ClientAddress,
) -> Result<(), ApiError> {
    if user.password_hash.is_none() {
        return Err(ApiError::Conflict(
            "You sign in at an identity provider and have no password here, so the second factor is the provider's.".into(),
        ));
    }
    throttle::check(platform, &user.email, address).await?;
    if passwords::verify(password, user.password_hash.clone()).await? {
        return Ok(());
    }
    throttle::note_failure(platform, &user.email, address).await?;
    Err(ApiError::Forbidden("The password is wrong.".into()))
}
