//! Reads a finished call into its row: on the recorder's thread, where nobody waits.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use db::interactions::{Interaction, NewInteraction, NewOptimization};
use domain::metrics::{First, LlmCall, Run};
use domain::pricing::{CacheCost, Price};
use domain::snapshot::Snapshot;
use llm::dialect::{RequestFacts, ResponseFacts};
use llm::prices::names_of;
use uuid::{Builder, Uuid};
use zstd::bulk::Compressor;

use super::{Call, Ending};

/// Bodies are many and small: a higher level costs more time than it saves room.
const COMPRESSION_LEVEL: i32 = 1;
/// For bodies so short that writing down how often each byte occurs takes longer than all the rest of reading a call.
const SHORT_BODY: usize = 1024;
const SHORT_COMPRESSION_LEVEL: i32 = -1;
/// Of a call that is passed through without being understood (a file, say), this much of each body is kept.
const UNREAD_BODY: usize = 256 * 1024;
/// An error text in a row; the whole of it is in the response.
const LONGEST_TEXT: usize = 2_000;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(COMPRESSION_LEVEL).ok());
    static SHORT_COMPRESSOR: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(SHORT_COMPRESSION_LEVEL).ok());
    static NEXT_NUMBER: Cell<u64> = Cell::new(Uuid::new_v4().as_u64_pair().1);
}

/// What was read out of the two bodies.
pub(super) struct Facts {
    pub(super) asked: RequestFacts,
    pub(super) answered: ResponseFacts,
    pub(super) requested_model: Option<String>,
    pub(super) cost_pico: Option<i64>,
    baseline_cost_pico: Option<i64>,
    cache: Option<CacheCost>,
    pub(super) outcome: &'static str,
    pub(super) error: Option<String>,
}

impl Call {
    pub(super) fn digest(self: Box<Self>, snapshot: &Snapshot) -> NewInteraction {
        let facts = self.read(snapshot);
        if self.operation.is_some() {
            self.measure(&facts, snapshot);
        }
        self.tell_trace(&facts, snapshot);
        let (request, response, truncated) = self.bodies(&facts);
        NewInteraction {
            model_names: self.model_names(&facts),
            optimization: self.optimization(&facts),
            row: self.row(facts),
            request,
            response,
            truncated,
        }
    }

    fn read(&self, snapshot: &Snapshot) -> Facts {
        let Some(operation) = &self.operation else {
            let answered = ResponseFacts::default();
            let (outcome, error) = self.outcome(&unread());
            let asked = RequestFacts::default();
            return Facts {
                asked,
                answered,
                requested_model: None,
                cost_pico: None,
                baseline_cost_pico: None,
                cache: None,
                outcome,
                error,
            };
        };
        let asked = operation.dialect.read_request(&self.request);
        let answered = if self.encoding.is_some() {
            unread()
        } else if self.is_events || operation.streaming_in_path {
            operation.dialect.read_stream(&self.response)
        } else {
            operation.dialect.read_response(&self.response)
        };
        let requested_model = operation
            .model_in_path
            .clone()
            .or_else(|| asked.model.clone());
        let price = |model: Option<&str>| snapshot.price(self.provider, model?);
        let cost = |price: Option<Price>| price?.cost(&answered.usage?);
        let called = self.called(requested_model.as_deref());
        let paid = price(answered.model.as_deref()).or_else(|| price(called));
        let cache = paid
            .as_ref()
            .and_then(|price| price.cache_cost(&answered.usage?));
        let cost_pico = cost(paid);
        // Told only where another model was called.
        let asked_for = requested_model
            .as_deref()
            .filter(|_| self.optimized.is_some());
        let baseline_cost_pico = cost(price(asked_for));
        let (outcome, error) = self.outcome(&answered);
        Facts {
            asked,
            answered,
            requested_model,
            cost_pico,
            baseline_cost_pico,
            cache,
            outcome,
            error,
        }
    }

