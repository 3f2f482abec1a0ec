//! Streams end when whoever reads them may no longer: a page that was left open is asked again at every change.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use domain::access::Permission;
use domain::platform::Platform;
use futures_util::StreamExt as _;
use http::header::CONTENT_TYPE;

use crate::authenticate::Caller;

pub(super) fn bounded(
    platform: &Arc<Platform>,
    caller: Option<Caller>,
    permission: Permission,
    response: Response,
) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let Some(caller) = caller.filter(|_| is_stream) else {
        return response;
    };
    let revoked = revoked(platform.clone(), caller.user.id, permission);
    let (head, body) = response.into_parts();
    let events = body.into_data_stream().take_until(revoked);
    Response::from_parts(head, Body::from_stream(events))
}

async fn revoked(platform: Arc<Platform>, user_id: String, permission: Permission) {
    let mut changes = platform.snapshot.changed();
    while changes.changed().await.is_ok() {
        let snapshot = platform.snapshot.load();
        let is_member = snapshot.user_role(&user_id).is_some();
        if !is_member || !permission.allows(&snapshot.grants_of(&user_id)) {
            return;
        }
    }
}
