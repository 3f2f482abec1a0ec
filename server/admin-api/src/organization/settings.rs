//! The organization's settings, in the parts in which the published contract changes them. Each body is a merge patch:
//! absent fields stay, null clears. Every answer is the whole organization.

use axum::Json;
use axum::extract::State as Extract;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Organization, change};
use crate::agents::one_of;
use crate::error::ErrorBody;
use crate::extract::{self, given};
use crate::provider_keys::keyed_provider;
use crate::{ApiError, State};

pub(crate) const FONTS: [&str; 6] = [
    "inter",
    "jetbrains-mono",
    "lato",
    "open-sans",
    "roboto",
    "source-sans-pro",
];
pub(crate) const THEMES: [&str; 24] = [
    "amber-minimal",
    "boxy-minimalistic",
    "bubblegum",
    "caffeine",
    "catppuccin",
    "claude",
    "clean-slate",
    "cosmic-night",
    "doom-64",
    "dracula-dark",
    "gruvbox-dark",
    "mocha-mousse",
    "modern-minimal",
    "mono",
    "monokai-dark",
    "moonlight-dark",
    "nature",
    "neo-brutalism",
    "solarized-dark",
    "sunset-horizon",
    "tangerine",
    "twitter",
    "vercel",
    "vintage-paper",
];
const INTERVALS: [&str; 5] = ["1h", "12h", "24h", "1w", "1m"];
/// From a minute to a year.
const LIFETIMES: std::ops::RangeInclusive<i32> = 60..=31_536_000;

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ChatLink {
    label: String,
    url: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppearanceInput {
    theme: Option<String>,
    custom_font: Option<String>,
    animate_chat_placeholders: Option<bool>,
    show_two_factor: Option<bool>,
    slim_chat_error_ui: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    logo: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    logo_dark: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    favicon: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    icon_logo: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    app_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    footer_text: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    og_description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    chat_error_support_message: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    chat_placeholders: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<ChatLink>>)]
    chat_links: Option<Option<Vec<ChatLink>>>,
}

