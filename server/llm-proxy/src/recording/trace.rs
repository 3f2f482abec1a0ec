//! What a collector of traces is told about a call, by the conventions for generative AI.

use domain::pricing::usd;
use domain::snapshot::Snapshot;
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::Call;
use super::digest::Facts;

impl Call {
    pub(super) fn tell_trace(&self, facts: &Facts, snapshot: &Snapshot) {
        if !self.trace.is_recorded() {
            return;
        }
        let operation = self.operation_name();
        let model = self.called(facts.requested_model.as_deref());
        self.trace.name(match model {
            Some(model) => format!("{operation} {model}"),
            None => operation.to_owned(),
        });
        let mut told = Told(Vec::with_capacity(24));
        told.text("gen_ai.operation.name", Some(operation));
        told.text("gen_ai.provider.name", Some(provider_name(self.provider)));
        told.text("gen_ai.request.model", model);
        told.some(
            "gen_ai.request.streaming",
            Some(self.asks_for_stream(&facts.asked)),
        );
        told.text("server.address", self.server_address());
        self.tell_caller(&mut told, facts, snapshot);
        tell_answer(&mut told, facts);
        told.some("http.response.status_code", Some(i64::from(self.status)));
        told.some("archestra.cost", facts.cost_pico.map(usd));
        self.trace.set(told.0);
        self.tell_content(facts);
        if facts.outcome != "ok" {
            let why = facts.error.clone().unwrap_or_default();
            self.trace.failed(facts.outcome, why);
        }
        let duration = chrono::TimeDelta::from_std(self.duration).unwrap_or_default();
        self.trace.end_at((self.created_at + duration).into());
    }

    fn tell_caller(&self, told: &mut Told, facts: &Facts, snapshot: &Snapshot) {
        let agent = self.agent.map(|agent| agent.to_string());
        let known = agent.as_deref().and_then(|agent| snapshot.agent(agent));
        told.text("gen_ai.agent.id", agent.as_deref());
        told.text("gen_ai.agent.name", known.map(|agent| agent.name.as_str()));
        for (key, value) in known.iter().flat_map(|agent| &agent.labels) {
            let key = format!("archestra.agent.label.{key}");
            told.0.push(KeyValue::new(key, value.clone()));
        }
        let session = self.headers.session().map(|(id, _)| id);
        let session = session.or_else(|| Some(facts.asked.session.as_ref()?.id.clone()));
        told.text("gen_ai.conversation.id", session.as_deref());
        let external = self.headers.external_agent();
        told.text("archestra.external_agent_id", external.as_deref());
        let user = self.user_id.clone().or_else(|| self.headers.user());
        told.text("archestra.user.id", user.as_deref());
    }

    /// What was asked and answered, where it was agreed to that it be told.
    fn tell_content(&self, facts: &Facts) {
        let Some(limit) = self.platform.traces.content() else {
            return;
        };
        let assembled = facts.answered.assembled.as_ref().map(ToString::to_string);
        let answer = assembled
            .as_ref()
            .map_or(&self.response[..], String::as_bytes);
        for (event, key, said) in [
            ("gen_ai.content.prompt", "gen_ai.prompt", &self.request[..]),
            ("gen_ai.content.completion", "gen_ai.completion", answer),
        ] {
            self.trace.content(event, key, said, limit);
        }
    }

    fn server_address(&self) -> Option<&str> {
        self.platform
            .upstreams
            .of(self.provider)?
            .base_url
            .host_str()
    }

    fn operation_name(&self) -> &'static str {
        let kind = self
            .operation
            .as_ref()
            .map_or("", |operation| operation.kind);
        match kind.split_once(':').map_or("", |(_, operation)| operation) {
            "generateContent" => "generate_content",
            "embeddings" | "embedContent" | "batchEmbedContents" => "embeddings",
            "countTokens" => "count_tokens",
            "chatCompletions" | "responses" | "responsesCompact" | "messages" => "chat",
            _ => "request",
        }
    }
}

/// As the conventions call it.
fn provider_name(id: &str) -> &str {
    match id {
        "gemini" => "gcp.gemini",
        id => id,
    }
}

fn tell_answer(told: &mut Told, facts: &Facts) {
    let answered = &facts.answered;
    told.text("gen_ai.response.model", answered.model.as_deref());
    told.text("gen_ai.response.id", answered.response_id.as_deref());
    if let Some(reason) = &answered.finish_reason {
        let reasons = Value::Array(Array::String(vec![StringValue::from(reason.clone())]));
        told.0
            .push(KeyValue::new("gen_ai.response.finish_reasons", reasons));
    }
    let Some(usage) = &answered.usage else { return };
    for (key, tokens) in [
        ("gen_ai.usage.input_tokens", usage.prompt()),
        ("gen_ai.usage.output_tokens", usage.output),
        (
            "gen_ai.usage.total_tokens",
            usage.prompt().saturating_add(usage.output),
        ),
        ("gen_ai.usage.cache_read.input_tokens", usage.cache_read),
        (
            "gen_ai.usage.cache_creation.input_tokens",
            usage.cache_write,
        ),
        ("gen_ai.usage.reasoning.output_tokens", usage.reasoning),
    ] {
        told.some(key, i64::try_from(tokens).ok());
    }
}

/// Attributes, as far as there is something to say.
struct Told(Vec<KeyValue>);

impl Told {
    fn text(&mut self, key: &'static str, value: Option<&str>) {
        self.some(key, value.map(str::to_owned));
    }

    fn some(&mut self, key: &'static str, value: Option<impl Into<Value>>) {
        self.0.extend(value.map(|value| KeyValue::new(key, value)));
    }
}
