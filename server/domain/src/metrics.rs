//! Prometheus metrics, by the names that published dashboards use.

mod agent_runs;
mod exemplars;
mod http_requests;
mod labels;
mod llm_calls;
mod mcp_calls;
mod process;
mod state;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

pub use agent_runs::Run;
pub use llm_calls::{First, LlmCall};
pub use mcp_calls::{Blocked, CalledTool, McpCall};

use crate::platform::Platform;
use crate::snapshot::Agent;
use agent_runs::AgentRuns;
use http_requests::HttpFamilies;
use labels::Labels;
use llm_calls::LlmFamilies;
use mcp_calls::McpFamilies;

#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    http: HttpFamilies,
    llm: LlmFamilies,
    mcp: McpFamilies,
    runs: AgentRuns,
    active_users: Family<Labels, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let http = HttpFamilies::register(&mut registry);
        let llm = LlmFamilies::register(&mut registry);
        let mcp = McpFamilies::register(&mut registry);
        let runs = AgentRuns::register(&mut registry);
        let active_users = Family::default();
        registry.register(
            "llm_active_users",
            "People with a model call in the window. Every replica says the same: take the maximum",
            active_users.clone(),
        );
        registry.register_collector(Box::new(process::ProcessCollector));
        Self(Arc::new(Inner {
            registry,
            http,
            llm,
            mcp,
            runs,
            active_users,
        }))
    }
}

impl Metrics {
    /// `route` is the pattern that matched, never the path: a path would make a series of its own.
    pub fn http_request(&self, method: &str, route: &str, status_code: u16, took: Duration) {
        self.0.http.observe(method, route, status_code, took);
    }

    pub fn llm_call(&self, call: &LlmCall<'_>) {
        self.0.llm.observe(call);
        if let Some(run) = &call.run {
            self.0.runs.called(call.agent, run);
        }
    }

    pub fn mcp_call(&self, call: &McpCall<'_>) {
        self.0.mcp.observe(call);
    }

    pub fn blocked_tool(&self, tool: CalledTool<'_>, why: Blocked) {
        self.0.mcp.blocked(tool, why);
    }

    /// An agent was set to work by this program itself.
    pub fn agent_run(&self, agent: Option<&Agent>, external_agent_id: &str) {
        self.0.runs.count(agent, external_agent_id);
    }

    /// `window` is `24h` or `7d`.
    pub fn active_users(&self, window: &'static str, people: i64) {
        self.0
            .active_users
            .get_or_create(&labels::labels([("window", window)]))
            .set(people);
    }

    /// In the `OpenMetrics` text format.
    pub fn encode(&self, platform: &Platform) -> Result<String, std::fmt::Error> {
        let mut text = self.families()?;
        state::encode(&mut text, platform)?;
        prometheus_client::encoding::text::encode_eof(&mut text)?;
        Ok(text)
    }

    fn families(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 * 1024);
        prometheus_client::encoding::text::encode_registry(&mut text, &self.0.registry)?;
        Ok(text)
    }
}
