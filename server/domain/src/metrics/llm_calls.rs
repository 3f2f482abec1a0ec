//! What model calls cost in time, tokens and money.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use llm::usage::Usage;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::pricing::usd;
use crate::snapshot::Agent;

/// Agents carry labels of their own, so the set is not known when the program is compiled.
pub(super) type Labels = Vec<(String, String)>;

const SECONDS: [f64; 8] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
const TOKENS_PER_SECOND: [f64; 8] = [5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 200.0, 500.0];

/// One finished call. `model` must come from a bounded set: what a price table or a provider's answer names.
#[derive(Debug)]
pub struct LlmCall<'a> {
    pub provider: &'a str,
    pub model: &'a str,
    pub agent: Option<&'a Agent>,
    /// 0: no answer came.
    pub status: u16,
    pub usage: Option<&'a Usage>,
    pub cost_pico: Option<i64>,
    pub duration: Duration,
    /// For streams only.
    pub first_byte: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct LlmFamilies {
    duration: Family<Labels, Histogram>,
    tokens: Family<Labels, Counter>,
    cost: Family<Labels, Counter<f64, AtomicU64>>,
    first_token: Family<Labels, Histogram>,
    tokens_per_second: Family<Labels, Histogram>,
}

impl LlmFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let families = Self {
            duration: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            tokens: Family::default(),
            cost: Family::default(),
            first_token: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            tokens_per_second: Family::new_with_constructor(|| Histogram::new(TOKENS_PER_SECOND)),
        };
        registry.register(
            "llm_request_duration_seconds",
            "How long model calls took",
            families.duration.clone(),
        );
        registry.register("llm_tokens", "Tokens, by type", families.tokens.clone());
        registry.register(
            "llm_cost",
            "Cost of model calls in USD",
            families.cost.clone(),
        );
        registry.register(
            "llm_time_to_first_token_seconds",
            "How long streams took to their first byte",
            families.first_token.clone(),
        );
        registry.register(
            "llm_tokens_per_second",
            "Output tokens a second of streams",
            families.tokens_per_second.clone(),
        );
        families
    }

    pub(super) fn observe(&self, call: &LlmCall<'_>) {
        let labels = labels(call);
        let with = |name: &str, value: &str| {
            let mut labels = labels.clone();
            labels.push((name.to_owned(), value.to_owned()));
            labels
        };
        self.duration
            .get_or_create(&with("status_code", &call.status.to_string()))
            .observe(call.duration.as_secs_f64());
        if let Some(usage) = call.usage {
            for (kind, tokens) in [
                ("input", usage.input),
                ("output", usage.output),
                ("cache_read", usage.cache_read),
                ("cache_write", usage.cache_write),
            ] {
                if tokens > 0 {
                    self.tokens
                        .get_or_create(&with("type", kind))
                        .inc_by(tokens);
                }
            }
        }
        if let Some(cost) = call.cost_pico {
            self.cost.get_or_create(&labels).inc_by(usd(cost));
        }
        if let Some(first_byte) = call.first_byte {
            self.observe_stream(&labels, call, first_byte);
        }
    }

    fn observe_stream(&self, labels: &Labels, call: &LlmCall<'_>, first_byte: Duration) {
        self.first_token
            .get_or_create(labels)
            .observe(first_byte.as_secs_f64());
        let streamed = call.duration.saturating_sub(first_byte).as_secs_f64();
        let output = call.usage.map_or(0, |usage| usage.output);
        if output > 0 && streamed > 0.0 {
            #[expect(clippy::cast_precision_loss, reason = "a rate")]
            self.tokens_per_second
                .get_or_create(labels)
                .observe(output as f64 / streamed);
        }
    }
}

fn labels(call: &LlmCall<'_>) -> Labels {
    let mut labels = own_labels([("provider", call.provider), ("model", call.model)]);
    agent_labels(&mut labels, call.agent);
    labels
}

pub(super) fn own_labels<const N: usize>(labels: [(&str, &str); N]) -> Labels {
    labels
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The agent goes by both of its names, since dashboards exist for either; its own labels come after.
pub(super) fn agent_labels(labels: &mut Labels, agent: Option<&Agent>) {
    let (id, name) = agent.map_or((String::new(), ""), |agent| {
        (agent.id.to_string(), agent.name.as_str())
    });
    labels.extend(own_labels([
        ("agent_id", id.as_str()),
        ("agent_name", name),
        ("profile_id", id.as_str()),
        ("profile_name", name),
    ]));
    for (key, value) in agent.iter().flat_map(|agent| &agent.labels) {
        let key: String = key
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let taken = labels.iter().any(|(taken, _)| *taken == key)
            || ["status_code", "type", "le"].contains(&key.as_str());
        if !taken && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            labels.push((key, value.clone()));
        }
    }
}
