//! Which calls, as SQL conditions over the rows or over the roll-up.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::boundary_id;

#[derive(Debug, Default, Clone)]
pub struct InteractionFilter {
    pub agent_id: Option<Uuid>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub kind: Option<String>,
    pub outcome: Option<String>,
    pub external_agent_id: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    /// A part of the model, the session, the caller or the error; or a whole id.
    pub search: Option<String>,
    pub start: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
    pub cursor: Cursor,
    pub sort: InteractionSort,
    pub ascending: bool,
}

/// Where a page begins.
#[derive(Debug, Default, Clone, Copy)]
pub enum Cursor {
    #[default]
    Start,
    /// Only what is older than this call.
    Before(Uuid),
    /// Only what is newer than this call.
    After(Uuid),
    Offset(i64),
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum InteractionSort {
    #[default]
    CreatedAt,
    AgentId,
    ExternalAgentId,
    Model,
    UserId,
}

impl InteractionFilter {
    /// Whether the hourly roll-up knows everything that is asked.
    pub(super) fn fits_rollup(&self) -> bool {
        let whole_hour = |time: Option<DateTime<Utc>>| {
            time.is_none_or(|time| {
                time.duration_trunc(TimeDelta::hours(1))
                    .is_ok_and(|hour| hour == time)
            })
        };
        self.external_agent_id.is_none()
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
            ("external_agent_id", &self.external_agent_id),
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
        if let Some(agent_id) = self.agent_id {
            query.push(" AND agent_id = ").push_bind(agent_id);
        }
        for (column, value) in [
            ("provider", &self.provider),
            ("model", &self.model),
            ("kind", &self.kind),
            ("outcome", &self.outcome),
        ] {
            push_equal(query, column, value.as_ref());
        }
    }

    pub(super) fn push_order(&self, query: &mut QueryBuilder<Postgres>) {
        let direction = if self.ascending { " ASC" } else { " DESC" };
        let column = match self.sort {
            InteractionSort::CreatedAt => None,
            InteractionSort::AgentId => Some("agent_id"),
            InteractionSort::ExternalAgentId => Some("external_agent_id"),
            InteractionSort::Model => Some("model"),
            InteractionSort::UserId => Some("user_id"),
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
    let pattern = format!(
        "%{}%",
        search
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_")
    );
    query.push(" AND (");
    for (index, column) in ["model", "session_id", "external_agent_id", "error"]
        .into_iter()
        .enumerate()
    {
        query
            .push(if index == 0 { "" } else { " OR " })
            .push(column)
            .push(" ILIKE ")
            .push_bind(pattern.clone());
    }
    query.push(")");
}
