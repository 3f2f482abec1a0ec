//! Which calls go to a cheaper model of the same provider.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use db::optimization_rules::OptimizationRule as Row;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::check_text;
use crate::auth::{SUCCESS, Success};
use crate::entities;
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::provider_keys::keyed_provider;
use crate::{ApiError, State};

const NOT_FOUND: ApiError = ApiError::NotFound("Optimization rule");

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OptimizationRule {
    id: Uuid,
    /// `organization`, `team` or `agent`
    entity_type: String,
    entity_id: String,
    provider: String,
    target_model: String,
    /// All of them have to hold.
    #[schema(value_type = Vec<RuleCondition>)]
    conditions: Value,
    enabled: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// One of the two.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleCondition {
    /// In tokens.
    max_length: Option<u64>,
    has_tools: Option<bool>,
}

impl From<Row> for OptimizationRule {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            entity_type: row.entity_type,
            entity_id: row.entity_id,
            provider: row.provider,
            target_model: row.target_model,
            conditions: row.conditions,
            enabled: row.enabled,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A merge patch: absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OptimizationRuleInput {
    entity_type: Option<String>,
    entity_id: Option<String>,
    provider: Option<String>,
    target_model: Option<String>,
    #[schema(value_type = Option<Vec<RuleCondition>>)]
    conditions: Option<Vec<Value>>,
    enabled: Option<bool>,
}

impl OptimizationRuleInput {
    fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        for (target, value) in [
            (&mut row.entity_type, &self.entity_type),
            (&mut row.entity_id, &self.entity_id),
        ] {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
        if let Some(provider) = &self.provider {
            keyed_provider(provider)?.id.clone_into(&mut row.provider);
        }
        if let Some(model) = &self.target_model {
            check_text("targetModel", model, 200)?;
            row.target_model.clone_from(model);
        }
        if let Some(conditions) = &self.conditions {
            conditions.iter().try_for_each(check_condition)?;
            row.conditions = json!(conditions);
        }
        row.enabled = self.enabled.unwrap_or(row.enabled);
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

fn check_condition(condition: &Value) -> Result<(), ApiError> {
    let read = serde_json::from_value::<RuleCondition>(condition.clone());
    match read {
        Ok(RuleCondition {
            max_length,
            has_tools,
        }) if max_length.is_some() != has_tools.is_some() => Ok(()),
        _ => Err(ApiError::Validation(
            "A condition is {\"maxLength\": tokens} or {\"hasTools\": true or false}.".into(),
        )),
    }
}

/// List rules, oldest first.
#[utoipa::path(get, path = "/api/optimization-rules", tag = "optimization rules", responses((status = 200, body = Vec<OptimizationRule>)))]
pub(crate) async fn list(
    Extract(platform): State,
) -> Result<Json<Vec<OptimizationRule>>, ApiError> {
    let rows = db::optimization_rules::list(&platform.db).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

/// Create an optimization rule.
#[utoipa::path(post, path = "/api/optimization-rules", tag = "optimization rules", request_body = OptimizationRuleInput,
    responses((status = 200, body = OptimizationRule), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    extract::Json(input): extract::Json<OptimizationRuleInput>,
) -> Result<Json<OptimizationRule>, ApiError> {
    let given = [
        ("entityType", input.entity_type.is_some()),
        ("entityId", input.entity_id.is_some()),
        ("provider", input.provider.is_some()),
        ("targetModel", input.target_model.is_some()),
        ("conditions", input.conditions.is_some()),
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
        provider: String::new(),
        target_model: String::new(),
        conditions: json!([]),
        enabled: true,
        created_at: now,
        updated_at: now,
    };
    input.apply(&mut row)?;
    db::optimization_rules::insert(&platform.db, &row).await?;
    Ok(Json(row.into()))
}

/// Change a rule: only the fields that are sent.
#[utoipa::path(put, path = "/api/optimization-rules/{id}", tag = "optimization rules", params(("id" = Uuid, Path)),
    request_body = OptimizationRuleInput,
    responses((status = 200, body = OptimizationRule), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<OptimizationRuleInput>,
) -> Result<Json<OptimizationRule>, ApiError> {
    let rows = db::optimization_rules::list(&platform.db).await?;
    let before = rows.iter().find(|row| row.id == id).ok_or(NOT_FOUND)?;
    input.check_entity(&platform, Some(before)).await?;
    let now = platform.clock.now();
    let row = db::optimization_rules::update(&platform.db, id, |row| {
        row.updated_at = now;
        input.apply(row)
    })
    .await?;
    Ok(Json(row.ok_or(NOT_FOUND)?.into()))
}

/// Delete an optimization rule.
#[utoipa::path(delete, path = "/api/optimization-rules/{id}", tag = "optimization rules", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if !db::optimization_rules::delete(&platform.db, id).await? {
        return Err(NOT_FOUND);
    }
    Ok(SUCCESS)
}
