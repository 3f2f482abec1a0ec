//! Which agents an agent may hand work to.

use axum::Json;
use axum::extract::State as Extract;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::seen;
use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Path};
use crate::{ApiError, State};

const NO_AGENT: ApiError = ApiError::NotFound("Agent");

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delegation {
    id: Uuid,
    name: String,
    description: Option<String>,
    system_prompt: Option<String>,
}

/// The agents it may hand work to, in the order in which they were added.
#[utoipa::path(get, path = "/api/agents/{id}/delegations", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Delegation>), (status = 404, body = ErrorBody)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Vec<Delegation>>, ApiError> {
    seen(&platform, &caller, id).await?;
    let targets = db::agent_delegations::of_agent(&platform.db, id).await?;
    let mut agents = db::agents::all(&platform.db).await?;
    let mut take = |id: Uuid| {
        let at = agents.iter().position(|agent| agent.id == id)?;
        Some(agents.swap_remove(at))
    };
    let shown = targets.into_iter().filter_map(|id| {
        let agent = take(id)?;
        Some(Delegation {
            id: agent.id,
            name: agent.name,
            description: agent.description,
            system_prompt: agent.system_prompt,
        })
    });
    Ok(Json(shown.collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DelegationsInput {
    /// All of them: who is not named is removed.
    target_agent_ids: Vec<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DelegationsSynced)]
pub(crate) struct Synced {
    added: Vec<Uuid>,
    removed: Vec<Uuid>,
}

/// Replace the agents it may hand work to.
#[utoipa::path(post, path = "/api/agents/{id}/delegations", tag = "agents", params(("id" = Uuid, Path)),
    request_body = DelegationsInput,
    responses((status = 200, body = Synced), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn replace(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<DelegationsInput>,
) -> Result<Json<Synced>, ApiError> {
    seen(&platform, &caller, id).await?;
    check_targets(&platform, id, &input.target_agent_ids).await?;
    let present = db::agent_delegations::of_agent(&platform.db, id).await?;
    for target in &input.target_agent_ids {
        if !present.contains(target) {
            seen(&platform, &caller, *target).await?;
        }
    }
    let targets = &input.target_agent_ids;
    let replaced = db::agent_delegations::replace(&platform.db, id, targets).await?;
    let replaced = replaced.ok_or(NO_AGENT)?;
    Ok(Json(Synced {
        added: replaced.added,
        removed: replaced.removed,
    }))
}

async fn check_targets(platform: &Platform, id: Uuid, targets: &[Uuid]) -> Result<(), ApiError> {
    if targets.contains(&id) {
        return Err(ApiError::Validation(
            "An agent can't hand work to itself: leave it out of targetAgentIds.".into(),
        ));
    }
    let agents = db::agents::all(&platform.db).await?;
    let is_missing = |target: &&Uuid| !agents.iter().any(|agent| agent.id == **target);
    match targets.iter().find(is_missing) {
        Some(target) => Err(ApiError::Conflict(format!(
            "There is no agent with the id {target} (targetAgentIds)."
        ))),
        None => Ok(()),
    }
}

/// Stop an agent from handing work to another.
#[utoipa::path(delete, path = "/api/agents/{id}/delegations/{targetAgentId}", tag = "agents",
    params(("id" = Uuid, Path), ("targetAgentId" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn remove(
    Extract(platform): State,
    caller: Caller,
    Path((id, target)): Path<(Uuid, Uuid)>,
) -> Result<Json<Success>, ApiError> {
    seen(&platform, &caller, id).await?;
    if !db::agent_delegations::remove(&platform.db, id, target).await? {
        return Err(ApiError::NotFound("Delegation"));
    }
    Ok(SUCCESS)
}
