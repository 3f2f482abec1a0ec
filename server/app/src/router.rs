//! The whole URL map on one screen.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router, middleware as layer};
use chat::Chat;
use domain::platform::Platform;
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::metrics::{MetricsState, metrics};
use crate::middleware::{self, Origins};
use crate::{health, openapi, ui};

/// What every port shares: the proxy has one pool of connections to the providers, the gateway one set of sessions.
pub(crate) struct Planes {
    pub(crate) proxy: Router,
    pub(crate) gateway: Router,
    pub(crate) chat: Arc<Chat>,
    pub(crate) metrics: Router,
}

/// Ports 9000 and 3000: `/v1` the planes for programs, `/api` the one for people and scripts, and, on 3000, the UI.
pub(crate) fn router(
    platform: &Arc<Platform>,
    origins: &Origins,
    planes: &Planes,
    with_ui: bool,
) -> Router {
    let (api, document) = admin_api::router(platform, chat::router(&planes.chat));
    let document = Arc::new(openapi::titled(document));
    let api = api
        .route("/openapi.json", get(async move || Json(document)))
        .route("/health", get(health::health).with_state(platform.clone()))
        .route("/ready", get(health::ready).with_state(platform.clone()))
        .layer(layer::from_fn(middleware::no_store));

    let pages = Router::new().route("/docs", get(ui::docs));
    let pages = if with_ui {
        pages.fallback(ui::serve)
    } else {
        pages
            .route("/assets/{*path}", get(ui::asset))
            .route("/theme.js", get(ui::asset))
            .route("/favicon.svg", get(ui::asset))
    };
    let pages = pages.layer(CompressionLayer::new());

    api.merge(pages)
        .layer(layer::from_fn(middleware::security_headers))
        .merge(planes.proxy.clone())
        .merge(planes.gateway.clone())
        .merge(planes.metrics.clone())
        .layer(layer::from_fn_with_state(
            platform.clone(),
            middleware::time,
        ))
        .layer(layer::from_fn_with_state(
            origins.clone(),
            middleware::check_origin,
        ))
        .layer(CatchPanicLayer::new())
}

/// Port 9050: `/metrics` alone.
pub(crate) fn metrics_router(platform: &Arc<Platform>, secret: Option<SecretString>) -> Router {
    let state = MetricsState {
        platform: platform.clone(),
        secret,
    };
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(state)
}
