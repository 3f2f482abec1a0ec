//! The filtered list as a file, read page by page so that a million rows need little memory.

use axum::body::Body;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use db::call_log::Cursor;
use db::interactions::InteractionFilter;
use domain::platform::Platform;
use futures_util::stream;
use http::header;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::query::InteractionQuery;
use super::{Names, Row};
use crate::authenticate::Caller;
use crate::extract::Query;
use crate::{ApiError, State, agents};

const PAGE: i64 = 1_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    #[param(inline)]
    format: Format,
}

#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Jsonl,
}

/// Download the filtered list.
#[utoipa::path(get, path = "/api/interactions/export", tag = "interactions", params(ExportQuery, InteractionQuery),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
pub(crate) async fn export(
    Extract(platform): State,
    caller: Caller,
    Query(ExportQuery { format }): Query<ExportQuery>,
    Query(query): Query<InteractionQuery>,
) -> Result<Response, ApiError> {
    let names = Names::read(&platform).await?;
    let (content_type, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "calls.csv"),
        Format::Jsonl => ("application/x-ndjson", "calls.jsonl"),
    };
    let start = Some(query.everything(agents::visible(&platform, &caller)));
    let chunks = stream::try_unfold(start, move |filter| {
        let platform = platform.clone();
        let names = names.clone();
        async move {
            let Some(filter) = filter else {
                return Ok::<_, ApiError>(None);
            };
            next_chunk(&platform, &names, filter, format)
                .await
                .map(Some)
        }
    });
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// One page as text, and the filter of the next one.
async fn next_chunk(
    platform: &Platform,
    names: &Names,
    filter: InteractionFilter,
    format: Format,
) -> Result<(String, Option<InteractionFilter>), ApiError> {
    let rows = db::interactions::list(&platform.db, &filter, PAGE).await?;
    let first = matches!(filter.cursor, Cursor::Start);
    let last = rows
        .last()
        .map(|row| row.id)
        .filter(|_| rows.len() as u64 == PAGE.unsigned_abs());
    let mut text = String::new();
    for (index, row) in rows.into_iter().enumerate() {
        let value = serde_json::to_value(Row::new(row, names)).map_err(ApiError::internal)?;
        match format {
            Format::Jsonl => {
                text.push_str(&value.to_string());
                text.push('\n');
            }
            Format::Csv => push_csv(&mut text, &value, first && index == 0),
        }
    }
    let next = last.map(|id| InteractionFilter {
        cursor: Cursor::Before(id),
        ..filter
    });
    Ok((text, next))
}

fn push_csv(text: &mut String, row: &Value, with_header: bool) {
    let Value::Object(fields) = row else { return };
    if with_header {
        text.push_str(
            &fields
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(","),
        );
        text.push_str("\r\n");
    }
    let cells: Vec<String> = fields.values().map(csv_cell).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// Quoted as RFC 4180 asks, and never a formula for a spreadsheet.
fn csv_cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => return other.to_string(),
    };
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
