//! Totals over a time.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, TimeDelta, Utc};
use domain::pricing::usd;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::authenticate::Caller;
use crate::extract::Query;
use crate::{ApiError, State};

#[derive(Deserialize, IntoParams)]
pub(crate) struct Timeframe {
    /// `1h`, `24h`, `7d`, `30d`, `90d`, `12m` or `all`; a day if absent.
    timeframe: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Overview {
    total_requests: i64,
    total_tokens: i64,
    /// USD
    total_cost: f64,
    top_team: String,
    top_agent: String,
    top_model: String,
}

/// Sum up use and cost over a time.
#[utoipa::path(get, path = "/api/statistics/overview", tag = "statistics", params(Timeframe),
    responses((status = 200, body = Overview)))]
pub(crate) async fn overview(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<Timeframe>,
) -> Result<Json<Overview>, ApiError> {
    let end = platform.clock.now();
    let start = start_of(query.timeframe.as_deref().unwrap_or("24h"), end)?;
    let visible = crate::agents::visible(&platform, &caller);
    let visible = visible.as_deref();
    let hours = db::statistics::hours(&platform.db, visible, start, end).await?;
    let models = db::statistics::top_models(&platform.db, visible, start, end, 1).await?;
    let agents = db::statistics::top_agents(&platform.db, visible, start, end, 1).await?;
    Ok(Json(Overview {
        total_requests: hours.iter().map(|hour| hour.requests).sum(),
        total_tokens: hours
            .iter()
            .map(|hour| hour.input_tokens + hour.output_tokens)
            .sum(),
        total_cost: usd(hours.iter().map(|hour| hour.cost_pico).sum()),
        top_team: String::new(),
        top_agent: agents
            .into_iter()
            .next()
            .and_then(|agent| agent.name)
            .unwrap_or_default(),
        top_model: models
            .into_iter()
            .next()
            .map(|model| model.model)
            .unwrap_or_default(),
    }))
}

#[derive(Serialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CostSavings {
    /// USD, as everything here: what calls would have cost without any saving.
    total_baseline_cost: f64,
    total_actual_cost: f64,
    total_savings: f64,
    /// Saved by rules that chose a cheaper model.
    total_optimization_savings: f64,
    /// Saved by shorter tool results; there are none so far.
    total_toon_savings: f64,
    time_series: Vec<SavingsHour>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavingsHour {
    timestamp: DateTime<Utc>,
    baseline_cost: f64,
    actual_cost: f64,
    optimization_savings: f64,
    toon_savings: f64,
}

/// Sum up what optimization rules saved over a time.
#[utoipa::path(get, path = "/api/statistics/cost-savings", tag = "statistics", params(Timeframe),
    responses((status = 200, body = CostSavings)))]
pub(crate) async fn cost_savings(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<Timeframe>,
) -> Result<Json<CostSavings>, ApiError> {
    let end = platform.clock.now();
    let start = start_of(query.timeframe.as_deref().unwrap_or("24h"), end)?;
    let visible = crate::agents::visible(&platform, &caller);
    let visible = visible.as_deref();
    let hours = db::statistics::hours(&platform.db, visible, start, end).await?;
    let saved = db::statistics::saved(&platform.db, visible, start, end).await?;
    let mut savings = CostSavings::default();
    for hour in hours {
        let of_hour = saved.iter().find(|saved| saved.hour == hour.hour);
        let saved = of_hour.map_or(0.0, |saved| usd(saved.saved_pico));
        let actual = usd(hour.cost_pico);
        savings.total_actual_cost += actual;
        savings.total_optimization_savings += saved;
        savings.time_series.push(SavingsHour {
            timestamp: hour.hour,
            baseline_cost: actual + saved,
            actual_cost: actual,
            optimization_savings: saved,
            toon_savings: 0.0,
        });
    }
    savings.total_savings = savings.total_optimization_savings;
    savings.total_baseline_cost = savings.total_actual_cost + savings.total_savings;
    Ok(Json(savings))
}

fn start_of(timeframe: &str, end: DateTime<Utc>) -> Result<DateTime<Utc>, ApiError> {
    let length = match timeframe {
        "5m" | "15m" | "30m" | "1h" => TimeDelta::hours(1),
        "24h" => TimeDelta::days(1),
        "7d" => TimeDelta::days(7),
        "30d" => TimeDelta::days(30),
        "90d" => TimeDelta::days(90),
        "12m" => TimeDelta::days(365),
        "all" => return Ok(DateTime::UNIX_EPOCH),
        other => {
            return Err(ApiError::Validation(format!(
                "timeframe is one of 5m, 15m, 30m, 1h, 24h, 7d, 30d, 90d, 12m and all, not \"{other}\"."
            )));
        }
    };
    Ok(end - length)
}
