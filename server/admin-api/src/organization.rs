//! The organization and its settings.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ApiError, State, extract};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization {
    id: String,
    name: String,
    slug: String,
    theme: String,
    custom_font: String,
    logo: Option<String>,
    /// Someone agreed that usage figures may be sent.
    analytics_consent: bool,
    onboarding_complete: bool,
    created_at: DateTime<Utc>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationInput {
    name: Option<String>,
    theme: Option<String>,
    custom_font: Option<String>,
    analytics_consent: Option<bool>,
    onboarding_complete: Option<bool>,
}

impl From<db::organization::Organization> for Organization {
    fn from(row: db::organization::Organization) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            theme: row.theme,
            custom_font: row.custom_font,
            logo: row.logo,
            analytics_consent: row.analytics_consent,
            onboarding_complete: row.onboarding_complete,
            created_at: row.created_at,
        }
    }
}

#[utoipa::path(get, path = "/api/organization", tag = "organization", responses((status = 200, body = Organization)))]
pub(crate) async fn get(Extract(platform): State) -> Result<Json<Organization>, ApiError> {
    Ok(Json(db::organization::get(&platform.db).await?.into()))
}

/// Change settings: only those that are sent.
#[utoipa::path(patch, path = "/api/organization", tag = "organization", request_body = OrganizationInput,
    responses((status = 200, body = Organization)))]
pub(crate) async fn update(
    Extract(platform): State,
    extract::Json(input): extract::Json<OrganizationInput>,
) -> Result<Json<Organization>, ApiError> {
    if input
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(ApiError::Validation("name can't be empty.".into()));
    }
    let change = db::organization::OrganizationChange {
        name: input.name,
        theme: input.theme,
        custom_font: input.custom_font,
        analytics_consent: input.analytics_consent,
        onboarding_complete: input.onboarding_complete,
        ..Default::default()
    };
    Ok(Json(
        db::organization::update(&platform.db, &change)
            .await?
            .into(),
    ))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OnboardingStatus {
    has_llm_proxy_logs: bool,
    has_mcp_gateway_logs: bool,
}

/// Which first steps have been taken.
#[utoipa::path(get, path = "/api/organization/onboarding-status", tag = "organization",
    responses((status = 200, body = OnboardingStatus)))]
pub(crate) async fn onboarding_status(
    Extract(platform): State,
) -> Result<Json<OnboardingStatus>, ApiError> {
    let has_llm_proxy_logs = db::interactions::any(&platform.db).await?;
    Ok(Json(OnboardingStatus {
        has_llm_proxy_logs,
        has_mcp_gateway_logs: false,
    }))
}
