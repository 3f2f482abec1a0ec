//! How much the organization, a team or an agent may use.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::limits::{Limit as Row, Usage};
use domain::limits::Standing as _;
use domain::platform::Platform;
use domain::pricing::usd;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::one_of;
use crate::auth::{SUCCESS, Success};
use crate::entities;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Query, given};
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Limit");
const TYPES: [&str; 3] = ["token_cost", "tool_calls", "mcp_server_calls"];

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limit {
    id: Uuid,
    /// `organization`, `team` or `agent`
    entity_type: String,
    entity_id: String,
    /// `token_cost` (USD), `tool_calls` or `mcp_server_calls`
    limit_type: String,
    limit_value: i64,
    /// Null: every model.
    model: Option<Vec<String>>,
    mcp_server_name: Option<String>,
    tool_name: Option<String>,
    /// What the organization, team or agent is called.
    entity_name: String,
    /// USD for `token_cost`, else calls.
    used: f64,
    /// Of the limit's value; may be over 100.
    percent: f64,
    /// Calls are refused.
    exceeded: bool,
    /// When the usage started anew last.
    last_cleanup: Option<DateTime<Utc>>,
    /// When it does next. Null: not by itself, as the organization's `limitCleanupInterval` is not set.
    resets_at: Option<DateTime<Utc>>,
    /// Of `token_cost`: what was spent on which model, dearest first.
    model_usage: Vec<ModelUsage>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelUsage {
    model: String,
    /// USD; of models without a price, nothing.
    cost: f64,
    tokens_in: i64,
    tokens_out: i64,
    calls: i64,
}

impl From<&db::limits::ModelUsage> for ModelUsage {
    fn from(row: &db::limits::ModelUsage) -> Self {
        Self {
            model: row.model.clone(),
            cost: usd(row.cost_pico),
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            calls: row.calls,
        }
    }
}

impl Limit {
    fn new(usage: Usage, models: &[db::limits::ModelUsage]) -> Self {
        let of_this = models
            .iter()
            .filter(|model| model.limit_id == usage.limit.id);
        let model_usage = of_this.map(ModelUsage::from).collect();
        let (used, percent, exceeded) = (usage.used(), usage.percent(), usage.is_exceeded());
        let row = usage.limit;
        let began = row.last_cleanup.unwrap_or(row.created_at);
        let last_cleanup = (usage.since > began)
            .then_some(usage.since)
            .or(row.last_cleanup);
        Self {
            id: row.id,
            entity_type: row.entity_type,
            entity_id: row.entity_id,
            limit_type: row.limit_type,
            limit_value: row.limit_value,
            model: row.models,
            mcp_server_name: row.mcp_server_name,
            tool_name: row.tool_name,
            entity_name: usage.entity_name,
            used,
            percent,
            exceeded,
            last_cleanup,
            resets_at: usage.until,
            model_usage,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LimitInput {
    entity_type: Option<String>,
    entity_id: Option<String>,
    limit_type: Option<String>,
    limit_value: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    model: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    mcp_server_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    tool_name: Option<Option<String>>,
}

impl LimitInput {
    fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        if let Some(entity_type) = &self.entity_type {
            row.entity_type.clone_from(entity_type);
        }
        if let Some(entity_id) = &self.entity_id {
            row.entity_id.clone_from(entity_id);
        }
        if let Some(limit_type) = &self.limit_type {
            row.limit_type = one_of("limitType", limit_type, &TYPES)?;
        }
        if let Some(value) = self.limit_value {
            if value < 0 {
                return Err(ApiError::Validation("limitValue is 0 or more.".into()));
            }
            row.limit_value = value;
        }
        if let Some(models) = &self.model {
            row.models.clone_from(models);
        }
        if let Some(name) = &self.mcp_server_name {
            row.mcp_server_name.clone_from(name);
        }
        if let Some(name) = &self.tool_name {
            row.tool_name.clone_from(name);
        }
        Ok(())
    }

    async fn check_entity(
        &self,
        platform: &Platform,
        before: Option<&Row>,
    ) -> Result<(), ApiError> {
        if self.entity_type.is_none() && self.entity_id.is_none() {
            return Ok(());
        }
        let before = before.map(|row| (row.entity_type.clone(), row.entity_id.clone()));
        let (old_type, old_id) = before.unwrap_or_default();
        let entity_type = self.entity_type.as_ref().unwrap_or(&old_type);
        let entity_id = self.entity_id.as_ref().unwrap_or(&old_id);
        entities::check_exists(platform, entity_type, entity_id).await
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    entity_type: Option<String>,
    entity_id: Option<String>,
    limit_type: Option<String>,
}

/// List limits, oldest first.
#[utoipa::path(get, path = "/api/limits", tag = "limits", params(Filter), responses((status = 200, body = Vec<Limit>)))]
pub(crate) async fn list(
    Extract(platform): State,
    Query(filter): Query<Filter>,
) -> Result<Json<Vec<Limit>>, ApiError> {
    let is = |wanted: &Option<String>, has: &str| wanted.as_deref().is_none_or(|text| text == has);
    let (mut rows, models) = db::limits::usage(&platform.db, platform.clock.now()).await?;
    rows.retain(|usage| {
        let row = &usage.limit;
        is(&filter.entity_type, &row.entity_type)
            && is(&filter.entity_id, &row.entity_id)
            && is(&filter.limit_type, &row.limit_type)
    });
    let served = rows.into_iter().map(|usage| Limit::new(usage, &models));
    Ok(Json(served.collect()))
}

async fn served(platform: &Platform, id: Uuid) -> Result<Json<Limit>, ApiError> {
    let (rows, models) = db::limits::usage(&platform.db, platform.clock.now()).await?;
    let found = rows.into_iter().find(|usage| usage.limit.id == id);
    Ok(Json(Limit::new(found.ok_or(NOT_FOUND)?, &models)))
}

/// Get a limit.
#[utoipa::path(get, path = "/api/limits/{id}", tag = "limits", params(("id" = Uuid, Path)),
    responses((status = 200, body = Limit), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(Extract(platform): State, Id(id): Id) -> Result<Json<Limit>, ApiError> {
    served(&platform, id).await
}

/// Create a limit.
#[utoipa::path(post, path = "/api/limits", tag = "limits", request_body = LimitInput,
    responses((status = 200, body = Limit), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    extract::Json(input): extract::Json<LimitInput>,
) -> Result<Json<Limit>, ApiError> {
    let given = [
        ("entityType", input.entity_type.is_some()),
        ("entityId", input.entity_id.is_some()),
        ("limitType", input.limit_type.is_some()),
        ("limitValue", input.limit_value.is_some()),
    ];
    if let Some((name, _)) = given.iter().find(|(_, is_given)| !is_given) {
        return Err(ApiError::Validation(format!("{name} is required.")));
    }
    input.check_entity(&platform, None).await?;
    let now = platform.clock.now();
    let mut row = Row {
        id: Uuid::now_v7(),
        entity_type: String::new(),
        entity_id: String::new(),
        limit_type: String::new(),
        limit_value: 0,
        models: None,
        mcp_server_name: None,
        tool_name: None,
        last_cleanup: None,
        created_at: now,
        updated_at: now,
    };
    input.apply(&mut row)?;
    db::limits::insert(&platform.db, &row).await?;
    served(&platform, row.id).await
}

/// Change a limit: only the fields that are sent; null clears one. The usage is kept if only `limitValue` changes.
#[utoipa::path(patch, path = "/api/limits/{id}", tag = "limits", params(("id" = Uuid, Path)), request_body = LimitInput,
    responses((status = 200, body = Limit), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<LimitInput>,
) -> Result<Json<Limit>, ApiError> {
    let before = db::limits::find(&platform.db, id).await?;
    input
        .check_entity(&platform, Some(&before.ok_or(NOT_FOUND)?))
        .await?;
    let now = platform.clock.now();
    let row = db::limits::update(&platform.db, id, now, |row| {
        row.updated_at = now;
        input.apply(row)
    })
    .await?;
    served(&platform, row.ok_or(NOT_FOUND)?.id).await
}

/// Start the usage of a limit anew.
#[utoipa::path(post, path = "/api/limits/{id}/reset", tag = "limits", params(("id" = Uuid, Path)),
    responses((status = 200, body = Limit), (status = 404, body = ErrorBody)))]
pub(crate) async fn reset(Extract(platform): State, Id(id): Id) -> Result<Json<Limit>, ApiError> {
    if !db::limits::reset(&platform.db, id, platform.clock.now()).await? {
        return Err(NOT_FOUND);
    }
    served(&platform, id).await
}

/// Delete a limit.
#[utoipa::path(delete, path = "/api/limits/{id}", tag = "limits", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if !db::limits::delete(&platform.db, id).await? {
        return Err(NOT_FOUND);
    }
    Ok(SUCCESS)
}
