//! The first page: is all well, and what happened.

mod attention;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use db::statistics::Hour;
use domain::pricing::usd;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::extract::Query;
use crate::interactions::{self, Names, Row};
use crate::{ApiError, State};
use attention::Attention;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HomeQuery {
    /// `today`, `24h` or `7d`
    timeframe: Option<String>,
    /// Minutes that the caller's clock is ahead of UTC: where its day begins.
    utc_offset: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Home {
    since: DateTime<Utc>,
    cards: Cards,
    attention: Vec<Attention>,
    recent: Vec<Row>,
    top_models: Vec<TopModel>,
    top_agents: Vec<TopAgent>,
}

#[derive(Serialize, ToSchema)]
struct Cards {
    requests: Card,
    cost: CostCard,
    tokens: TokenCard,
    errors: Card,
}

#[derive(Serialize, ToSchema)]
struct Card {
    value: f64,
    /// The same length of time before.
    previous: f64,
    series: Vec<Point>,
}

#[derive(Serialize, ToSchema)]
struct Point {
    t: DateTime<Utc>,
    v: f64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CostCard {
    #[serde(flatten)]
    card: Card,
    /// Calls whose model has no price: the sum is without them.
    unknown_count: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokenCard {
    #[serde(flatten)]
    card: Card,
    input: i64,
    output: i64,
    cache_read: i64,
    cache_write: i64,
}

#[derive(Serialize, ToSchema)]
struct TopModel {
    model: String,
    provider: String,
    requests: i64,
    /// USD
    cost: f64,
    tokens: i64,
}

#[derive(Serialize, ToSchema)]
struct TopAgent {
    id: Uuid,
    name: Option<String>,
    requests: i64,
    /// USD
    cost: f64,
    tokens: i64,
}

/// Everything the first page shows, in one request.
#[utoipa::path(get, path = "/api/home", tag = "home", params(HomeQuery), responses((status = 200, body = Home)))]
pub(crate) async fn home(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<HomeQuery>,
) -> Result<Json<Home>, ApiError> {
    let now = platform.clock.now();
    let since = start_of(
        query.timeframe.as_deref().unwrap_or("today"),
        query.utc_offset.unwrap_or(0),
        now,
    )?;
    let before = since - (now - since);
    let visible = crate::agents::visible(&platform, &caller);
    let of = visible.as_deref();
    let (hours, earlier, models, agents) = tokio::try_join!(
        db::statistics::hours(&platform.db, of, since, now),
        db::statistics::hours(&platform.db, of, before, since),
        db::statistics::top_models(&platform.db, of, since, now, 5),
        db::statistics::top_agents(&platform.db, of, since, now, 5),
    )?;
    let names = Names::read(&platform).await?;
    Ok(Json(Home {
        since,
        cards: Cards::new(&hours, &earlier, since, now),
        attention: attention::list(&platform, &hours).await?,
        recent: interactions::recent(&platform, visible, &names, 8).await?,
        top_models: models.into_iter().map(TopModel::new).collect(),
        top_agents: agents.into_iter().map(TopAgent::new).collect(),
    }))
}

fn start_of(
    timeframe: &str,
    utc_offset: i64,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, ApiError> {
    let hour = now
        .duration_trunc(TimeDelta::hours(1))
        .map_err(ApiError::internal)?;
    match timeframe {
        "today" => {
            let offset =
                TimeDelta::try_minutes(utc_offset.clamp(-14 * 60, 14 * 60)).unwrap_or_default();
            let local_midnight = (now + offset)
                .duration_trunc(TimeDelta::days(1))
                .map_err(ApiError::internal)?;
            Ok(local_midnight - offset)
        }
        "24h" => Ok(hour - TimeDelta::hours(23)),
        "7d" => Ok(hour - TimeDelta::days(7) + TimeDelta::hours(1)),
        other => Err(ApiError::Validation(format!(
            "timeframe is today, 24h or 7d, not \"{other}\"."
        ))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures to be drawn")]
impl Cards {
    fn new(hours: &[Hour], earlier: &[Hour], since: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let tokens = |hour: &Hour| {
            hour.input_tokens
                + hour.output_tokens
                + hour.cache_read_tokens
                + hour.cache_write_tokens
        };
        let card = |measure: &dyn Fn(&Hour) -> f64| Card {
            value: total(hours, measure),
            previous: total(earlier, measure),
            series: series(hours, since, now, measure),
        };
        let sum = |part: fn(&Hour) -> i64| hours.iter().map(part).sum();
        Self {
            requests: card(&|hour| hour.requests as f64),
            cost: CostCard {
                card: card(&|hour| usd(hour.cost_pico)),
                unknown_count: sum(|hour| hour.unpriced),
            },
            tokens: TokenCard {
                card: card(&|hour| tokens(hour) as f64),
                input: sum(|hour| hour.input_tokens),
                output: sum(|hour| hour.output_tokens),
                cache_read: sum(|hour| hour.cache_read_tokens),
                cache_write: sum(|hour| hour.cache_write_tokens),
            },
            errors: card(&|hour| hour.errors as f64),
        }
    }
}

/// An empty float sum is minus zero, which nobody wants to read.
fn total<'a>(hours: impl IntoIterator<Item = &'a Hour>, measure: &dyn Fn(&Hour) -> f64) -> f64 {
    hours
        .into_iter()
        .map(measure)
        .fold(0.0, |sum, part| sum + part)
}

/// A point for every hour, also for those in which nothing happened.
fn series(
    hours: &[Hour],
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    measure: &dyn Fn(&Hour) -> f64,
) -> Vec<Point> {
    let first = since.duration_trunc(TimeDelta::hours(1)).unwrap_or(since);
    let every_hour = std::iter::successors(Some(first), |hour| Some(*hour + TimeDelta::hours(1)));
    every_hour
        .take_while(|hour| *hour <= now)
        .map(|t| Point {
            t,
            v: total(hours.iter().filter(|hour| hour.hour == t), measure),
        })
        .collect()
}

impl TopModel {
    fn new(row: db::statistics::ModelTotal) -> Self {
        let cost = usd(row.cost_pico);
        Self {
            model: row.model,
            provider: row.provider,
            requests: row.requests,
            cost,
            tokens: row.tokens,
        }
    }
}

impl TopAgent {
    fn new(row: db::statistics::AgentTotal) -> Self {
        let cost = usd(row.cost_pico);
        Self {
            id: row.agent_id,
            name: row.name,
            requests: row.requests,
            cost,
            tokens: row.tokens,
        }
    }
}
