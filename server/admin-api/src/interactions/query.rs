//! Which calls, as a query string.

use chrono::{DateTime, Utc};
use db::call_log::Cursor;
use db::interactions::{InteractionFilter, InteractionSort};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::agents::Direction;
use crate::pagination;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct InteractionQuery {
    #[serde(alias = "profileId")]
    agent_id: Option<Uuid>,
    provider: Option<String>,
    model: Option<String>,
    r#type: Option<String>,
    /// `ok`, `client_error`, `upstream_error`, `client_left` or `proxy_error`
    outcome: Option<String>,
    external_agent_id: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    /// A part of the model, session, caller or error; or an id.
    search: Option<String>,
    start_date: Option<DateTime<Utc>>,
    end_date: Option<DateTime<Utc>>,
    pub(super) limit: Option<i64>,
    offset: Option<i64>,
    /// Only calls older than this one.
    before: Option<Uuid>,
    /// Only calls newer than this one.
    after: Option<Uuid>,
    #[serde(default)]
    #[param(inline)]
    sort_by: SortBy,
    #[serde(default)]
    #[param(inline)]
    sort_direction: Direction,
}

#[derive(Deserialize, ToSchema, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum SortBy {
    #[default]
    CreatedAt,
    #[serde(alias = "profileId")]
    AgentId,
    ExternalAgentId,
    Model,
    UserId,
}

impl InteractionQuery {
    /// One page, of the agents that are visible.
    pub(super) fn filter(&self, visible: Option<Vec<Uuid>>) -> InteractionFilter {
        InteractionFilter {
            cursor: pagination::cursor(self.before, self.after, self.offset),
            ..self.everything(visible)
        }
    }

    /// All pages.
    pub(super) fn everything(&self, visible: Option<Vec<Uuid>>) -> InteractionFilter {
        let text = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        InteractionFilter {
            agent_id: self.agent_id,
            visible,
            provider: text(&self.provider),
            model: text(&self.model),
            kind: text(&self.r#type),
            outcome: text(&self.outcome),
            external_agent_id: text(&self.external_agent_id),
            user_id: text(&self.user_id),
            session_id: text(&self.session_id),
            search: text(&self.search),
            start: self.start_date,
            end: self.end_date,
            cursor: Cursor::Start,
            sort: match self.sort_by {
                SortBy::CreatedAt => InteractionSort::CreatedAt,
                SortBy::AgentId => InteractionSort::AgentId,
                SortBy::ExternalAgentId => InteractionSort::ExternalAgentId,
                SortBy::Model => InteractionSort::Model,
                SortBy::UserId => InteractionSort::UserId,
            },
            ascending: self.sort_direction == Direction::Asc,
        }
    }
}
