//! One call, top to bottom: a line per step, a file per step.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use domain::snapshot::Snapshot;
use llm::providers::Provider;

use crate::recording::Recording;
use crate::routing::Route;
use crate::upstream::Patience;
use crate::{Proxy, authenticate, limits, optimization, payment, routing, streaming, upstream};

/// Answers a call, whatever happens to it, and has it recorded, also when the client leaves midway.
pub(crate) async fn complete(
    proxy: Arc<Proxy>,
    provider: &'static Provider,
    request: Request,
) -> Response {
    let snapshot = Arc::clone(&proxy.platform.snapshot.load());
    let uri = request.uri().clone();
    let route = routing::route(&snapshot, provider, request.method(), uri.path());
    if let Some(greeting) = route.greeting(request.method()) {
        return greeting;
    }
    let recording = Recording::begin(&proxy.platform, &route, &request);
    forward(&proxy, &snapshot, route, request, recording).await
}

async fn forward(
    proxy: &Proxy,
    snapshot: &Snapshot,
    mut route: Route<'_>,
    request: Request,
    mut recording: Recording,
) -> Response {
    let settings = &proxy.platform.upstreams;
    let answer = async {
        let (mut head, body) = request.into_parts();
        // The whole request comes first: an answer before its end would break the connection of a client still sending.
        let body = upstream::request_body(body, settings.body_limit, Patience::default()).await?;
        recording.request(&body);
        route.check()?;
        let server_pays = proxy.upstreams.vertex_for(&route).is_some();
        let now = proxy.platform.clock.now();
        let caller = authenticate::caller(snapshot, now, &route, server_pays, &mut head)?;
        recording.caller(&caller);
        recording.inject(&mut head.headers);
        let body = optimization::optimized(snapshot, &mut route, body, &mut recording);
        limits::check(&proxy.platform, snapshot, &route, &head.method, &body)?;
        let paid = payment::payment(&proxy.platform, snapshot, &route, &caller).await?;
        let paid = paid.as_ref();
        let request = proxy.upstreams.request(&route, paid, head, body).await?;
        recording.sent();
        proxy.upstreams.send(route.provider, request).await
    };
    match answer.await {
        Ok(answer) => streaming::relay(answer, &route, settings.timeout, recording),
        Err(failure) => recording.failed(&failure, route.dialect()),
    }
}
