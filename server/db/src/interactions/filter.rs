//! Which model calls.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::call_log::{CallFilter, Cursor, Slice, Tables, push_equal, push_visible};

#[derive(Debug, Default, Clone)]
pub struct InteractionFilter {
    pub agent_id: Option<Uuid>,
    /// Only calls of these agents.
    pub visible: Option<Vec<Uuid>>,
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

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum InteractionSort {
    #[default]
    CreatedAt,
    AgentId,
    ExternalAgentId,
    Model,
    UserId,
}

impl CallFilter for InteractionFilter {
    const TABLES: Tables = Tables {
        calls: "interactions",
        bodies: "interaction_bodies",
        bodies_of: "interaction_id",
        hours: "interaction_hours",
        counted: "requests",
        searched: &["model", "session_id", "external_agent_id", "error"],
    };

    fn slice(&self) -> Slice<'_> {
        Slice {
            search: self.search.as_deref(),
            start: self.start,
            end: self.end,
            cursor: self.cursor,
            order_by: match self.sort {
                InteractionSort::CreatedAt => None,
                InteractionSort::AgentId => Some("agent_id"),
                InteractionSort::ExternalAgentId => Some("external_agent_id"),
                InteractionSort::Model => Some("model"),
                InteractionSort::UserId => Some("user_id"),
            },
            ascending: self.ascending,
        }
    }

    fn push_summed(&self, query: &mut QueryBuilder<Postgres>) {
        if let Some(agent_id) = self.agent_id {
            query.push(" AND agent_id = ").push_bind(agent_id);
        }
        push_visible(query, self.visible.as_ref());
        for (column, value) in [
            ("provider", &self.provider),
            ("model", &self.model),
            ("kind", &self.kind),
            ("outcome", &self.outcome),
        ] {
            push_equal(query, column, value.as_ref());
        }
    }

    fn unsummed(&self) -> [(&'static str, Option<&String>); 3] {
        [
            ("external_agent_id", self.external_agent_id.as_ref()),
            ("user_id", self.user_id.as_ref()),
            ("session_id", self.session_id.as_ref()),
        ]
    }
}
