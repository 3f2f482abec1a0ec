//! What a collector of traces is told about a call of a tool.

use std::collections::HashMap;
use std::sync::Arc;

use domain::traces::{Occasion, Trace};
use mcp::era::method;
use mcp::object::Object;
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};

use super::Kept;
use crate::dispatch::Exchange;
use crate::error::Failure;
use crate::request::Request;

/// Members of `_meta` that say which trace a request is a part of.
const CARRIED: [&str; 2] = ["traceparent", "tracestate"];

pub(super) struct Told {
    pub(super) trace: Trace,
    occasion: Option<Arc<Occasion>>,
}

impl Told {
    pub(super) fn begin(exchange: &Exchange, request: &Request) -> Self {
        let mut told = Self {
            trace: Trace::default(),
            occasion: None,
        };
        let traces = &exchange.gateway.platform.traces;
        if request.method == method::TOOLS_CALL && traces.are_wanted() {
            let parent = traces.read(&said(request));
            told.trace = traces.begin_in(&parent, SpanKind::Internal, "execute_tool");
            told.occasion = Context::current().get::<Arc<Occasion>>().cloned();
        }
        told
    }
}

fn said(request: &Request) -> HashMap<String, String> {
    let params = Object::parse_or_empty(request.params.as_deref());
    let meta = params.object("_meta").unwrap_or_default();
    CARRIED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), meta.text(name)?)))
        .collect()
}

impl Kept {
    pub(super) fn tell_failure(&self, failure: &Failure) {
        let trace = &self.told.trace;
        if !trace.is_recorded() {
            return;
        }
        let is_blocked = failure.blocked().is_some() || matches!(failure, Failure::UsedUp { .. });
        if is_blocked {
            trace.set([
                KeyValue::new("mcp.blocked", true),
                KeyValue::new("mcp.blocked_reason", failure.to_string()),
            ]);
        }
        let kind = if is_blocked { "blocked" } else { "failed" };
        trace.failed(kind, failure.to_string());
    }

    pub(super) fn tell_trace(&self) {
        let trace = &self.told.trace;
        if !trace.is_recorded() {
            return;
        }
        let call = &self.call;
        // What is no tool may have any name.
        let tool = call.tool_name.as_deref().filter(|_| self.is_known);
        if let Some(tool) = tool {
            trace.name(format!("execute_tool {tool}"));
        }
        let agent = &self.exchange.agent;
        let occasion = self.told.occasion.as_ref();
        let conversation = occasion.map(|occasion| occasion.conversation.to_string());
        for (key, value) in [
            ("gen_ai.operation.name", Some("execute_tool")),
            ("gen_ai.tool.name", tool),
            ("gen_ai.tool.type", Some("extension")),
            (
                "gen_ai.tool.call.id",
                occasion.map(|occasion| occasion.call.as_str()),
            ),
            ("gen_ai.agent.name", Some(agent.name.as_str())),
            ("gen_ai.conversation.id", conversation.as_deref()),
            ("mcp.server.name", Some(call.mcp_server_name.as_str())),
            ("mcp.session.id", call.session_id.as_deref()),
            ("archestra.user.id", call.user_id.as_deref()),
        ] {
            trace.set(value.map(|value| KeyValue::new(key, value.to_owned())));
        }
        trace.set([
            KeyValue::new("gen_ai.agent.id", agent.id.to_string()),
            KeyValue::new("mcp.is_error_result", call.is_error),
        ]);
        if call.is_error && call.error.is_none() {
            trace.failed("tool_error", "the tool answered with an error");
        }
        self.tell_content();
        let duration = chrono::TimeDelta::from_std(call.duration).unwrap_or_default();
        trace.end_at((call.created_at + duration).into());
    }

    /// What was given and answered, where it was agreed to that it be told.
    fn tell_content(&self) {
        let Some(limit) = self.exchange.gateway.platform.traces.content() else {
            return;
        };
        let call = &self.call;
        for (event, key, said) in [
            (
                "gen_ai.content.input",
                "gen_ai.tool.call.arguments",
                &call.arguments,
            ),
            (
                "gen_ai.content.output",
                "gen_ai.tool.call.result",
                &call.result,
            ),
        ] {
            self.told.trace.content(event, key, said, limit);
        }
    }
}
