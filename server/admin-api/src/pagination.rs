//! The envelope of paged lists.

use db::call_log::Cursor;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) const DEFAULT_LIMIT: i64 = 20;
pub(crate) const MAX_LIMIT: i64 = 500;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    current_page: i64,
    limit: i64,
    total: i64,
    total_pages: i64,
    has_next: bool,
    has_prev: bool,
}

impl Pagination {
    pub(crate) fn new(total: i64, limit: i64, offset: i64) -> Self {
        Self {
            current_page: (offset / limit).saturating_add(1),
            limit,
            total,
            total_pages: (total + limit - 1) / limit,
            has_next: offset.saturating_add(limit) < total,
            has_prev: offset > 0,
        }
    }
}

/// What a caller asked for, within bounds.
pub(crate) fn limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// Where a page begins; an id is cheaper than an offset, however deep.
pub(crate) fn cursor(before: Option<Uuid>, after: Option<Uuid>, offset: Option<i64>) -> Cursor {
    match (before, after) {
        (Some(id), _) => Cursor::Before(id),
        (None, Some(id)) => Cursor::After(id),
        (None, None) => offset
            .filter(|offset| *offset > 0)
            .map_or(Cursor::Start, Cursor::Offset),
    }
}

pub(crate) fn offset(cursor: Cursor) -> i64 {
    match cursor {
        Cursor::Offset(offset) => offset,
        _ => 0,
    }
}
