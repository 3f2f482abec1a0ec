//! Recorded model calls: list, counts, one in full, live, export.

mod body;
mod export;
mod live;
mod query;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use domain::access::{Action, Resource};
use domain::platform::Platform;
use domain::pricing::usd;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{Id, Query};
use crate::pagination::{self, Pagination};
use crate::{ApiError, State, agents};
use body::{Detail, decode};
pub(crate) use body::{Names, Row};
pub(crate) use export::*;
pub(crate) use live::*;
use query::InteractionQuery;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InteractionPage {
    data: Vec<Row>,
    pagination: Pagination,
    /// Send it as `before` for the next page; null at the end. Pages by `before` cost the same however deep.
    next_before: Option<Uuid>,
}

/// List calls, newest first.
#[utoipa::path(get, path = "/api/interactions", tag = "interactions", params(InteractionQuery),
    responses((status = 200, body = InteractionPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<InteractionQuery>,
) -> Result<Json<InteractionPage>, ApiError> {
    let limit = pagination::limit(query.limit);
    let visible = agents::visible(&platform, &caller);
    let filter = query.filter(visible.clone());
    let everything = query.everything(visible);
    let (rows, total) = tokio::try_join!(
        db::interactions::list(&platform.db, &filter, limit + 1),
        db::interactions::count(&platform.db, &everything),
    )?;
    let more = i64::try_from(rows.len()).is_ok_and(|found| found > limit);
    let names = Names::read(&platform).await?;
    let mut data: Vec<Row> = rows
        .into_iter()
        .take(usize::try_from(limit).unwrap_or(0))
        .map(|row| Row::new(row, &names))
        .collect();
    let ids: Vec<Uuid> = data.iter().map(Row::id).collect();
    let optimizations = db::interactions::optimizations(&platform.db, &ids).await?;
    for row in &mut data {
        row.optimized(&optimizations);
    }
    let next_before = data.last().filter(|_| more).map(Row::id);
    Ok(Json(InteractionPage {
        data,
        pagination: Pagination::new(total, limit, pagination::offset(filter.cursor)),
        next_before,
    }))
}

/// One call with its bodies.
#[utoipa::path(get, path = "/api/interactions/{id}", tag = "interactions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Detail), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Detail>, ApiError> {
    let row = db::interactions::find(&platform.db, id).await?;
    let row = row
        .filter(|row| sees_call(&platform, &caller, row.agent_id))
        .ok_or(ApiError::NotFound("Call"))?;
    let bodies = db::interactions::bodies(&platform.db, id).await?;
    let names = Names::read(&platform).await?;
    let bodies = bodies.as_ref().map(|bodies| {
        Ok((
            decode(&bodies.request)?,
            decode(&bodies.response)?,
            bodies.truncated,
        ))
    });
    let bodies = bodies
        .transpose()
        .map_err(|error: std::io::Error| ApiError::internal(error))?;
    let mut row = Row::new(row, &names);
    row.optimized(&db::interactions::optimizations(&platform.db, &[id]).await?);
    Ok(Json(Detail::new(row, bodies)))
}

/// What was called is seen with its agent; what is of none that is there, by those who look after all of them.
pub(crate) fn sees_call(platform: &Platform, caller: &Caller, agent: Option<Uuid>) -> bool {
    match agent {
        Some(agent) => agents::may_see(platform, caller, agent),
        None => caller.may(Resource::Profile, Action::Admin),
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Facet {
    value: String,
    /// What to show for the value.
    label: String,
    count: i64,
}

impl Facet {
    pub(crate) fn new(value: String, label: String, count: i64) -> Self {
        Self {
            value,
            label,
            count,
        }
    }
}

#[derive(Serialize, ToSchema, Default)]
pub(crate) struct Facets {
    agents: Vec<Facet>,
    providers: Vec<Facet>,
    types: Vec<Facet>,
    models: Vec<Facet>,
    outcomes: Vec<Facet>,
    total: i64,
}

/// How many calls have which agent, provider, type, model and outcome; whole hours.
#[utoipa::path(get, path = "/api/interactions/facets", tag = "interactions", params(InteractionQuery),
    responses((status = 200, body = Facets)))]
pub(crate) async fn facets(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<InteractionQuery>,
) -> Result<Json<Facets>, ApiError> {
    let filter = query.everything(agents::visible(&platform, &caller));
    let rows = db::interactions::facets(&platform.db, &filter).await?;
    let names = Names::read(&platform).await?;
    let mut facets = Facets::default();
    for row in rows {
        let label = if row.field == "agent" {
            names.agent_label(&row.value)
        } else {
            row.value.clone()
        };
        let list = match row.field.as_str() {
            "agent" => &mut facets.agents,
            "provider" => &mut facets.providers,
            "kind" => &mut facets.types,
            "model" => &mut facets.models,
            _ => {
                facets.total += row.requests;
                &mut facets.outcomes
            }
        };
        list.push(Facet {
            value: row.value,
            label,
            count: row.requests,
        });
    }
    Ok(Json(facets))
}

/// What callers named themselves in `X-Archestra-Agent-Id`.
#[utoipa::path(get, path = "/api/interactions/external-agent-ids", tag = "interactions",
    responses((status = 200, body = Vec<String>)))]
pub(crate) async fn external_agent_ids(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<String>>, ApiError> {
    let visible = agents::visible(&platform, &caller);
    let ids = db::interactions::external_agent_ids(&platform.db, visible.as_deref());
    Ok(Json(ids.await?))
}

/// Whom recent calls were made for.
#[utoipa::path(get, path = "/api/interactions/user-ids", tag = "interactions", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn user_ids(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<String>>, ApiError> {
    let visible = agents::visible(&platform, &caller);
    let ids = db::interactions::user_ids(&platform.db, visible.as_deref());
    Ok(Json(ids.await?))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionTotal {
    session_id: String,
    session_source: Option<String>,
    requests: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    tokens: i64,
    /// USD
    cost: f64,
}

/// Recent sessions: calls that belong together.
#[utoipa::path(get, path = "/api/interactions/sessions", tag = "interactions",
    responses((status = 200, body = Vec<SessionTotal>)))]
pub(crate) async fn sessions(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<SessionTotal>>, ApiError> {
    let visible = agents::visible(&platform, &caller);
    let rows = db::interactions::sessions(&platform.db, visible.as_deref(), 100).await?;
    let total = |row: db::interactions::Session| SessionTotal {
        session_id: row.session_id,
        session_source: row.session_source,
        requests: row.requests,
        first_at: row.first_at,
        last_at: row.last_at,
        tokens: row.tokens,
        cost: usd(row.cost_pico),
    };
    Ok(Json(rows.into_iter().map(total).collect()))
}

/// The newest calls, for the home page.
pub(crate) async fn recent(
    platform: &Platform,
    visible: Option<Vec<Uuid>>,
    names: &Names,
    limit: i64,
) -> Result<Vec<Row>, ApiError> {
    let filter = db::interactions::InteractionFilter {
        visible,
        ..db::interactions::InteractionFilter::default()
    };
    let rows = db::interactions::list(&platform.db, &filter, limit).await?;
    Ok(rows.into_iter().map(|row| Row::new(row, names)).collect())
}
