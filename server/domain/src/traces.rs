//! Traces: what took how long within what, across programs, told to an OpenTelemetry collector.
//!
//! A span begins within the context of its task (`opentelemetry::Context::current`), which a request's own headers start.
//! Where no traces are made, everything here is empty and does nothing.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{
    SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanExporter};
use uuid::Uuid;

/// How many and how much.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The share of traces begun here that is told, 0 to 1. Who begins a trace elsewhere decides about it.
    pub sample_rate: f64,
    /// So many characters of what models and tools are sent and answer; none if it is to stay out.
    pub content: Option<usize>,
    /// Requests of all kinds, not only those to models, tools and the chat.
    pub verbose: bool,
}

/// A value of the context in which a chat calls a tool.
#[derive(Debug)]
pub struct Occasion {
    pub conversation: Uuid,
    /// The model's id for the call.
    pub call: String,
}

#[derive(Debug, Clone, Default)]
pub struct Traces(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    /// Somebody takes them.
    wanted: AtomicBool,
    settings: Settings,
}

/// What other tracing systems add.
const STATE: &str = "tracestate";
/// How long a stop waits for the last spans.
const LAST_SPANS: Duration = Duration::from_secs(2);

impl Traces {
    pub fn told_to(
        exporter: impl SpanExporter + 'static,
        resource: Resource,
        settings: Settings,
    ) -> Self {
        let root = Sampler::TraceIdRatioBased(settings.sample_rate);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(Sampler::ParentBased(Box::new(root)))
            .with_batch_exporter(exporter)
            .build();
        Self(Some(Arc::new(Inner {
            tracer: provider.tracer("archestra"),
            provider,
            wanted: AtomicBool::new(true),
            settings,
        })))
    }

    /// Whether anybody takes them now.
    pub fn want(&self, wanted: bool) {
        if let Some(inner) = &self.0 {
            inner.wanted.store(wanted, Ordering::Relaxed);
        }
    }

    pub fn are_wanted(&self) -> bool {
        self.inner().is_some()
    }

    fn inner(&self) -> Option<&Arc<Inner>> {
        self.0
            .as_ref()
            .filter(|inner| inner.wanted.load(Ordering::Relaxed))
    }

    /// Whether requests of all kinds are told.
    pub fn are_verbose(&self) -> bool {
        self.inner().is_some_and(|inner| inner.settings.verbose)
    }

    /// So many characters of what is said may be told.
    pub fn content(&self) -> Option<usize> {
        self.inner()?.settings.content
    }

    /// What a caller of ours is in the middle of.
    pub fn caller(&self, headers: &HeaderMap) -> Context {
        self.read(&HeaderExtractor(headers))
    }

    /// The same, from what an MCP client says in `_meta`; else the task's own.
    pub fn read(&self, carrier: &dyn Extractor) -> Context {
        if self.inner().is_none() || carrier.get("traceparent").is_none() {
            return Context::current();
        }
        TraceContextPropagator::new().extract_with_context(&Context::current(), carrier)
    }

    /// A span within the task's context.
    pub fn begin(&self, kind: SpanKind, name: impl Into<Cow<'static, str>>) -> Trace {
        self.begin_in(&Context::current(), kind, name)
    }

    pub fn begin_in(
        &self,
        parent: &Context,
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
    ) -> Trace {
        let Some(inner) = self.inner() else {
            return Trace::default();
        };
        let builder = inner.tracer.span_builder(name).with_kind(kind);
        let span = inner.tracer.build_with_context(builder, parent);
        Trace(Some(parent.with_span(span)))
    }

    /// Tells what has ended. Blocks, for two seconds at most.
    pub fn close(&self) {
        if let Some(inner) = &self.0 {
            // A collector that is away has been told of in the log already.
            let _ = inner.provider.shutdown_with_timeout(LAST_SPANS);
        }
    }
}

/// A span; nothing where no traces are made. It ends when it is told to, or when the last copy is dropped.
#[derive(Debug, Clone, Default)]
pub struct Trace(Option<Context>);

impl Trace {
    /// For what happens within it.
    pub fn context(&self) -> Context {
        self.0.clone().unwrap_or_else(Context::current)
    }

    /// Whether anything that is said about it is told to anybody.
    pub fn is_recorded(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|context| context.span().is_recording())
    }

    /// For logs and exemplars, where it is told to anybody.
    pub fn id(&self) -> Option<String> {
        let context = self.0.as_ref()?;
        let span = context.span();
        let told = span.span_context();
        told.is_sampled().then(|| told.trace_id().to_string())
    }

    pub fn name(&self, name: impl Into<Cow<'static, str>>) {
        if let Some(context) = &self.0 {
            context.span().update_name(name);
        }
    }

    pub fn set(&self, attributes: impl IntoIterator<Item = KeyValue>) {
        if let Some(context) = &self.0 {
            context.span().set_attributes(attributes);
        }
    }

    pub fn failed(&self, kind: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) {
        if let Some(context) = &self.0 {
            let span = context.span();
            span.set_attribute(KeyValue::new("error.type", kind.into()));
            span.set_status(Status::error(why));
        }
    }

    /// What was said, cut to so many characters.
    pub fn content(&self, event: &'static str, key: &'static str, said: &[u8], limit: usize) {
        if let Some(context) = &self.0 {
            let said: String = String::from_utf8_lossy(said).chars().take(limit).collect();
            let span = context.span();
            span.add_event(event, vec![KeyValue::new(key, said)]);
        }
    }

    pub fn end_at(&self, time: SystemTime) {
        if let Some(context) = &self.0 {
            context.span().end_with_timestamp(time);
        }
    }

    /// Tells the next program which trace it is a part of.
    pub fn inject(&self, headers: &mut HeaderMap) {
        if let Some(context) = &self.0 {
            TraceContextPropagator::new().inject_context(context, &mut HeaderInjector(headers));
            if headers.get(STATE).is_some_and(HeaderValue::is_empty) {
                headers.remove(STATE);
            }
        }
    }

    /// The same as pairs, for carriers that are no headers.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        self.inject(&mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }
}
