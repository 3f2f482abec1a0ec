//! Which calls of a tool are allowed.

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

const KIND: Kind = Kind::Invocation;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolInvocationPolicy {
    id: Uuid,
    tool_id: Uuid,
    /// All of them have to hold; none: the tool's default.
    #[schema(value_type = Vec<PolicyCondition>)]
    conditions: Value,
    /// `allow_when_context_is_untrusted`, `block_when_context_is_untrusted`, `block_always` or `require_approval`
    action: String,
    /// Told to whoever is refused.
    reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for ToolInvocationPolicy {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tool_id: row.tool_id,
            conditions: row.conditions,
            action: row.action,
            reason: row.note,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolInvocationPolicyInput {
    tool_id: Option<Uuid>,
    conditions: Option<Vec<PolicyCondition>>,
    action: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    reason: Option<Option<String>>,
}

impl ToolInvocationPolicyInput {
    fn patch(&self) -> Patch<'_> {
        Patch {
            kind: KIND,
            tool_id: self.tool_id,
            conditions: self.conditions.as_deref(),
            action: self.action.as_deref(),
            note: self.reason.as_ref(),
        }
    }
}

/// List policies, oldest first.
#[utoipa::path(get, path = "/api/autonomy-policies/tool-invocation", tag = "tool policies", responses((status = 200, body = Vec<ToolInvocationPolicy>)))]
pub(crate) async fn list_invocation(
    Extract(platform): State,
) -> Result<Json<Vec<ToolInvocationPolicy>>, ApiError> {
    let rows = db::tool_policies::list(&platform.db, KIND).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

/// Get a policy for calls of a tool.
#[utoipa::path(get, path = "/api/autonomy-policies/tool-invocation/{id}", tag = "tool policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = ToolInvocationPolicy), (status = 404, body = ErrorBody)))]
pub(crate) async fn get_invocation(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<ToolInvocationPolicy>, ApiError> {
    let row = db::tool_policies::find(&platform.db, KIND, id).await?;
    Ok(Json(row.ok_or(NOT_FOUND)?.into()))
}

/// Create a policy for calls of a tool.
#[utoipa::path(post, path = "/api/autonomy-policies/tool-invocation", tag = "tool policies", request_body = ToolInvocationPolicyInput,
    responses((status = 200, body = ToolInvocationPolicy), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create_invocation(
    Extract(platform): State,
    extract::Json(input): extract::Json<ToolInvocationPolicyInput>,
) -> Result<Json<ToolInvocationPolicy>, ApiError> {
    Ok(Json(create_row(&platform, &input.patch()).await?.into()))
}

/// Change a policy: only the fields that are sent; null clears one.
#[utoipa::path(put, path = "/api/autonomy-policies/tool-invocation/{id}", tag = "tool policies", params(("id" = Uuid, Path)), request_body = ToolInvocationPolicyInput,
    responses((status = 200, body = ToolInvocationPolicy), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn update_invocation(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<ToolInvocationPolicyInput>,
) -> Result<Json<ToolInvocationPolicy>, ApiError> {
    Ok(Json(
        update_row(&platform, id, &input.patch()).await?.into(),
    ))
}

/// Delete a policy for calls of a tool.
#[utoipa::path(delete, path = "/api/autonomy-policies/tool-invocation/{id}", tag = "tool policies", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_invocation(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    delete_row(&platform, KIND, id).await?;
    Ok(SUCCESS)
}

/// Give each of these tools this default, in place of the one it has.
#[utoipa::path(post, path = "/api/tool-invocation/bulk-default", tag = "tool policies", request_body = DefaultsInput,
    responses((status = 200, body = DefaultsSet), (status = 400, body = ErrorBody)))]
pub(crate) async fn default_invocation(
    Extract(platform): State,
    extract::Json(input): extract::Json<DefaultsInput>,
) -> Result<Json<DefaultsSet>, ApiError> {
    set_defaults(&platform, KIND, &input).await
}
