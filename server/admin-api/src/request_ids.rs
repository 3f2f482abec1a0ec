//! Every request has an id: the caller's, if it is a UUID, or one of ours. It is in the answer, in each line that is logged
//! meanwhile, and in the audit log.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use tracing::Instrument as _;
use uuid::Uuid;

const HEADER: &str = "x-request-id";

#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(HEADER);
    let id = sent
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or_else(Uuid::now_v7);
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", %id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
