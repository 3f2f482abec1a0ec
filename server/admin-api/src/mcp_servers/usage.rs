//! How much a server is used.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::seen;
use super::body::milliseconds;
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{Id, Query};
use crate::{ApiError, State};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// `1h`, `24h`, `7d` or `30d`
    timeframe: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageDetail {
    calls: i64,
    errors: i64,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    series: Vec<UsageHour>,
    tools: Vec<ToolUsage>,
}

#[derive(Serialize, ToSchema)]
struct UsageHour {
    t: DateTime<Utc>,
    calls: i64,
    errors: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ToolUsage {
    name: String,
    calls: i64,
    errors: i64,
    p95_ms: Option<f64>,
}

/// Calls of an installation, by hour and by tool.
#[utoipa::path(get, path = "/api/mcp_server/{id}/usage", tag = "mcp-servers", params(("id" = Uuid, Path), UsageQuery),
    responses((status = 200, body = UsageDetail), (status = 404, body = ErrorBody)))]
pub(crate) async fn usage(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UsageDetail>, ApiError> {
    seen(&platform, &caller, id).await?;
    let span = match query.timeframe.as_deref() {
        Some("1h") => TimeDelta::hours(1),
        None | Some("24h") => TimeDelta::hours(24),
        Some("7d") => TimeDelta::days(7),
        Some("30d") => TimeDelta::days(30),
        Some(_) => {
            return Err(ApiError::Validation(
                "timeframe is one of 1h, 24h, 7d, 30d.".into(),
            ));
        }
    };
    let since = platform.clock.now() - span;
    let (totals, hours, tools) = tokio::try_join!(
        db::mcp_tool_calls::server_usage(&platform.db, since),
        db::mcp_tool_calls::hours(&platform.db, Some(id), since),
        db::mcp_tool_calls::tool_usage(&platform.db, id, since),
    )?;
    let total = totals.into_iter().find(|total| total.mcp_server_id == id);
    let tools = tools.into_iter().map(|tool| ToolUsage {
        name: tool.tool_name,
        calls: tool.calls,
        errors: tool.errors,
        p95_ms: tool.p95_us.map(milliseconds),
    });
    let series = hours.into_iter().map(|hour| UsageHour {
        t: hour.hour,
        calls: hour.calls,
        errors: hour.errors,
    });
    Ok(Json(UsageDetail {
        calls: total.as_ref().map_or(0, |total| total.calls),
        errors: total.as_ref().map_or(0, |total| total.errors),
        p50_ms: total
            .as_ref()
            .and_then(|total| total.p50_us)
            .map(milliseconds),
        p95_ms: total
            .as_ref()
            .and_then(|total| total.p95_us)
            .map(milliseconds),
        series: series.collect(),
        tools: tools.collect(),
    }))
}
