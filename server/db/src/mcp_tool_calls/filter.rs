//! Which calls at the gateway.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::call_log::{CallFilter, Cursor, Slice, Tables, push_equal, push_visible};

#[derive(Debug, Default, Clone)]
pub struct ToolCallFilter {
    pub agent_id: Option<Uuid>,
    /// Only calls of these agents.
    pub visible: Option<Vec<Uuid>>,
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

impl CallFilter for ToolCallFilter {
    const TABLES: Tables = Tables {
        calls: "mcp_tool_calls",
        bodies: "mcp_tool_call_bodies",
        bodies_of: "mcp_tool_call_id",
        hours: "mcp_tool_call_hours",
        counted: "calls",
        searched: &["mcp_server_name", "tool_name", "method", "error"],
    };

    fn slice(&self) -> Slice<'_> {
        Slice {
            search: self.search.as_deref(),
            start: self.start,
            end: self.end,
            cursor: self.cursor,
            order_by: match self.sort {
                ToolCallSort::CreatedAt => None,
                ToolCallSort::AgentId => Some("agent_id"),
                ToolCallSort::ServerName => Some("mcp_server_name"),
                ToolCallSort::Method => Some("method"),
                ToolCallSort::Duration => Some("duration_us"),
            },
            ascending: self.ascending,
        }
    }

    fn push_summed(&self, query: &mut QueryBuilder<Postgres>) {
        for (column, id) in [
            ("agent_id", self.agent_id),
            ("mcp_server_id", self.mcp_server_id),
        ] {
            if let Some(id) = id {
                query.push(" AND ").push(column).push(" = ").push_bind(id);
            }
        }
        push_visible(query, self.visible.as_ref());
        push_equal(query, "tool_name", self.tool_name.as_ref());
        push_equal(query, "method", self.method.as_ref());
        if let Some(is_error) = self.is_error {
            query.push(" AND is_error = ").push_bind(is_error);
        }
    }

    fn unsummed(&self) -> [(&'static str, Option<&String>); 3] {
        [
            ("mcp_server_name", self.mcp_server_name.as_ref()),
            ("user_id", self.user_id.as_ref()),
            ("session_id", self.session_id.as_ref()),
        ]
    }
}
