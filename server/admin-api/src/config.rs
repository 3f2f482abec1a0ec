//! What the UI must know before anyone signs in.

use axum::Json;
use axum::extract::State as Extract;
use domain::identity_providers::passwords_are_off;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{ApiError, State};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch the UI shows"
)]
pub(crate) struct PublicConfig {
    version: &'static str,
    /// What clients put before `/v1/…`.
    api_base_url: String,
    frontend_url: String,
    disable_basic_auth: bool,
    /// Passwords are switched off, but not before an identity provider works.
    basic_auth_fallback: bool,
    disable_invitations: bool,
    /// The UI is shown in the desktop window.
    desktop: bool,
    default_credentials_enabled: bool,
    analytics: Analytics,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Analytics {
    /// `ARCHESTRA_ANALYTICS` is not `disabled`. Nothing is sent before someone agrees, either way.
    enabled: bool,
    destination_configured: bool,
}

/// What the UI must know before anyone signs in.
#[utoipa::path(get, path = "/api/config/public", tag = "system", responses((status = 200, body = PublicConfig)))]
pub(crate) async fn public(Extract(platform): State) -> Result<Json<PublicConfig>, ApiError> {
    let settings = &platform.settings;
    let passwords_are_off = passwords_are_off(&platform).await?;
    Ok(Json(PublicConfig {
        version: settings.version,
        api_base_url: settings.api_base_url.clone(),
        frontend_url: settings.frontend_url.clone(),
        disable_basic_auth: passwords_are_off,
        basic_auth_fallback: settings.disable_basic_auth && !passwords_are_off,
        disable_invitations: settings.disable_invitations,
        desktop: settings.desktop,
        default_credentials_enabled: db::users::any_default_password(&platform.db).await?,
        analytics: Analytics {
            enabled: settings.analytics_enabled,
            destination_configured: settings.analytics_destination,
        },
    }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    name: &'static str,
    status: &'static str,
    version: &'static str,
}

/// The program runs; `/ready` says whether all it needs does.
#[utoipa::path(get, path = "/api/health", tag = "system", responses((status = 200, body = Health)))]
pub(crate) async fn health(Extract(platform): State) -> Json<Health> {
    Json(Health {
        name: "Archestra",
        status: "ok",
        version: platform.settings.version,
    })
}
