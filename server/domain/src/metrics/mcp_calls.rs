//! What requests at the MCP gateway cost in time and bytes.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::llm_calls::{Labels, agent_labels, own_labels};
use crate::snapshot::Agent;

const SECONDS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0,
];
const BYTES: [f64; 6] = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

/// One finished call of a tool. Names must come from a bounded set: what the agent has, not what a client asked for.
#[derive(Debug)]
pub struct McpCall<'a> {
    pub agent: &'a Agent,
    pub server: &'a str,
    pub tool: &'a str,
    pub is_error: bool,
    pub duration: Duration,
    pub request_bytes: usize,
    pub response_bytes: usize,
}

#[derive(Debug)]
pub(super) struct McpFamilies {
    calls: Family<Labels, Counter>,
    duration: Family<Labels, Histogram>,
    request: Family<Labels, Histogram>,
    response: Family<Labels, Histogram>,
}

impl McpFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let families = Self {
            calls: Family::default(),
            duration: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            request: Family::new_with_constructor(|| Histogram::new(BYTES)),
            response: Family::new_with_constructor(|| Histogram::new(BYTES)),
        };
        registry.register("mcp_tool_calls", "Calls of tools", families.calls.clone());
        registry.register(
            "mcp_tool_call_duration_seconds",
            "How long calls of tools took",
            families.duration.clone(),
        );
        registry.register(
            "mcp_request_size_bytes",
            "How long the arguments of tools were",
            families.request.clone(),
        );
        registry.register(
            "mcp_response_size_bytes",
            "How long the results of tools were",
            families.response.clone(),
        );
        families
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes go into wide buckets")]
    pub(super) fn observe(&self, call: &McpCall<'_>) {
        let status = if call.is_error { "error" } else { "success" };
        let mut labels = own_labels([
            ("mcp_server_name", call.server),
            ("tool_name", call.tool),
            ("status", status),
        ]);
        agent_labels(&mut labels, Some(call.agent));
        self.calls.get_or_create(&labels).inc();
        self.duration
            .get_or_create(&labels)
            .observe(call.duration.as_secs_f64());
        self.request
            .get_or_create(&labels)
            .observe(call.request_bytes as f64);
        self.response
            .get_or_create(&labels)
            .observe(call.response_bytes as f64);
    }
}
