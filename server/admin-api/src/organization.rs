//! The organization and its settings.

mod settings;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::{check_text, one_of};
use crate::{ApiError, State, extract};
pub(crate) use settings::*;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published contract")]
pub(crate) struct Organization {
    id: String,
    name: String,
    slug: String,
    theme: String,
    custom_font: String,
    /// Pictures are data URLs.
    logo: Option<String>,
    logo_dark: Option<String>,
    favicon: Option<String>,
    icon_logo: Option<String>,
    app_name: Option<String>,
    footer_text: Option<String>,
    og_description: Option<String>,
    chat_error_support_message: Option<String>,
    chat_placeholders: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<ChatLink>>)]
    chat_links: Option<Value>,
    animate_chat_placeholders: bool,
    show_two_factor: bool,
    slim_chat_error_ui: bool,
    /// `organization` or `team`: whose wish decides about compression.
    compression_scope: String,
    convert_tool_results_to_toon: bool,
    /// How often limits start anew: `1h`, `12h`, `24h`, `1w`, `1m`, or never.
    limit_cleanup_interval: Option<String>,
    /// `permissive`, or `restrictive`: what no policy allows is refused once something untrusted was read.
    global_tool_policy: String,
    allow_chat_file_uploads: bool,
    default_llm_provider: Option<String>,
    default_llm_model: Option<String>,
    default_llm_api_key_id: Option<Uuid>,
    default_agent_id: Option<Uuid>,
    mcp_oauth_access_token_lifetime_seconds: i32,
    embedding_model: Option<String>,
    embedding_chat_api_key_id: Option<Uuid>,
    embedding_dimensions: Option<i32>,
    reranker_model: Option<String>,
    reranker_chat_api_key_id: Option<Uuid>,
    metadata: Option<String>,
    /// Someone agreed that usage figures may be sent.
    analytics_consent: bool,
    onboarding_complete: bool,
    created_at: DateTime<Utc>,
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
            logo_dark: row.logo_dark,
            favicon: row.favicon,
            icon_logo: row.icon_logo,
            app_name: row.app_name,
            footer_text: row.footer_text,
            og_description: row.og_description,
            chat_error_support_message: row.chat_error_support_message,
            chat_placeholders: row.chat_placeholders,
            chat_links: row.chat_links,
            animate_chat_placeholders: row.animate_chat_placeholders,
            show_two_factor: row.show_two_factor,
            slim_chat_error_ui: row.slim_chat_error_ui,
            compression_scope: row.compression_scope,
            convert_tool_results_to_toon: row.convert_tool_results_to_toon,
            limit_cleanup_interval: row.limit_cleanup_interval,
            global_tool_policy: row.global_tool_policy,
            allow_chat_file_uploads: row.allow_chat_file_uploads,
            default_llm_provider: row.default_llm_provider,
            default_llm_model: row.default_llm_model,
            default_llm_api_key_id: row.default_llm_api_key_id,
            default_agent_id: row.default_agent_id,
            mcp_oauth_access_token_lifetime_seconds: row.mcp_oauth_access_token_lifetime_seconds,
            embedding_model: row.embedding_model,
            embedding_chat_api_key_id: row.embedding_chat_api_key_id,
            embedding_dimensions: None,
            reranker_model: row.reranker_model,
            reranker_chat_api_key_id: row.reranker_chat_api_key_id,
            metadata: None,
            analytics_consent: row.analytics_consent,
            onboarding_complete: row.onboarding_complete,
            created_at: row.created_at,
        }
    }
}

/// Get the organization and its settings.
#[utoipa::path(get, path = "/api/organization", tag = "organization", responses((status = 200, body = Organization)))]
pub(crate) async fn get(Extract(platform): State) -> Result<Json<Organization>, ApiError> {
    Ok(Json(db::organization::get(&platform.db).await?.into()))
}

async fn change(
    platform: &Platform,
    change: impl FnOnce(&mut db::organization::Organization) -> Result<(), ApiError>,
) -> Result<Json<Organization>, ApiError> {
    let row = db::organization::update(&platform.db, change).await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(row.into()))
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

/// Change settings: only those that are sent.
#[utoipa::path(patch, path = "/api/organization", tag = "organization", request_body = OrganizationInput,
    responses((status = 200, body = Organization)))]
pub(crate) async fn update(
    Extract(platform): State,
    extract::Json(input): extract::Json<OrganizationInput>,
) -> Result<Json<Organization>, ApiError> {
    change(&platform, |row| {
        if let Some(name) = input.name {
            check_text("name", &name, 200)?;
            row.name = name;
        }
        if let Some(theme) = &input.theme {
            row.theme = one_of("theme", theme, &THEMES)?;
        }
        if let Some(font) = &input.custom_font {
            row.custom_font = one_of("customFont", font, &FONTS)?;
        }
        row.analytics_consent = input.analytics_consent.unwrap_or(row.analytics_consent);
        row.onboarding_complete = input.onboarding_complete.unwrap_or(row.onboarding_complete);
        Ok(())
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OnboardingInput {
    onboarding_complete: bool,
}

/// Say that the first steps are done.
#[utoipa::path(post, path = "/api/organization/complete-onboarding", tag = "organization", request_body = OnboardingInput,
    responses((status = 200, body = Organization)))]
pub(crate) async fn complete_onboarding(
    Extract(platform): State,
    extract::Json(input): extract::Json<OnboardingInput>,
) -> Result<Json<Organization>, ApiError> {
    change(&platform, |row| {
        row.onboarding_complete = input.onboarding_complete;
        Ok(())
    })
    .await
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
