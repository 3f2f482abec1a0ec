//! Agents: one id that names a proxy path, a gateway path and a chat identity.

mod body;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use db::agents::{AgentFilter, AgentSort};
use domain::access::Resource;
use domain::platform::Platform;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id, Query};
use crate::pagination::{self, Pagination};
use crate::{ApiError, State};
use body::{Agent, AgentInput, AgentTeam, AgentToolName, Beside};
pub(crate) use body::{Label, SCOPES, check_text, checked_labels, one_of};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// A part of the name.
    name: Option<String>,
    agent_type: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
    #[serde(default)]
    #[param(inline)]
    sort_by: SortBy,
    #[serde(default)]
    #[param(inline)]
    sort_direction: Direction,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    #[default]
    CreatedAt,
    UpdatedAt,
    Name,
    /// Not sortable in the database yet; served in order of creation.
    ToolsCount,
    Team,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Direction {
    Asc,
    #[default]
    Desc,
}

#[derive(serde::Serialize, ToSchema)]
pub(crate) struct AgentPage {
    data: Vec<Agent>,
    pagination: Pagination,
}

/// List agents, page by page.
#[utoipa::path(get, path = "/api/agents", tag = "agents", params(ListQuery), responses((status = 200, body = AgentPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<AgentPage>, ApiError> {
    let filter = AgentFilter {
        name: query.name.filter(|name| !name.is_empty()),
        agent_type: query.agent_type,
        visible: visible(&platform, &caller),
        sort: match query.sort_by {
            SortBy::Name => AgentSort::Name,
            SortBy::UpdatedAt => AgentSort::UpdatedAt,
            SortBy::CreatedAt | SortBy::ToolsCount | SortBy::Team => AgentSort::CreatedAt,
        },
        descending: query.sort_direction == Direction::Desc,
        limit: pagination::limit(query.limit),
        offset: query.offset.unwrap_or(0).max(0),
    };
    let (rows, total) = db::agents::list(&platform.db, &filter).await?;
    let data = described(&platform, rows).await?;
    Ok(Json(AgentPage {
        data,
        pagination: Pagination::new(total, filter.limit, filter.offset),
    }))
}

/// List all agents.
#[utoipa::path(get, path = "/api/agents/all", tag = "agents", responses((status = 200, body = Vec<Agent>)))]
pub(crate) async fn all(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<Agent>>, ApiError> {
    let mut rows = db::agents::all(&platform.db).await?;
    rows.retain(|row| may_see(&platform, &caller, row.id));
    Ok(Json(described(&platform, rows).await?))
}

async fn described(
    platform: &Platform,
    rows: Vec<db::agents::Agent>,
) -> Result<Vec<Agent>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut beside: HashMap<Uuid, Beside> = HashMap::new();
    for (agent, id, name) in db::teams::of_agents(&platform.db, Some(&ids)).await? {
        let team = AgentTeam { id, name };
        beside.entry(agent).or_default().teams.push(team);
    }
    for (agent, at) in db::agents::last_used(&platform.db, &ids).await? {
        beside.entry(agent).or_default().last_used_at = Some(at);
    }
    let snapshot = platform.snapshot.load();
    for id in ids {
        let tools = snapshot.tools_of(id).iter().map(|has| AgentToolName {
            id: has.tool.id,
            name: has.tool.name.clone(),
            catalog_id: has.tool.catalog_id,
        });
        beside.entry(id).or_default().tools = tools.collect();
    }
    let agents = rows.into_iter().map(|row| {
        let beside = beside.remove(&row.id).unwrap_or_default();
        Agent::new(row, beside)
    });
    Ok(agents.collect())
}

/// The agents to which what the caller lists is narrowed; none if they see all.
pub(crate) fn visible(platform: &Platform, caller: &Caller) -> Option<Vec<Uuid>> {
    let snapshot = platform.snapshot.load();
    caller.viewer(&snapshot).visible_agents(&snapshot)
}

pub(crate) fn may_see(platform: &Platform, caller: &Caller, id: Uuid) -> bool {
    let snapshot = platform.snapshot.load();
    caller.viewer(&snapshot).sees_agent(&snapshot, id)
}

/// An agent that the caller may see; any other does not exist for them.
pub(crate) async fn seen(
    platform: &Platform,
    caller: &Caller,
    id: Uuid,
) -> Result<db::agents::Agent, ApiError> {
    let row = db::agents::find(&platform.db, id).await?;
    row.filter(|_| may_see(platform, caller, id))
        .ok_or(ApiError::NotFound("Agent"))
}