/// How everything looks.
#[utoipa::path(patch, path = "/api/organization/appearance-settings", tag = "organization", request_body = AppearanceInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_appearance(
    Extract(platform): State,
    extract::Json(input): extract::Json<AppearanceInput>,
) -> Result<Json<Organization>, ApiError> {
    change(&platform, |row| {
        if let Some(theme) = &input.theme {
            row.theme = one_of("theme", theme, &THEMES)?;
        }
        if let Some(font) = &input.custom_font {
            row.custom_font = one_of("customFont", font, &FONTS)?;
        }
        set(
            &mut row.animate_chat_placeholders,
            input.animate_chat_placeholders,
        );
        set(&mut row.show_two_factor, input.show_two_factor);
        set(&mut row.slim_chat_error_ui, input.slim_chat_error_ui);
        set(&mut row.logo, input.logo);
        set(&mut row.logo_dark, input.logo_dark);
        set(&mut row.favicon, input.favicon);
        set(&mut row.icon_logo, input.icon_logo);
        set(&mut row.app_name, input.app_name);
        set(&mut row.footer_text, input.footer_text);
        set(&mut row.og_description, input.og_description);
        set(
            &mut row.chat_error_support_message,
            input.chat_error_support_message,
        );
        set(&mut row.chat_placeholders, input.chat_placeholders);
        if let Some(links) = input.chat_links {
            links.iter().flatten().try_for_each(check_link)?;
            row.chat_links = links.map(|links| json!(links));
        }
        Ok(())
    })
    .await
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A link is shown to everybody, so it leads to a page and runs nothing.
fn check_link(link: &ChatLink) -> Result<(), ApiError> {
    if link.url.starts_with("https://") || link.url.starts_with("http://") {
        return Ok(());
    }
    Err(ApiError::Validation(format!(
        "chatLinks: the url of \"{}\" has to begin with https:// or http://.",
        link.label
    )))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LlmInput {
    compression_scope: Option<String>,
    convert_tool_results_to_toon: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    limit_cleanup_interval: Option<Option<String>>,
}

/// Compression, and when limits start anew.
#[utoipa::path(patch, path = "/api/organization/llm-settings", tag = "organization", request_body = LlmInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_llm(
    Extract(platform): State,
    extract::Json(input): extract::Json<LlmInput>,
) -> Result<Json<Organization>, ApiError> {
    change(&platform, |row| {
        if let Some(scope) = &input.compression_scope {
            row.compression_scope = one_of("compressionScope", scope, &["organization", "team"])?;
        }
        set(
            &mut row.convert_tool_results_to_toon,
            input.convert_tool_results_to_toon,
        );
        if let Some(interval) = input.limit_cleanup_interval {
            if let Some(interval) = &interval {
                one_of("limitCleanupInterval", interval, &INTERVALS)?;
            }
            row.limit_cleanup_interval = interval;
        }
        Ok(())
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecurityInput {
    global_tool_policy: Option<String>,
    allow_chat_file_uploads: Option<bool>,
}

/// What is allowed to everybody.
#[utoipa::path(patch, path = "/api/organization/security-settings", tag = "organization", request_body = SecurityInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_security(
    Extract(platform): State,
    extract::Json(input): extract::Json<SecurityInput>,
) -> Result<Json<Organization>, ApiError> {
    change(&platform, |row| {
        if let Some(policy) = &input.global_tool_policy {
            row.global_tool_policy =
                one_of("globalToolPolicy", policy, &["permissive", "restrictive"])?;
        }
        set(
            &mut row.allow_chat_file_uploads,
            input.allow_chat_file_uploads,
        );
        Ok(())
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentSettingsInput {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    default_agent_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    default_llm_api_key_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    default_llm_model: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    default_llm_provider: Option<Option<String>>,
}

/// What new conversations begin with.
#[utoipa::path(patch, path = "/api/organization/agent-settings", tag = "organization", request_body = AgentSettingsInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_agent(
    Extract(platform): State,
    extract::Json(input): extract::Json<AgentSettingsInput>,
) -> Result<Json<Organization>, ApiError> {
    if let Some(Some(id)) = input.default_agent_id
        && db::agents::find(&platform.db, id).await?.is_none()
    {
        return Err(ApiError::Conflict(format!(
            "There is no agent with the id {id} (defaultAgentId)."
        )));
    }
    let key = input.default_llm_api_key_id.flatten();
    check_key(&platform, "defaultLlmApiKeyId", key).await?;
    change(&platform, |row| {
        if let Some(Some(provider)) = &input.default_llm_provider {
            keyed_provider(provider)?;
        }
        set(&mut row.default_agent_id, input.default_agent_id);
        set(
            &mut row.default_llm_api_key_id,
            input.default_llm_api_key_id,
        );
        set(&mut row.default_llm_model, input.default_llm_model);
        set(&mut row.default_llm_provider, input.default_llm_provider);
        Ok(())
    })
    .await
}

async fn check_key(platform: &Platform, field: &str, id: Option<Uuid>) -> Result<(), ApiError> {
    let Some(id) = id else { return Ok(()) };
    match db::provider_keys::find(&platform.db, id).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::Conflict(format!(
            "There is no key with the id {id} ({field})."
        ))),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct McpInput {
    /// From 60 to 31,536,000.
    mcp_oauth_access_token_lifetime_seconds: Option<i32>,
}

/// How long a sign-in of an MCP client holds.
#[utoipa::path(patch, path = "/api/organization/mcp-settings", tag = "organization", request_body = McpInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_mcp(
    Extract(platform): State,
    extract::Json(input): extract::Json<McpInput>,
) -> Result<Json<Organization>, ApiError> {
    let lifetime = input.mcp_oauth_access_token_lifetime_seconds;
    if lifetime.is_some_and(|lifetime| !LIFETIMES.contains(&lifetime)) {
        return Err(ApiError::Validation(format!(
            "mcpOauthAccessTokenLifetimeSeconds is from {} to {}.",
            LIFETIMES.start(),
            LIFETIMES.end()
        )));
    }
    change(&platform, |row| {
        set(&mut row.mcp_oauth_access_token_lifetime_seconds, lifetime);
        Ok(())
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KnowledgeInput {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    embedding_model: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    embedding_chat_api_key_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    reranker_model: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    reranker_chat_api_key_id: Option<Option<Uuid>>,
}

/// The models that knowledge is found with.
#[utoipa::path(patch, path = "/api/organization/knowledge-settings", tag = "organization", request_body = KnowledgeInput,
    responses((status = 200, body = Organization), (status = 400, body = ErrorBody)))]
pub(crate) async fn update_knowledge(
    Extract(platform): State,
    extract::Json(input): extract::Json<KnowledgeInput>,
) -> Result<Json<Organization>, ApiError> {
    let embedding = input.embedding_chat_api_key_id;
    check_key(&platform, "embeddingChatApiKeyId", embedding.flatten()).await?;
    let reranker = input.reranker_chat_api_key_id;
    check_key(&platform, "rerankerChatApiKeyId", reranker.flatten()).await?;
    change(&platform, |row| {
        set(&mut row.embedding_model, input.embedding_model);
        set(&mut row.embedding_chat_api_key_id, embedding);
        set(&mut row.reranker_model, input.reranker_model);
        set(&mut row.reranker_chat_api_key_id, reranker);
        Ok(())
    })
    .await
}
