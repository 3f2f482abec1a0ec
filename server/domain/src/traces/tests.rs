#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::SpanData;

use super::*;

/// What a collector would get.
#[derive(Debug, Clone, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

fn on() -> (Traces, Exported) {
    let exported = Exported::default();
    let settings = Settings {
        sample_rate: 1.0,
        content: None,
        verbose: false,
    };
    let resource = Resource::builder_empty().build();
    (
        Traces::told_to(exported.clone(), resource, settings),
        exported,
    )
}

fn headers(traceparent: &str) -> HeaderMap {
    let value = HeaderValue::from_str(traceparent).unwrap();
    HeaderMap::from_iter([(http::HeaderName::from_static("traceparent"), value)])
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

#[test]
fn where_no_traces_are_made_a_callers_header_stays_as_it_is() {
    let sent = headers(&format!("00-{TRACE}-{SPAN}-01"));
    let mut passed = sent.clone();
    let (unwanted, _) = on();
    unwanted.want(false);
    for traces in [Traces::default(), unwanted] {
        let trace = traces.begin_in(&traces.caller(&sent), SpanKind::Client, "call");
        trace.inject(&mut passed);
        assert!(!trace.is_recorded());
        assert_eq!(trace.id(), None);
        assert_eq!(passed, sent);
        assert_eq!(trace.pairs(), []);
    }
}

#[test]
fn a_span_is_a_part_of_its_callers_trace_and_so_is_what_it_calls() {
    let (traces, exported) = on();
    let mut sent = headers(&format!("00-{TRACE}-{SPAN}-01"));
    let trace = traces.begin_in(&traces.caller(&sent), SpanKind::Client, "call");
    trace.inject(&mut sent);
    assert_eq!(trace.id().as_deref(), Some(TRACE));
    drop(trace);
    traces.close();
    let spans = exported.0.lock().unwrap();
    let span = spans.first().unwrap();
    assert_eq!(span.parent_span_id.to_string(), SPAN);
    let own = span.span_context.span_id();
    assert_eq!(sent["traceparent"], format!("00-{TRACE}-{own}-01"));
}

#[test]
fn a_caller_who_leaves_its_trace_out_is_heard() {
    let (traces, exported) = on();
    let sent = headers(&format!("00-{TRACE}-{SPAN}-00"));
    let trace = traces.begin_in(&traces.caller(&sent), SpanKind::Client, "call");
    assert!(!trace.is_recorded());
    assert_eq!(trace.id(), None);
    assert_eq!(trace.pairs()[0].0, "traceparent");
    assert!(trace.pairs()[0].1.ends_with("-00"));
    drop(trace);
    traces.close();
    assert_eq!(exported.0.lock().unwrap().len(), 0);
}

#[test]
fn a_header_that_is_none_begins_a_trace() {
    let (traces, _) = on();
    for wrong in [
        "",
        "-",
        "00",
        "00-00000000000000000000000000000000-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-é-b7ad6b7169203331-01",
    ] {
        let mut sent = HeaderMap::new();
        sent.insert(
            "traceparent",
            HeaderValue::from_bytes(wrong.as_bytes()).unwrap(),
        );
        let trace = traces.begin_in(&traces.caller(&sent), SpanKind::Client, "call");
        assert_ne!(trace.id().as_deref(), Some(TRACE), "{wrong}");
        assert!(trace.is_recorded(), "{wrong}");
    }
}

#[test]
fn content_is_cut_at_a_character() {
    let (traces, exported) = on();
    let trace = traces.begin(SpanKind::Client, "call");
    trace.content("event", "said", "ééé".as_bytes(), 2);
    drop(trace);
    traces.close();
    let spans = exported.0.lock().unwrap();
    let said = &spans[0].events.events[0].attributes[0].value;
    assert_eq!(said.as_str(), "éé");
}