    /// The model that went up.
    pub(super) fn called<'a>(&'a self, requested: Option<&'a str>) -> Option<&'a str> {
        let chosen = self.optimized.as_ref();
        chosen.map(|(_, model)| model.as_str()).or(requested)
    }

    /// Every name of the model that was paid for, for limits on models.
    fn model_names(&self, facts: &Facts) -> Vec<String> {
        let answered = facts.answered.model.as_deref();
        let models = [answered, self.called(facts.requested_model.as_deref())];
        let names = models.into_iter().flatten();
        names
            .flat_map(|model| names_of(self.provider, model))
            .map(storable)
            .collect()
    }

    fn optimization(&self, facts: &Facts) -> Option<NewOptimization> {
        let (rule_id, model) = self.optimized.clone()?;
        Some(NewOptimization {
            rule_id,
            model: storable(model),
            baseline_cost_pico: facts.baseline_cost_pico,
        })
    }

    fn outcome(&self, answered: &ResponseFacts) -> (&'static str, Option<String>) {
        let said = answered.error.clone();
        match &self.ending {
            Ending::Failed { outcome, error } => (outcome, Some(error.clone())),
            // Many clients hang up as soon as they have seen the end of a stream.
            Ending::ClientLeft if !(self.is_events && answered.complete) => ("client_left", said),
            _ if self.status >= 500 => ("upstream_error", said),
            _ if self.status >= 400 => ("client_error", said),
            _ if said.is_some() => ("upstream_error", said),
            _ if self.is_events && !answered.complete && answered.finish_reason.is_none() => {
                ("upstream_error", Some("the stream has no end".to_owned()))
            }
            _ => ("ok", self.encoding.as_ref().map(|encoding| {
                format!("the answer came compressed ({encoding:?}) although it was asked not to; its tokens are not known")
            })),
        }
    }

    /// The response as the row keeps it: a stream put together again where that is possible.
    fn bodies(&self, facts: &Facts) -> (Vec<u8>, Vec<u8>, bool) {
        let assembled = facts.answered.assembled.as_ref().map(ToString::to_string);
        let response = assembled
            .as_deref()
            .map_or(self.response.as_slice(), str::as_bytes);
        let kept = if self.operation.is_some() {
            usize::MAX
        } else {
            UNREAD_BODY
        };
        let cut = |body: &[u8]| body.len() > kept;
        let keep = |body: &[u8]| compress(&body[..body.len().min(kept)]);
        let is_short = self.response.len() as u64 != self.response_bytes;
        (
            keep(&self.request),
            keep(response),
            is_short || cut(&self.request) || cut(response),
        )
    }

    fn row(self, facts: Facts) -> Interaction {
        let session = self.headers.session().or_else(|| {
            let session = facts.asked.session.as_ref()?;
            Some((session.id.clone(), session.source))
        });
        let (session_id, session_source) = session.unzip();
        let usage = facts.answered.usage;
        let tokens = |part: u64| i64::try_from(part).unwrap_or(i64::MAX);
        Interaction {
            id: self.id(),
            created_at: self.created_at,
            agent_id: self.agent,
            external_agent_id: self.headers.external_agent().map(storable),
            user_id: self
                .user_id
                .clone()
                .or_else(|| self.headers.user())
                .map(storable),
            session_id: session_id.map(storable),
            session_source: session_source.map(str::to_owned),
            provider: self.provider.to_owned(),
            kind: self.operation.as_ref().map_or_else(
                || format!("{}:other", self.provider),
                |operation| operation.kind.to_owned(),
            ),
            requested_model: facts.requested_model.map(storable),
            model: facts.answered.model.map(storable),
            stream: self.is_events || self.asks_for_stream(&facts.asked),
            status: i32::from(self.status),
            outcome: facts.outcome.to_owned(),
            error: facts.error.map(storable),
            input_tokens: usage.map(|usage| tokens(usage.input)),
            output_tokens: usage.map(|usage| tokens(usage.output)),
            cache_read_tokens: usage.map(|usage| tokens(usage.cache_read)),
            cache_write_tokens: usage.map(|usage| tokens(usage.cache_write)),
            cost_pico: facts.cost_pico,
            first_byte_us: self.first_byte.map(micros),
            duration_us: micros(self.duration),
            tool_call_count: i32::try_from(facts.answered.tool_calls.len()).unwrap_or(i32::MAX),
            request_bytes: i64::try_from(self.request.len()).unwrap_or(i64::MAX),
            response_bytes: i64::try_from(self.response_bytes).unwrap_or(i64::MAX),
        }
    }

