//! The envelope of paged lists.

use serde::Serialize;
use utoipa::ToSchema;

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
            current_page: offset / limit + 1,
            limit,
            total,
            total_pages: (total + limit - 1) / limit,
            has_next: offset + limit < total,
            has_prev: offset > 0,
        }
    }
}

/// What a caller asked for, within bounds.
pub(crate) fn limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}