/// The agent of calls that name none.
#[utoipa::path(get, path = "/api/agents/default", tag = "agents", responses((status = 200, body = Agent)))]
pub(crate) async fn default(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Agent>, ApiError> {
    domain::agents::ensure_default(
        &platform.db,
        &platform.settings.organization_id,
        platform.clock.now(),
    )
    .await?;
    let default = db::agents::all(&platform.db)
        .await?
        .into_iter()
        .find(|agent| agent.is_default)
        .filter(|agent| may_see(&platform, &caller, agent.id));
    one(&platform, default).await
}

/// Get an agent.
#[utoipa::path(get, path = "/api/agents/{id}", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Agent), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Agent>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    one(&platform, Some(row)).await
}

async fn one(platform: &Platform, row: Option<db::agents::Agent>) -> Result<Json<Agent>, ApiError> {
    let row = row.ok_or(ApiError::NotFound("Agent"))?;
    let mut agents = described(platform, vec![row]).await?;
    agents.pop().map(Json).ok_or(ApiError::NotFound("Agent"))
}

/// Create an agent.
#[utoipa::path(post, path = "/api/agents", tag = "agents", request_body = AgentInput,
    responses((status = 200, body = Agent), (status = 400, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<AgentInput>,
) -> Result<Json<Agent>, ApiError> {
    let name = input
        .name
        .clone()
        .ok_or_else(|| ApiError::Validation("name is required.".into()))?;
    let mut row = domain::agents::new(
        &platform.settings.organization_id,
        &name,
        platform.clock.now(),
    );
    row.author_id = Some(caller.user.id.clone());
    input.apply(&mut row)?;
    check_teams(&platform, &caller, &[], &input).await?;
    let teams = input.teams.as_deref().unwrap_or_default();
    db::agents::insert_with_teams(&platform.db, &row, teams).await?;
    refresh(&platform).await?;
    one(&platform, Some(row)).await
}

/// Change an agent: only the fields that are sent; null clears one.
#[utoipa::path(put, path = "/api/agents/{id}", tag = "agents", params(("id" = Uuid, Path)), request_body = AgentInput,
    responses((status = 200, body = Agent), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<AgentInput>,
) -> Result<Json<Agent>, ApiError> {
    seen(&platform, &caller, id).await?;
    let now = platform.clock.now();
    let change = |row: &mut db::agents::Agent| {
        if row.is_default && input.is_default == Some(false) {
            return Err(ApiError::Validation(
                "Make another agent the default instead: calls without an agent need one.".into(),
            ));
        }
        row.updated_at = now;
        input.apply(row)
    };
    let present = platform.snapshot.load().teams_of_agent(id).to_vec();
    check_teams(&platform, &caller, &present, &input).await?;
    let teams = input.teams.as_deref();
    let row = db::agents::update_with_teams(&platform.db, id, teams, change).await?;
    refresh(&platform).await?;
    one(&platform, row).await
}

/// The teams must be there, and only whoever looks after all agents gives one to a team that they are not in.
async fn check_teams(
    platform: &Platform,
    caller: &Caller,
    present: &[Uuid],
    input: &AgentInput,
) -> Result<(), ApiError> {
    let Some(teams) = &input.teams else {
        return Ok(());
    };
    crate::teams::check_exist(platform, teams).await?;
    let snapshot = platform.snapshot.load();
    let viewer = caller.viewer(&snapshot);
    let is_foreign = |team: &Uuid| !present.contains(team) && !viewer.teams.contains(team);
    if !viewer.looks_after(Resource::Profile) && teams.iter().any(is_foreign) {
        return Err(ApiError::Forbidden(
            "You are not in one of these teams, so you can't give it an agent. Ask one of its members or an administrator.".into(),
        ));
    }
    Ok(())
}

/// Delete an agent; what it called stays on record.
#[utoipa::path(delete, path = "/api/agents/{id}", tag = "agents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    let row = seen(&platform, &caller, id).await?;
    if row.is_default {
        return Err(ApiError::Conflict(
            "The default agent can't be deleted. Make another one the default first.".into(),
        ));
    }
    db::agents::delete(&platform.db, id).await?;
    refresh(&platform).await?;
    Ok(SUCCESS)
}

/// The next call through the proxy sees the change, without waiting for the notification.
async fn refresh(platform: &Arc<Platform>) -> Result<(), ApiError> {
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

/// List the keys of agents' labels.
#[utoipa::path(get, path = "/api/agents/labels/keys", tag = "agents", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn label_keys(Extract(platform): State) -> Result<Json<Vec<String>>, ApiError> {
    Ok(Json(db::agents::label_keys(&platform.db).await?))
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct LabelKey {
    pub(crate) key: Option<String>,
}

/// List the values of agents' labels.
#[utoipa::path(get, path = "/api/agents/labels/values", tag = "agents", params(LabelKey),
    responses((status = 200, body = Vec<String>)))]
pub(crate) async fn label_values(
    Extract(platform): State,
    Query(query): Query<LabelKey>,
) -> Result<Json<Vec<String>>, ApiError> {
    Ok(Json(
        db::agents::label_values(&platform.db, query.key.as_deref()).await?,
    ))
}
