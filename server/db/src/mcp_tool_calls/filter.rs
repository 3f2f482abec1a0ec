//! Which calls, as SQL conditions over the rows or over the roll-up.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::interactions::{Cursor, boundary_id};

#[derive(Debug, Default, Clone)]
pub struct ToolCallFilter {
    pub agent_id: Option<Uuid>,
    pub mcp_server_id: Option<Uuid>,
    pub mcp_server_name: Option<String>,
    pub tool_name: Option<String>,
    pub method: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub is_error: Option<bool>,
    /// A part of the server, the tool, the method or the error; or a whole id.
    pub search: Option<String>,
    pub start: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
    pub cursor: Cursor,
    pub sort: ToolCallSort,
    pub ascending: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum ToolCallSort {
    #[default]
    CreatedAt,
    AgentId,
    ServerName,
    Method,
    Duration,
}

impl ToolCallFilter {
    /// Whether the hourly roll-up knows everything that is asked.
    pub(super) fn fits_rollup(&self) -> bool {
        let whole_hour = |time: Option<DateTime<Utc>>| {
            time.is_none_or(|time| {
                time.duration_trunc(TimeDelta::hours(1))
                    .is_ok_and(|hour| hour == time)
            })
        };
        self.mcp_server_name.is_none()
            && self.user_id.is_none()
            && self.session_id.is_none()
            && self.search.is_none()
            && whole_hour(self.start)
            && whole_hour(self.end)
    }

    pub(super) fn push_rollup(&self, query: &mut QueryBuilder<Postgres>) {
        self.push_shared(query);
        if let Some(start) = self.start {
            query
                .push(" AND hour >= date_trunc('hour', ")
                .push_bind(start)
                .push(")");
        }
        if let Some(end) = self.end {
            query.push(" AND hour < ").push_bind(end);
        }
    }

    pub(super) fn push_rows(&self, query: &mut QueryBuilder<Postgres>) {
        self.push_shared(query);
        if let Some(start) = self.start {
            query.push(" AND id >= ").push_bind(boundary_id(start));
        }
        if let Some(end) = self.end {
            query.push(" AND id < ").push_bind(boundary_id(end));
        }
        match self.cursor {
            Cursor::Before(id) => query.push(" AND id < ").push_bind(id),
            Cursor::After(id) => query.push(" AND id > ").push_bind(id),
            Cursor::Start | Cursor::Offset(_) => query,
        };
        for (column, value) in [
            ("mcp_server_name", &self.mcp_server_name),
            ("user_id", &self.user_id),
            ("session_id", &self.session_id),
        ] {
            push_equal(query, column, value.as_ref());
        }
        if let Some(search) = &self.search {
            push_search(query, search);
        }
    }

    fn push_shared(&self, query: &mut QueryBuilder<Postgres>) {
        for (column, id) in [
            ("agent_id", self.agent_id),
            ("mcp_server_id", self.mcp_server_id),
        ] {
            if let Some(id) = id {
                query.push(" AND ").push(column).push(" = ").push_bind(id);
            }
        }
        push_equal(query, "tool_name", self.tool_name.as_ref());
        push_equal(query, "method", self.method.as_ref());
        if let Some(is_error) = self.is_error {
            query.push(" AND is_error = ").push_bind(is_error);
        }
    }

    pub(super) fn push_order(&self, query: &mut QueryBuilder<Postgres>) {
        let direction = if self.ascending { " ASC" } else { " DESC" };
        let column = match self.sort {
            ToolCallSort::CreatedAt => None,
            ToolCallSort::AgentId => Some("agent_id"),
            ToolCallSort::ServerName => Some("mcp_server_name"),
            ToolCallSort::Method => Some("method"),
            ToolCallSort::Duration => Some("duration_us"),
        };
        query.push(" ORDER BY ");
        if let Some(column) = column {
            query.push(column).push(direction).push(" NULLS LAST, ");
        }
        query.push("id").push(direction);
        if let Cursor::Offset(offset) = self.cursor {
            query.push(" OFFSET ").push_bind(offset);
        }
    }
}

/// `column` is one of ours, never a caller's text.
fn push_equal(query: &mut QueryBuilder<Postgres>, column: &'static str, value: Option<&String>) {
    if let Some(value) = value {
        query
            .push(" AND ")
            .push(column)
            .push(" = ")
            .push_bind(value.clone());
    }
}

fn push_search(query: &mut QueryBuilder<Postgres>, search: &str) {
    if let Ok(id) = search.trim().parse::<Uuid>() {
        query.push(" AND id = ").push_bind(id);
        return;
    }
    query.push(" AND (false");
    for column in ["mcp_server_name", "tool_name", "method", "error"] {
        query
            .push(" OR strpos(lower(")
            .push(column)
            .push("), lower(")
            .push_bind(search.to_owned())
            .push(")) > 0");
    }
    query.push(")");
}
