//! What holds for every route, as layers around all of them. Which route understands what of it, its description says.

use std::sync::Arc;

use axum::{Router, middleware};
use domain::platform::Platform;
use serde_json::Value;

use crate::{authenticate, document, idempotency, pages, permissions, rate_limits, versions};

/// Around every route, from the outside to the inside: how much of it, who calls, once, whether they may, of which version,
/// how much of the answer. What a route understands of that is what its description says.
pub(crate) fn around(
    routes: Router<Arc<Platform>>,
    platform: &Arc<Platform>,
    api: &Value,
) -> Router<Arc<Platform>> {
    let limits = rate_limits::RateLimits::new(platform);
    let keys = idempotency::Idempotency::new(platform, document::with_idempotency_key(api));
    let plain = routes.clone().with_state(platform.clone());
    let versions = versions::Versions::new(platform, document::with_versions(api), plain);
    let lists: pages::Lists = Arc::new(document::bare_lists(api));
    routes
        .route_layer(middleware::from_fn_with_state(lists, pages::narrow))
        .route_layer(middleware::from_fn_with_state(versions, versions::check))
        .route_layer(middleware::from_fn_with_state(
            platform.clone(),
            permissions::authorise,
        ))
        .route_layer(middleware::from_fn_with_state(keys, idempotency::once))
        .route_layer(middleware::from_fn_with_state(
            limits.clone(),
            rate_limits::of_caller,
        ))
        .route_layer(middleware::from_fn_with_state(
            platform.clone(),
            authenticate::authenticate,
        ))
        .route_layer(middleware::from_fn_with_state(
            limits,
            rate_limits::of_address,
        ))
}
