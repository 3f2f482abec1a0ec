//! The configuration as a file: everything that people decided, without secrets and without what happened. The same
//! objects give the same file, byte for byte, and applying it twice changes nothing the second time.

mod apply;
mod calls;
mod kinds;
mod state;

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use axum::response::IntoResponse;
use domain::access::grants::Grants;
use domain::platform::Platform;
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use apply::Wanted;
pub use apply::{ChangeAction, ConfigurationChange};
use calls::Calls;
use kinds::{KINDS, ORGANIZATION};

use crate::authenticate::Caller;
use crate::extract::Query;
use crate::{ApiError, State};

const HEADING: &str = "# The configuration, without secrets. `archestra apply` takes it.\n";

/// What a file looks like; what its objects hold, the routes say that make them.
pub(crate) fn schema() -> Value {
    let organization = ORGANIZATION.iter().flat_map(|(_, fields)| fields.iter());
    let organization: Map<_, _> = organization
        .map(|field| ((*field).to_owned(), json!({})))
        .collect();
    let objects = json!({ "type": ["array", "null"], "items": { "type": "object" } });
    let mut schema = json!({ "type": "object", "required": ["version"], "additionalProperties": false, "properties": {
        "version": { "type": "integer", "const": 1 },
        "organization": {
            "type": ["object", "null"], "properties": organization, "additionalProperties": false },
    } });
    for kind in KINDS {
        schema["properties"][kind.name] = objects.clone();
    }
    schema
}

/// Where a file goes that somebody with a shell reads or applies.
pub struct Shell(Calls);

impl Shell {
    /// With all rights; `administrator` is whom what is made belongs to.
    pub fn new(platform: &Arc<Platform>, administrator: db::users::User) -> Self {
        let caller = Caller {
            user: administrator,
            session: None,
            key_id: None,
            grants: Grants::all(),
            limited: false,
        };
        Self(Calls::new(platform, caller))
    }

    pub async fn export(&self) -> Result<String, ApiError> {
        write(&self.0).await
    }

    pub async fn apply(
        &self,
        text: &str,
        dry_run: bool,
    ) -> Result<Vec<ConfigurationChange>, ApiError> {
        apply::apply(&self.0, Wanted::read(text)?, dry_run).await
    }
}

async fn write(calls: &Calls) -> Result<String, ApiError> {
    let state = state::State::read(calls).await?;
    let text = serde_saphyr::to_string(&state.document()).map_err(ApiError::internal)?;
    Ok(format!("{HEADING}{text}"))
}

/// Download the configuration: organization, roles, teams, prices, catalog, agents, limits, rules and policies, as far as
/// the caller may read them.
#[utoipa::path(get, path = "/api/configuration/export", tag = "configuration",
    responses((status = 200, content_type = "application/yaml", body = String)))]
pub(crate) async fn export(
    Extract(platform): State,
    caller: Caller,
) -> Result<impl IntoResponse, ApiError> {
    let text = Box::pin(write(&Calls::new(&platform, caller))).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/yaml"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"archestra.yaml\"",
        ),
    ];
    Ok((headers, text))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ApplyQuery {
    /// Only say what would be done.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Applied {
    dry_run: bool,
    changes: Vec<ConfigurationChange>,
    summary: ApplySummary,
}

#[derive(Serialize, ToSchema)]
struct ApplySummary {
    create: usize,
    update: usize,
    unchanged: usize,
    failed: usize,
}

/// Make the configuration as a file says. What the file does not speak of stays as it is; each object is a change of its
/// own, and one that fails keeps no other from being made.
#[utoipa::path(post, path = "/api/configuration/apply", tag = "configuration", params(ApplyQuery),
    request_body(content = String, content_type = "application/yaml"), responses((status = 200, body = Applied)))]
pub(crate) async fn apply(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ApplyQuery>,
    text: String,
) -> Result<Json<Applied>, ApiError> {
    let wanted = Wanted::read(&text)?;
    let calls = Calls::new(&platform, caller);
    let changes = Box::pin(apply::apply(&calls, wanted, query.dry_run)).await?;
    let count = |action| changes.iter().filter(|one| one.action == action).count();
    let summary = ApplySummary {
        create: count(ChangeAction::Create),
        update: count(ChangeAction::Update),
        unchanged: count(ChangeAction::Unchanged),
        failed: changes.iter().filter(|one| one.error.is_some()).count(),
    };
    Ok(Json(Applied {
        dry_run: query.dry_run,
        changes,
        summary,
    }))
}
