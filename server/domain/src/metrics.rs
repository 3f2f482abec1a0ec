//! Prometheus metrics, by the names that published dashboards use.

mod llm_calls;
mod mcp_calls;
mod process;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use llm_calls::LlmCall;
use llm_calls::LlmFamilies;
pub use mcp_calls::McpCall;
use mcp_calls::McpFamilies;

use crate::recorder::Recorder;

#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    http: Family<HttpLabels, Histogram>,
    llm: LlmFamilies,
    mcp: McpFamilies,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HttpLabels {
    method: String,
    route: String,
    status_code: u16,
}

const HTTP_BUCKETS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let http =
            Family::<HttpLabels, Histogram>::new_with_constructor(|| Histogram::new(HTTP_BUCKETS));
        registry.register(
            "http_request_duration_seconds",
            "How long requests took to answer",
            http.clone(),
        );
        let llm = LlmFamilies::register(&mut registry);
        let mcp = McpFamilies::register(&mut registry);
        registry.register_collector(Box::new(process::ProcessCollector));
        Self(Arc::new(Inner {
            registry,
            http,
            llm,
            mcp,
        }))
    }
}

impl Metrics {
    /// `route` is the pattern that matched, never the path: a path would make a series of its own.
    pub fn http_request(&self, method: &str, route: &str, status_code: u16, took: Duration) {
        let labels = HttpLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status_code,
        };
        self.0
            .http
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    pub fn llm_call(&self, call: &LlmCall<'_>) {
        self.0.llm.observe(call);
    }

    pub fn mcp_call(&self, call: &McpCall<'_>) {
        self.0.mcp.observe(call);
    }

    /// The text exposition format.
    pub fn encode(&self, recorder: &Recorder) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 * 1024);
        prometheus_client::encoding::text::encode_registry(&mut text, &self.0.registry)?;
        encode_recorder(&mut text, recorder)?;
        prometheus_client::encoding::text::encode_eof(&mut text)?;
        Ok(text)
    }
}

fn encode_recorder(text: &mut String, recorder: &Recorder) -> std::fmt::Result {
    use std::fmt::Write as _;
    use std::sync::atomic::Ordering::Relaxed;
    let status = recorder.status();
    for (name, kind, help, value) in [
        (
            "archestra_recorder_waiting",
            "gauge",
            "Calls waiting to be recorded",
            status.waiting.load(Relaxed) as u64,
        ),
        (
            "archestra_recorder_spooled",
            "gauge",
            "Calls on disk until the database is back",
            status.spooled.load(Relaxed) as u64,
        ),
        (
            "archestra_recorder_written",
            "counter",
            "Calls recorded in the database",
            status.written.load(Relaxed),
        ),
        (
            "archestra_recorder_lost",
            "counter",
            "Calls that could be recorded nowhere",
            status.lost.load(Relaxed),
        ),
    ] {
        let suffix = if kind == "counter" { "_total" } else { "" };
        writeln!(
            text,
            "# HELP {name} {help}.\n# TYPE {name} {kind}\n{name}{suffix} {value}"
        )?;
    }
    Ok(())
}
