//! Policies of tools: which calls are allowed (`tool-invocation`), and how far results are trusted (`trusted-data`).
//!
//! Both are rows of one shape; a policy without conditions is its tool's default.

mod invocation;
mod trusted_data;

use axum::Json;
use db::tool_policies::{Kind, ToolPolicy as Row};
use domain::platform::Platform;
use domain::tool_policies::{INVOCATION_ACTIONS, OPERATORS, RESULT_ACTIONS, conditions};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ApiError;
use crate::agents::one_of;

pub(crate) use invocation::*;
pub(crate) use trusted_data::*;

const NOT_FOUND: ApiError = ApiError::NotFound("Policy");

/// Its key is an argument's name or path (`user.email`, `items[*].id`), or for calls `context.externalAgentId` or
/// `context.teamIds`.
#[derive(Serialize, Deserialize, ToSchema)]
struct PolicyCondition {
    key: String,
    /// One of GET /api/autonomy-policies/operators.
    operator: String,
    value: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Operator {
    value: &'static str,
    label: &'static str,
}

/// How conditions compare.
#[utoipa::path(get, path = "/api/autonomy-policies/operators", tag = "tool policies", responses((status = 200, body = Vec<Operator>)))]
pub(crate) async fn operators() -> Json<Vec<Operator>> {
    let operators = OPERATORS.map(|(value, label)| Operator { value, label });
    Json(operators.into())
}

/// What a body changes of a row; absent fields stay.
struct Patch<'a> {
    kind: Kind,
    tool_id: Option<Uuid>,
    conditions: Option<&'a [PolicyCondition]>,
    action: Option<&'a str>,
    note: Option<&'a Option<String>>,
}

impl Patch<'_> {
    async fn check_tool(&self, platform: &Platform) -> Result<(), ApiError> {
        match self.tool_id {
            Some(id) => check_tools(platform, &[id]).await,
            None => Ok(()),
        }
    }

    fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        row.tool_id = self.tool_id.unwrap_or(row.tool_id);
        if let Some(written) = self.conditions {
            let written = json!(written);
            conditions(&written)
                .map_err(|error| ApiError::Validation(format!("conditions: {error}.")))?;
            row.conditions = written;
        }
        if let Some(action) = self.action {
            row.action = checked_action(self.kind, action)?;
        }
        if let Some(note) = self.note {
            row.note.clone_from(note);
        }
        Ok(())
    }
}

fn checked_action(kind: Kind, action: &str) -> Result<String, ApiError> {
    let allowed = match kind {
        Kind::Invocation => &INVOCATION_ACTIONS,
        Kind::Result => &RESULT_ACTIONS,
    };
    one_of("action", action, allowed)
}

async fn check_tools(platform: &Platform, ids: &[Uuid]) -> Result<(), ApiError> {
    let known = db::tools::find_many(&platform.db, ids).await?;
    let missing = ids
        .iter()
        .find(|id| !known.iter().any(|tool| tool.id == **id));
    match missing {
        Some(id) => Err(ApiError::Conflict(format!(
            "There is no tool with the id {id}."
        ))),
        None => Ok(()),
    }
}

async fn create_row(platform: &Platform, patch: &Patch<'_>) -> Result<Row, ApiError> {
    let given = [
        ("toolId", patch.tool_id.is_some()),
        ("conditions", patch.conditions.is_some()),
        ("action", patch.action.is_some()),
    ];
    if let Some((name, _)) = given.iter().find(|(_, is_given)| !is_given) {
        return Err(ApiError::Validation(format!("{name} is required.")));
    }
    patch.check_tool(platform).await?;
    let now = platform.clock.now();
    let mut row = Row {
        id: Uuid::now_v7(),
        tool_id: Uuid::nil(),
        conditions: Value::Null,
        action: String::new(),
        note: None,
        created_at: now,
        updated_at: now,
    };
    patch.apply(&mut row)?;
    let inserted = db::tool_policies::insert(&platform.db, patch.kind, &row).await;
    inserted.map_err(one_default)?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(row)
}

async fn update_row(platform: &Platform, id: Uuid, patch: &Patch<'_>) -> Result<Row, ApiError> {
    patch.check_tool(platform).await?;
    let now = platform.clock.now();
    let row = db::tool_policies::update(&platform.db, patch.kind, id, |row| {
        row.updated_at = now;
        patch.apply(row).map_err(Fault::Api)
    })
    .await;
    let row = row.map_err(|fault| match fault {
        Fault::Api(error) => error,
        Fault::Db(error) => one_default(error),
    })?;
    platform.snapshot.refresh(&platform.db).await?;
    row.ok_or(NOT_FOUND)
}

enum Fault {
    Api(ApiError),
    Db(db::Error),
}

impl From<db::Error> for Fault {
    fn from(error: db::Error) -> Self {
        Self::Db(error)
    }
}

fn one_default(error: db::Error) -> ApiError {
    match error {
        db::Error::Conflict(_) => ApiError::Conflict(
            "This tool has a default already: change that one, or give this policy conditions."
                .into(),
        ),
        other => other.into(),
    }
}

async fn delete_row(platform: &Platform, kind: Kind, id: Uuid) -> Result<(), ApiError> {
    if !db::tool_policies::delete(&platform.db, kind, id).await? {
        return Err(NOT_FOUND);
    }
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefaultsInput {
    tool_ids: Vec<Uuid>,
    action: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DefaultsSet {
    created: u64,
    updated: u64,
}

async fn set_defaults(
    platform: &Platform,
    kind: Kind,
    input: &DefaultsInput,
) -> Result<Json<DefaultsSet>, ApiError> {
    let action = checked_action(kind, &input.action)?;
    check_tools(platform, &input.tool_ids).await?;
    let now = platform.clock.now();
    let set = db::tool_policies::set_defaults(&platform.db, kind, &input.tool_ids, &action, now);
    let (created, updated) = set.await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(DefaultsSet { created, updated }))
}
