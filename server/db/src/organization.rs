//! The one organization row.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings, as the published contract has them"
)]
pub struct Organization {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub theme: String,
    pub custom_font: String,
    pub logo: Option<String>,
    pub logo_dark: Option<String>,
    pub favicon: Option<String>,
    pub icon_logo: Option<String>,
    pub app_name: Option<String>,
    pub footer_text: Option<String>,
    pub og_description: Option<String>,
    pub chat_error_support_message: Option<String>,
    pub chat_placeholders: Option<Vec<String>>,
    /// `[{"label": …, "url": …}]`
    pub chat_links: Option<Value>,
    pub animate_chat_placeholders: bool,
    pub show_two_factor: bool,
    pub slim_chat_error_ui: bool,
    pub compression_scope: String,
    pub convert_tool_results_to_toon: bool,
    pub limit_cleanup_interval: Option<String>,
    pub global_tool_policy: String,
    pub allow_chat_file_uploads: bool,
    pub default_llm_provider: Option<String>,
    pub default_llm_model: Option<String>,
    pub default_llm_api_key_id: Option<Uuid>,
    pub default_agent_id: Option<Uuid>,
    pub mcp_oauth_access_token_lifetime_seconds: i32,
    pub embedding_model: Option<String>,
    pub embedding_chat_api_key_id: Option<Uuid>,
    pub reranker_model: Option<String>,
    pub reranker_chat_api_key_id: Option<Uuid>,
    pub analytics_consent: bool,
    pub onboarding_complete: bool,
    pub created_at: DateTime<Utc>,
}

/// Creates the organization unless one is there; returns it either way.
pub async fn ensure(db: &Db, id: &str, name: &str) -> Result<Organization> {
    sqlx::query(
        "INSERT INTO organization (id, name, slug, custom_font) VALUES ($1, $2, 'default', 'inter')
         ON CONFLICT (singleton) DO NOTHING",
    )
    .bind(id)
    .bind(name)
    .execute(&db.pool)
    .await?;
    get(db).await
}

pub async fn get(db: &Db) -> Result<Organization> {
    Ok(sqlx::query_as("SELECT * FROM organization")
        .fetch_one(&db.pool)
        .await?)
}

/// None before the first start.
pub async fn find(db: &Db) -> Result<Option<Organization>> {
    Ok(sqlx::query_as("SELECT * FROM organization")
        .fetch_optional(&db.pool)
        .await?)
}

/// Reads the organization under a row lock, lets `change` edit it, and writes it back: concurrent edits queue, none is
/// lost.
pub async fn update<E: From<Error>>(
    db: &Db,
    change: impl FnOnce(&mut Organization) -> std::result::Result<(), E>,
) -> std::result::Result<Organization, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let mut row: Organization = sqlx::query_as("SELECT * FROM organization FOR UPDATE")
        .fetch_one(&mut *tx)
        .await
        .map_err(Error::from)?;
    change(&mut row)?;
    write(&row).execute(&mut *tx).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(row)
}

fn write(row: &Organization) -> crate::row_lock::Write {
    sqlx::query(
        "UPDATE organization SET name = $1, theme = $2, custom_font = $3, logo = $4, logo_dark = $5, favicon = $6,
             icon_logo = $7, app_name = $8, footer_text = $9, og_description = $10, chat_error_support_message = $11,
             chat_placeholders = $12, chat_links = $13, animate_chat_placeholders = $14, show_two_factor = $15,
             slim_chat_error_ui = $16, compression_scope = $17, convert_tool_results_to_toon = $18,
             limit_cleanup_interval = $19, global_tool_policy = $20, allow_chat_file_uploads = $21,
             default_llm_provider = $22, default_llm_model = $23, default_llm_api_key_id = $24, default_agent_id = $25,
             mcp_oauth_access_token_lifetime_seconds = $26, embedding_model = $27, embedding_chat_api_key_id = $28,
             reranker_model = $29, reranker_chat_api_key_id = $30, analytics_consent = $31, onboarding_complete = $32,
             updated_at = now()",
    )
    .bind(row.name.clone())
    .bind(row.theme.clone())
    .bind(row.custom_font.clone())
    .bind(row.logo.clone())
    .bind(row.logo_dark.clone())
    .bind(row.favicon.clone())
    .bind(row.icon_logo.clone())
    .bind(row.app_name.clone())
    .bind(row.footer_text.clone())
    .bind(row.og_description.clone())
    .bind(row.chat_error_support_message.clone())
    .bind(row.chat_placeholders.clone())
    .bind(row.chat_links.clone())
    .bind(row.animate_chat_placeholders)
    .bind(row.show_two_factor)
    .bind(row.slim_chat_error_ui)
    .bind(row.compression_scope.clone())
    .bind(row.convert_tool_results_to_toon)
    .bind(row.limit_cleanup_interval.clone())
    .bind(row.global_tool_policy.clone())
    .bind(row.allow_chat_file_uploads)
    .bind(row.default_llm_provider.clone())
    .bind(row.default_llm_model.clone())
    .bind(row.default_llm_api_key_id)
    .bind(row.default_agent_id)
    .bind(row.mcp_oauth_access_token_lifetime_seconds)
    .bind(row.embedding_model.clone())
    .bind(row.embedding_chat_api_key_id)
    .bind(row.reranker_model.clone())
    .bind(row.reranker_chat_api_key_id)
    .bind(row.analytics_consent)
    .bind(row.onboarding_complete)
}
