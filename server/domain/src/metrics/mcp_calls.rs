//! What calls of tools at the MCP gateway cost in time and bytes, and which were blocked.

use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::exemplars::{Trace, TracedHistogram};
use super::labels::{Bounded, Labels, Names, add_agent, labels};
use crate::snapshot::Agent;

const SECONDS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0,
];
const BYTES: [f64; 6] = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
/// Names of tools that are told apart: a server may call its tools something else every minute.
const TOOLS: usize = 1_000;
const SERVERS: usize = 200;

/// A tool of an agent. Names must be what the agent has, not what a client asked for.
#[derive(Debug, Clone, Copy)]
pub struct CalledTool<'a> {
    pub agent: &'a Agent,
    pub server: &'a str,
    pub tool: &'a str,
}

/// One finished call of a tool.
#[derive(Debug)]
pub struct McpCall<'a> {
    pub tool: CalledTool<'a>,
    pub is_error: bool,
    pub duration: Duration,
    pub request_bytes: usize,
    pub response_bytes: usize,
    pub ended_at: DateTime<Utc>,
    /// 32 hexadecimal digits.
    pub trace_id: Option<&'a str>,
}

/// Why a call was not made, or its result not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// A policy refused the call.
    Policy,
    /// A policy wants a person to be asked, and nobody was.
    Approval,
    /// The tool changed since it was approved.
    Changed,
    /// A policy keeps the result back.
    Result,
}

impl Blocked {
    fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Approval => "approval",
            Self::Changed => "changed",
            Self::Result => "result",
        }
    }
}

#[derive(Debug)]
pub(super) struct McpFamilies {
    calls: Bounded<Counter>,
    duration: Bounded<TracedHistogram>,
    request: Bounded<Histogram>,
    response: Bounded<Histogram>,
    blocked: Bounded<Counter>,
    servers: Names,
    tools: Names,
}

impl McpFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        Self {
            calls: Bounded::register(
                registry,
                "mcp_tool_calls",
                "Calls of tools",
                Counter::default,
            ),
            duration: Bounded::register(
                registry,
                "mcp_tool_call_duration_seconds",
                "How long calls of tools took",
                || TracedHistogram::new(SECONDS.into_iter()),
            ),
            request: Bounded::register(
                registry,
                "mcp_request_size_bytes",
                "How long the arguments of tools were",
                || Histogram::new(BYTES),
            ),
            response: Bounded::register(
                registry,
                "mcp_response_size_bytes",
                "How long the results of tools were",
                || Histogram::new(BYTES),
            ),
            blocked: Bounded::register(
                registry,
                "llm_blocked_tools",
                "Calls of tools that were refused, or whose results were kept back",
                Counter::default,
            ),
            servers: Names::new(SERVERS),
            tools: Names::new(TOOLS),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes go into wide buckets")]
    pub(super) fn observe(&self, call: &McpCall<'_>) {
        let status = if call.is_error { "error" } else { "success" };
        let labels = self.labels(call.tool, "status", status);
        let trace = Trace {
            id: call.trace_id,
            ended_at: call.ended_at,
        };
        self.calls.with(&labels, |calls| {
            calls.inc();
        });
        self.duration
            .with(&labels, |times| trace.observe(times, call.duration));
        self.request
            .with(&labels, |sizes| sizes.observe(call.request_bytes as f64));
        self.response
            .with(&labels, |sizes| sizes.observe(call.response_bytes as f64));
    }

    pub(super) fn blocked(&self, tool: CalledTool<'_>, why: Blocked) {
        let labels = self.labels(tool, "reason", why.as_str());
        self.blocked.with(&labels, |blocked| {
            blocked.inc();
        });
    }

    fn labels(&self, tool: CalledTool<'_>, key: &'static str, value: &str) -> Labels {
        let mut all = labels([
            ("mcp_server_name", self.servers.known(tool.server)),
            ("tool_name", self.tools.known(tool.tool)),
            (key, value),
        ]);
        add_agent(&mut all, Some(tool.agent));
        all
    }
}
