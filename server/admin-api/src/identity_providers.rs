//! Identity providers: where people sign in instead of here.

mod body;
mod presets;
mod routes;
mod trials;

use axum::Json;
use axum::extract::State as Extract;
use db::identity_providers::IdentityProvider as Row;
use domain::access::{Action, Resource};
use domain::identity_providers::{
    IdentityError, Secrecy, acs_url, callback_url, check, logout_url, metadata_url, open, seal,
};
use domain::platform::Platform;
use identity::oidc::preset_of;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::{ApiError, State};
use body::{IdentityProvider, ProviderInput};
pub(crate) use presets::*;
pub(crate) use routes::*;
pub(crate) use trials::*;

const NOT_FOUND: ApiError = ApiError::NotFound("Identity provider");

/// Terraform compares what it wrote with what it reads, secrets as well, so a key that may write them reads them. Nobody else
/// does, and no browser.
fn secrecy(caller: &Caller) -> Secrecy {
    if caller.session.is_none() && caller.may(Resource::IdentityProvider, Action::Update) {
        Secrecy::Clear
    } else {
        Secrecy::Masked
    }
}

async fn shown(
    platform: &Platform,
    caller: &Caller,
    mut row: Row,
) -> Result<IdentityProvider, ApiError> {
    open(platform, &mut row, secrecy(caller)).await?;
    let id = &row.provider_id;
    let (callback_url, metadata_url) = if row.oidc_config.is_some() {
        (callback_url(platform, id), None)
    } else {
        (acs_url(platform, id), Some(metadata_url(platform, id)))
    };
    Ok(IdentityProvider::new(row, callback_url, metadata_url))
}

async fn row(platform: &Platform, id: Uuid) -> Result<Row, ApiError> {
    let row = db::identity_providers::find(&platform.db, id).await?;
    row.ok_or(NOT_FOUND)
}

/// Identity providers, by their ids for people.
#[utoipa::path(get, path = "/api/identity-providers", tag = "identity providers",
    responses((status = 200, body = Vec<IdentityProvider>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<IdentityProvider>>, ApiError> {
    let mut providers = Vec::new();
    for row in db::identity_providers::list(&platform.db).await? {
        providers.push(shown(&platform, &caller, row).await?);
    }
    Ok(Json(providers))
}

/// What the sign-in page shows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicProvider {
    id: Uuid,
    provider_id: String,
    /// `oidc` or `saml`.
    kind: &'static str,
    preset: Option<&'static str>,
}

/// The providers that somebody can sign in with.
#[utoipa::path(get, path = "/api/identity-providers/public", tag = "identity providers",
    responses((status = 200, body = Vec<PublicProvider>)))]
pub(crate) async fn public(
    Extract(platform): State,
) -> Result<Json<Vec<PublicProvider>>, ApiError> {
    let rows = db::identity_providers::list(&platform.db).await?;
    let public = rows.into_iter().map(|row| PublicProvider {
        id: row.id,
        kind: if row.oidc_config.is_some() {
            "oidc"
        } else {
            "saml"
        },
        preset: preset_of(&row.provider_id).map(|preset| preset.id),
        provider_id: row.provider_id,
    });
    Ok(Json(public.collect()))
}

