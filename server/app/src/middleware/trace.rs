//! A request as a span, and its trace in the log.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::traces::Traces;
use opentelemetry::KeyValue;
use opentelemetry::context::FutureExt as _;
use opentelemetry::trace::SpanKind;
use tracing::Instrument as _;

/// The admin API and pages: told only where it is asked for.
const OTHER: &str = "api";

pub(super) async fn traced(traces: &Traces, route: &str, request: Request, next: Next) -> Response {
    let category = category(route);
    if !traces.are_wanted() || category == OTHER && !traces.are_verbose() {
        return next.run(request).await;
    }
    let parent = traces.caller(request.headers());
    let name = format!("{} {route}", request.method());
    let trace = traces.begin_in(&parent, SpanKind::Server, name);
    trace.set([
        KeyValue::new("http.request.method", request.method().to_string()),
        KeyValue::new("http.route", route.to_owned()),
        KeyValue::new("route.category", category),
    ]);
    let answering = next.run(request).with_context(trace.context());
    let response = match trace.id() {
        Some(trace_id) => {
            answering
                .instrument(tracing::info_span!("trace", trace_id))
                .await
        }
        None => answering.await,
    };
    let status = response.status();
    trace.set([KeyValue::new(
        "http.response.status_code",
        i64::from(status.as_u16()),
    )]);
    if status.is_server_error() {
        trace.failed(status.as_u16().to_string(), "the request failed");
    }
    response
}

fn category(route: &str) -> &'static str {
    let begins = |start| route.starts_with(start);
    match () {
        () if begins("/v1/mcp") => "mcp-gateway",
        () if begins("/v1/") => "llm-proxy",
        () if begins("/api/chat") => "chat",
        () => OTHER,
    }
}
