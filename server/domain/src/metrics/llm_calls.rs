//! What model calls cost in time, tokens and money.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use llm::usage::Usage;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::agent_runs::Run;
use super::exemplars::{Trace, TracedHistogram};
use super::labels::{Bounded, Labels, Names, add_agent, labels, status_code, with};
use crate::pricing::{CacheCost, usd};
use crate::snapshot::Agent;

const SECONDS: [f64; 8] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
const FIRST_SECONDS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
const TOKENS_PER_SECOND: [f64; 8] = [5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 200.0, 500.0];
const TOKENS: [f64; 8] = [
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
];
/// Models that are told apart: a provider that repeats whatever name it is asked for could make any number.
const MODELS: usize = 200;

/// One finished call. `model` is what a price table or a provider's answer names, not what a client made up.
#[derive(Debug)]
pub struct LlmCall<'a> {
    pub provider: &'a str,
    pub model: &'a str,
    /// `api`, or `chat` for this program's own.
    pub source: &'static str,
    pub agent: Option<&'a Agent>,
    pub run: Option<Run<'a>>,
    /// 0: no answer came.
    pub status: u16,
    pub usage: Option<&'a Usage>,
    pub cost_pico: Option<i64>,
    pub cache: Option<CacheCost>,
    pub duration: Duration,
    /// For streams only.
    pub first: Option<First>,
    pub ended_at: DateTime<Utc>,
    /// 32 hexadecimal digits.
    pub trace_id: Option<&'a str>,
}

/// When a stream began.
#[derive(Debug, Clone, Copy)]
pub struct First {
    /// From the request's arrival to the first byte that went down.
    pub byte: Duration,
    /// From the call of the provider to the first of its answer.
    pub token: Duration,
}

type Usd = Counter<f64, AtomicU64>;

#[derive(Debug)]
pub(super) struct LlmFamilies {
    times: Times,
    tokens: Tokens,
    money: Money,
    models: Names,
}

#[derive(Debug)]
struct Times {
    duration: Bounded<TracedHistogram>,
    first_token: Bounded<TracedHistogram>,
    first_byte: Bounded<Histogram>,
    tokens_per_second: Bounded<Histogram>,
}

#[derive(Debug)]
struct Tokens {
    uncached: Bounded<Counter>,
    cached: Bounded<Counter>,
    of_call: Bounded<Histogram>,
}

#[derive(Debug)]
struct Money {
    cost: Bounded<Usd>,
    cache_cost: Bounded<Usd>,
    cache_savings: Bounded<Usd>,
}

impl LlmFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        Self {
            times: Times::register(registry),
            tokens: Tokens::register(registry),
            money: Money::register(registry),
            models: Names::new(MODELS),
        }
    }

    pub(super) fn observe(&self, call: &LlmCall<'_>) {
        let mut labels = labels([
            ("provider", call.provider),
            ("model", self.models.known(call.model)),
            ("source", call.source),
        ]);
        add_agent(&mut labels, call.agent);
        self.times.observe(&labels, call);
        if let Some(usage) = call.usage {
            self.tokens.observe(&labels, usage);
        }
        self.money.observe(&labels, call);
    }
}

impl Times {
    fn register(registry: &mut Registry) -> Self {
        Self {
            duration: Bounded::register(
                registry,
                "llm_request_duration_seconds",
                "How long model calls took",
                || TracedHistogram::new(SECONDS.into_iter()),
            ),
            first_token: Bounded::register(
                registry,
                "llm_time_to_first_token_seconds",
                "How long providers took to begin a stream",
                || TracedHistogram::new(FIRST_SECONDS.into_iter()),
            ),
            first_byte: Bounded::register(
                registry,
                "llm_time_to_first_byte_seconds",
                "How long callers waited for a stream to begin",
                || Histogram::new(FIRST_SECONDS),
            ),
            tokens_per_second: Bounded::register(
                registry,
                "llm_tokens_per_second",
                "Output tokens a second of streams",
                || Histogram::new(TOKENS_PER_SECOND),
            ),
        }
    }

    fn observe(&self, labels: &Labels, call: &LlmCall<'_>) {
        let trace = Trace {
            id: call.trace_id,
            ended_at: call.ended_at,
        };
        let with_status = with(labels, "status_code", &status_code(call.status));
        self.duration
            .with(&with_status, |times| trace.observe(times, call.duration));
        let Some(first) = call.first else { return };
        self.first_token
            .with(labels, |times| trace.observe(times, first.token));
        self.first_byte
            .with(labels, |times| times.observe(first.byte.as_secs_f64()));
        let streamed = call.duration.saturating_sub(first.byte).as_secs_f64();
        let output = call.usage.map_or(0, |usage| usage.output);
        if output > 0 && streamed > 0.0 {
            #[expect(clippy::cast_precision_loss, reason = "a rate")]
            let rate = output as f64 / streamed;
            self.tokens_per_second
                .with(labels, |rates| rates.observe(rate));
        }
    }
}

impl Tokens {
    fn register(registry: &mut Registry) -> Self {
        Self {
            uncached: Bounded::register(
                registry,
                "llm_tokens",
                "Tokens outside caches, by type",
                Counter::default,
            ),
            cached: Bounded::register(
                registry,
                "llm_cache_tokens",
                "Tokens read from and written to caches of providers",
                Counter::default,
            ),
            of_call: Bounded::register(
                registry,
                "llm_token_usage",
                "Input and output tokens of a call",
                || Histogram::new(TOKENS),
            ),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts go into wide buckets")]
    fn observe(&self, labels: &Labels, usage: &Usage) {
        for (family, key, kind, tokens) in [
            (&self.uncached, "type", "input", usage.input),
            (&self.uncached, "type", "output", usage.output),
            (&self.cached, "cache_type", "read", usage.cache_read),
            (&self.cached, "cache_type", "write", usage.cache_write),
        ] {
            if tokens > 0 {
                family.with(&with(labels, key, kind), |counter| {
                    counter.inc_by(tokens);
                });
            }
        }
        let both = usage.input.saturating_add(usage.output);
        self.of_call
            .with(labels, |counts| counts.observe(both as f64));
    }
}

impl Money {
    fn register(registry: &mut Registry) -> Self {
        Self {
            cost: Bounded::register(
                registry,
                "llm_cost",
                "Cost of model calls in USD",
                Usd::default,
            ),
            cache_cost: Bounded::register(
                registry,
                "llm_cache_cost",
                "Cost of reading and writing caches in USD",
                Usd::default,
            ),
            cache_savings: Bounded::register(
                registry,
                "llm_cache_savings",
                "USD that reading from caches saved",
                Usd::default,
            ),
        }
    }

    fn observe(&self, labels: &Labels, call: &LlmCall<'_>) {
        add_usd(&self.cost, labels, call.cost_pico);
        let cache = call.cache;
        add_usd(&self.cache_cost, labels, cache.map(|cache| cache.cost_pico));
        add_usd(
            &self.cache_savings,
            labels,
            cache.map(|cache| cache.saved_pico),
        );
    }
}

/// What costs nothing is a series of zero, so that its first cent is seen as an increase. A counter never falls.
fn add_usd(family: &Bounded<Usd>, labels: &Labels, pico: Option<i64>) {
    if let Some(pico) = pico.filter(|pico| *pico >= 0) {
        family.with(labels, |sum| {
            sum.inc_by(usd(pico));
        });
    }
}