/// Get an identity provider.
#[utoipa::path(get, path = "/api/identity-providers/{id}", tag = "identity providers", params(("id" = Uuid, Path)),
    responses((status = 200, body = IdentityProvider), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<IdentityProvider>, ApiError> {
    let row = row(&platform, id).await?;
    Ok(Json(shown(&platform, &caller, row).await?))
}

/// Add a provider. Its secrets go to the secret store.
#[utoipa::path(post, path = "/api/identity-providers", tag = "identity providers", request_body = ProviderInput,
    responses((status = 200, body = IdentityProvider), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<ProviderInput>,
) -> Result<Json<IdentityProvider>, ApiError> {
    let now = platform.clock.now();
    let mut row = Row {
        id: Uuid::now_v7(),
        organization_id: platform.settings.organization_id.clone(),
        provider_id: String::new(),
        issuer: String::new(),
        domain: String::new(),
        domain_verified: None,
        user_id: None,
        oidc_config: None,
        saml_config: None,
        role_mapping: None,
        team_sync_config: None,
        secret_id: None,
        worked_at: None,
        created_at: now,
        updated_at: now,
    };
    input.check_is_whole()?;
    input.apply(&mut row)?;
    check_settings(&platform, &caller, &row)?;
    seal(&platform, &mut row, None).await?;
    let written = db::identity_providers::insert(&platform.db, &row).await;
    if let Err(error) = written {
        forget(&platform, row.secret_id).await?;
        return Err(taken(error));
    }
    Ok(Json(shown(&platform, &caller, row).await?))
}

/// Change a provider. What is not given stays; each block is replaced as a whole.
#[utoipa::path(put, path = "/api/identity-providers/{id}", tag = "identity providers", params(("id" = Uuid, Path)),
    request_body = ProviderInput,
    responses((status = 200, body = IdentityProvider), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<ProviderInput>,
) -> Result<Json<IdentityProvider>, ApiError> {
    let before = row(&platform, id).await?;
    let mut draft = before.clone();
    input.apply(&mut draft)?;
    check_settings(&platform, &caller, &draft)?;
    // Blocks that came back as they were read, masks and all, change nothing.
    let sealed = draft.oidc_config != before.oidc_config || draft.saml_config != before.saml_config;
    if sealed {
        seal(&platform, &mut draft, before.secret_id).await?;
    }
    let (mut replaced, now) = (None, platform.clock.now());
    let changed = db::identity_providers::update(&platform.db, id, |row| {
        input.apply(row)?;
        if sealed {
            row.oidc_config.clone_from(&draft.oidc_config);
            row.saml_config.clone_from(&draft.saml_config);
            replaced = row.secret_id;
            row.secret_id = draft.secret_id;
            // It has to show anew that it works.
            row.worked_at = None;
        }
        row.updated_at = now;
        Ok::<_, ApiError>(())
    });
    let changed = changed.await;
    match changed {
        Ok(Some(row)) => {
            forget(&platform, replaced).await?;
            Ok(Json(shown(&platform, &caller, row).await?))
        }
        failed => {
            if sealed {
                forget(&platform, draft.secret_id).await?;
            }
            failed.and(Err(NOT_FOUND))
        }
    }
}

/// Delete a provider. Whoever signed in with it keeps their account.
#[utoipa::path(delete, path = "/api/identity-providers/{id}", tag = "identity providers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    let gone = db::identity_providers::delete(&platform.db, id).await?;
    let gone = gone.ok_or(NOT_FOUND)?;
    forget(&platform, gone.secret_id).await?;
    Ok(SUCCESS)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LogoutUrl {
    url: Option<String>,
}

/// Where to send the browser after it has signed out here, to be signed out at the provider, too. Ask before signing out.
#[utoipa::path(get, path = "/api/identity-providers/idp-logout-url", tag = "identity providers",
    responses((status = 200, body = LogoutUrl), (status = 400, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn idp_logout_url(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<LogoutUrl>, ApiError> {
    let url = match caller.session_id() {
        Some(session) => logout_url(&platform, session).await?,
        None => None,
    };
    Ok(Json(LogoutUrl {
        url: url.map(String::from),
    }))
}

/// Settings that cannot work, and roles that the caller could not give, are refused.
fn check_settings(platform: &Platform, caller: &Caller, row: &Row) -> Result<(), ApiError> {
    let roles = check(row)?;
    let snapshot = platform.snapshot.load();
    for role in roles {
        let grants = snapshot.role(&role).ok_or_else(|| {
            ApiError::Conflict(format!(
                "roleMapping names the role {role}, which does not exist. Create it first, or name admin, editor or member."
            ))
        })?;
        let lacking = caller.grants.lacks(&grants);
        if !lacking.is_empty() {
            return Err(ApiError::Forbidden(format!(
                "roleMapping would give the role {role}, which may do what you may not: {}.",
                lacking.join(", ")
            )));
        }
    }
    Ok(())
}

async fn forget(platform: &Platform, secret: Option<Uuid>) -> Result<(), ApiError> {
    match secret {
        Some(secret) => Ok(platform.secrets.delete(secret).await?),
        None => Ok(()),
    }
}

fn taken(error: db::Error) -> ApiError {
    match error {
        db::Error::Conflict(_) => ApiError::Conflict(
            "There is an identity provider with this providerId already. Choose another one."
                .into(),
        ),
        other => other.into(),
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NotFound => NOT_FOUND,
            IdentityError::Db(error) => error.into(),
            IdentityError::Secrets(error) => error.into(),
            IdentityError::NotAllowed(_) | IdentityError::AccountExists(_) => {
                Self::Forbidden(crate::error::sentence(&error))
            }
            IdentityError::Identity(identity::Error::Provider(_)) => {
                Self::Upstream(crate::error::sentence(&error))
            }
            IdentityError::Expired | IdentityError::Identity(_) | IdentityError::Invalid(_) => {
                Self::Validation(crate::error::sentence(&error))
            }
        }
    }
}
