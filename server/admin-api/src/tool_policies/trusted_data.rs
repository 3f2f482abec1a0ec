//! How far the results of a tool are trusted.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::tool_policies::{Kind, ToolPolicy as Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    DefaultsInput, DefaultsSet, NOT_FOUND, Patch, PolicyCondition, create_row, delete_row,
    set_defaults, update_row,
};
use crate::auth::{SUCCESS, Success};
use crate::error::ErrorBody;
use crate::extract::{self, Id, given};
use crate::{ApiError, State};

const KIND: Kind = Kind::Result;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrustedDataPolicy {
    id: Uuid,
    tool_id: Uuid,
    /// All of them have to hold; none: the tool's default.
    #[schema(value_type = Vec<PolicyCondition>)]
    conditions: Value,
    /// `mark_as_trusted`, `mark_as_untrusted`, `block_always` or `sanitize_with_dual_llm`
    action: String,
    /// What it is for.
    description: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for TrustedDataPolicy {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tool_id: row.tool_id,
            conditions: row.conditions,
            action: row.action,
            description: row.note,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrustedDataPolicyInput {
    tool_id: Option<Uuid>,
    conditions: Option<Vec<PolicyCondition>>,
    action: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
}

impl TrustedDataPolicyInput {
    fn patch(&self) -> Patch<'_> {
        Patch {
            kind: KIND,
            tool_id: self.tool_id,
            conditions: self.conditions.as_deref(),
            action: self.action.as_deref(),
            note: self.description.as_ref(),
        }
    }
}

/// List policies, oldest first.
#[utoipa::path(get, path = "/api/trusted-data-policies", tag = "tool policies", responses((status = 200, body = Vec<TrustedDataPolicy>)))]
pub(crate) async fn list_trusted_data(
    Extract(platform): State,
) -> Result<Json<Vec<TrustedDataPolicy>>, ApiError> {
    let rows = db::tool_policies::list(&platform.db, KIND).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

/// Get a policy for results of a tool.
#[utoipa::path(get, path = "/api/trusted-data-policies/{id}", tag = "tool policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = TrustedDataPolicy), (status = 404, body = ErrorBody)))]
pub(crate) async fn get_trusted_data(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<TrustedDataPolicy>, ApiError> {
    let row = db::tool_policies::find(&platform.db, KIND, id).await?;
    Ok(Json(row.ok_or(NOT_FOUND)?.into()))
}

/// Create a policy for results of a tool.
#[utoipa::path(post, path = "/api/trusted-data-policies", tag = "tool policies", request_body = TrustedDataPolicyInput,
    responses((status = 200, body = TrustedDataPolicy), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create_trusted_data(
    Extract(platform): State,
    extract::Json(input): extract::Json<TrustedDataPolicyInput>,
) -> Result<Json<TrustedDataPolicy>, ApiError> {
    Ok(Json(create_row(&platform, &input.patch()).await?.into()))
}

/// Change a policy: only the fields that are sent; null clears one.
#[utoipa::path(put, path = "/api/trusted-data-policies/{id}", tag = "tool policies", params(("id" = Uuid, Path)), request_body = TrustedDataPolicyInput,
    responses((status = 200, body = TrustedDataPolicy), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn update_trusted_data(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<TrustedDataPolicyInput>,
) -> Result<Json<TrustedDataPolicy>, ApiError> {
    Ok(Json(
        update_row(&platform, id, &input.patch()).await?.into(),
    ))
}

/// Delete a policy for results of a tool.
#[utoipa::path(delete, path = "/api/trusted-data-policies/{id}", tag = "tool policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_trusted_data(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    delete_row(&platform, KIND, id).await?;
    Ok(SUCCESS)
}

/// Give each of these tools this default, in place of the one it has.
#[utoipa::path(post, path = "/api/trusted-data-policies/bulk-default", tag = "tool policies", request_body = DefaultsInput,
    responses((status = 200, body = DefaultsSet), (status = 400, body = ErrorBody)))]
pub(crate) async fn default_trusted_data(
    Extract(platform): State,
    extract::Json(input): extract::Json<DefaultsInput>,
) -> Result<Json<DefaultsSet>, ApiError> {
    set_defaults(&platform, KIND, &input).await
}
