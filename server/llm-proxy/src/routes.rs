//! The plane's URLs: one prefix a provider, everything below it through the same pipeline.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::any;
use llm::providers::providers;

use crate::{Proxy, pipeline};

/// In front of every provider's id.
pub(crate) const PREFIX: &str = "/v1/";

pub(crate) fn routes(proxy: Arc<Proxy>) -> Router {
    let mut router = Router::new();
    for provider in providers() {
        let base = format!("{PREFIX}{}", provider.id);
        let complete = any(move |State(proxy): State<Arc<Proxy>>, request: Request| {
            pipeline::complete(proxy, provider, request)
        });
        router = router
            .route(&base, complete.clone())
            .route(&format!("{base}/"), complete.clone())
            .route(&format!("{base}/{{*rest}}"), complete);
    }
    router.with_state(proxy)
}
