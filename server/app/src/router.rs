//! The whole URL map on one screen.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use axum::{Router, middleware as layer};
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
    pub(crate) api: Router,
    pub(crate) proxy: Router,
    pub(crate) gateway: Router,
    pub(crate) metrics: Router,
}

/// `/api` for people and scripts, with its description.
pub(crate) fn api_router(platform: &Arc<Platform>, chat: &Arc<Chat>) -> Router {
    let (api, document) = admin_api::router(platform, chat::router(chat));
    // As a tree it would take ten times the memory, for as long as the program runs.
    let text = Bytes::from(openapi::titled(document).to_string());
    let json = [(header::CONTENT_TYPE, "application/json")];
    api.route("/openapi.json", get(async move || (json, text)))
}

/// Ports 9000 and 3000: `/v1` the planes for programs, `/api` the one for people and scripts, and, on 3000, the UI.
pub(crate) fn router(
    platform: &Arc<Platform>,
    origins: &Origins,
    planes: &Planes,
    with_ui: bool,
) -> Router {
    let api = planes
        .api
        .clone()
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
        .layer(CompressionLayer::new())
}
