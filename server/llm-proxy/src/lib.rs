//! The LLM proxy plane: a provider's own API behind one base URL, every call recorded.
//!
//! The client's bytes go up and the provider's bytes come down unchanged, but for keys in errors (`masking`). What a call was about is read from copies of
//! them, later and on another thread (`recording`). Where calls go comes from the configuration, never from a request.

mod routes;

mod pipeline;

mod routing;

mod authenticate;

mod optimization;

mod limits;

mod payment;

mod upstream;

mod vertex;

mod streaming;

mod masking;

mod recording;

mod error;

use std::sync::Arc;

use domain::platform::Platform;

/// `/v1/openai`, `/v1/anthropic`, `/v1/gemini` and everything below them.
pub fn router(platform: Arc<Platform>) -> axum::Router {
    routes::routes(Arc::new(Proxy {
        upstreams: upstream::Upstreams::new(&platform.upstreams, platform.provider_keys.clone()),
        platform,
    }))
}

/// The plane's state.
struct Proxy {
    platform: Arc<Platform>,
    upstreams: upstream::Upstreams,
}