    pub(super) fn asks_for_stream(&self, asked: &RequestFacts) -> bool {
        asked.stream
            || self
                .operation
                .as_ref()
                .is_some_and(|operation| operation.streaming_in_path)
    }

    /// A `UUIDv7` of the moment the call began, so that ids order calls and the retention finds the old ones. Finer than
    /// the usual millisecond, in which a quick client calls twice.
    fn id(&self) -> Uuid {
        let millis = u64::try_from(self.created_at.timestamp_millis()).unwrap_or(0);
        // In 4096ths of a millisecond (RFC 9562, 6.2, method 3).
        let fraction = self.created_at.timestamp_subsec_nanos() % 1_000_000 * 4096 / 1_000_000;
        // The rest has to differ, not to surprise: counting on from a random start spares system calls.
        let number = NEXT_NUMBER.replace(NEXT_NUMBER.get().wrapping_add(1));
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&fraction.to_be_bytes()[2..]);
        bytes[2..].copy_from_slice(&number.to_be_bytes());
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn measure(&self, facts: &Facts, snapshot: &Snapshot) {
        let is_ours =
            matches!(facts.outcome, "client_error" | "proxy_error") && self.upstream_status == 0;
        let first_byte = self.first_byte.filter(|_| self.is_events);
        let first = first_byte.zip(self.sent).map(|(byte, sent)| First {
            byte,
            token: byte.saturating_sub(sent),
        });
        let (run, external_agent) = (self.headers.run(), self.headers.external_agent());
        let trace_id = self.trace.id();
        self.platform.metrics.llm_call(&LlmCall {
            provider: self.provider,
            model: self.model_label(facts, snapshot),
            source: self.source,
            run: run.as_deref().map(|id| Run {
                id,
                external_agent_id: external_agent.as_deref().unwrap_or_default(),
            }),
            agent: self
                .agent
                .and_then(|agent| snapshot.agent(&agent.to_string())),
            status: if is_ours {
                self.status
            } else {
                self.upstream_status
            },
            usage: facts.answered.usage.as_ref(),
            cost_pico: facts.cost_pico,
            cache: facts.cache,
            duration: self.duration,
            first,
            ended_at: self.created_at + self.duration,
            trace_id: trace_id.as_deref(),
        });
    }

    /// Never a name that a client made up: each would be a series of its own.
    fn model_label<'a>(&self, facts: &'a Facts, snapshot: &Snapshot) -> &'a str {
        let succeeded = (200..300).contains(&self.upstream_status);
        let answered = facts.answered.model.as_deref().filter(|_| succeeded);
        let priced = |model: &&str| snapshot.price(self.provider, model).is_some();
        answered
            .or_else(|| facts.requested_model.as_deref().filter(priced))
            .unwrap_or("other")
    }
}

/// Of an answer that nobody can read, there is nothing to say against it either.
fn unread() -> ResponseFacts {
    ResponseFacts {
        complete: true,
        ..ResponseFacts::default()
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Postgres refuses texts with a NUL in them.
fn storable(text: String) -> String {
    let text = if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    };
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    text.chars().take(LONGEST_TEXT).collect()
}

fn compress(body: &[u8]) -> Vec<u8> {
    let compressor = if body.len() < SHORT_BODY {
        &SHORT_COMPRESSOR
    } else {
        &COMPRESSOR
    };
    compressor.with_borrow_mut(|compressor| {
        let compressed = compressor
            .as_mut()
            .and_then(|compressor| compressor.compress(body).ok());
        // zstd fails only for want of memory.
        compressed.unwrap_or_default()
    })
}
