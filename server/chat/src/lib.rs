//! The chat plane: conversations of people with agents that have tools.
//!
//! An answer in the making (a *run*) belongs to the server, not to the page that asked for it. Models and tools are
//! reached through the proxy's and the gateway's own routers in this process, so whatever holds for other clients
//! (credentials, policies, records, prices) holds here.

mod routes;

mod extract;

mod error;

mod conversations;

mod enabled_tools;

mod export;

mod turns;

mod answers;

mod events;

mod ui_stream;

mod attachments;

mod status;

mod wire;

mod hub;

mod run;

mod parts;

mod history;

mod model;

mod tools;

mod demo;

mod context;

mod titles;

mod proposals;

mod recovery;

use std::sync::Arc;

use axum::Router;
use domain::platform::Platform;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use error::ChatError;

/// The plane's state.
pub struct Chat {
    platform: Arc<Platform>,
    /// The other planes, called in process.
    proxy: Router,
    gateway: Router,
    /// This replica, as leases of runs know it.
    holder: Uuid,
    hub: hub::Hub,
}

impl Chat {
    pub fn new(platform: Arc<Platform>, proxy: Router, gateway: Router) -> Arc<Self> {
        Arc::new(Self {
            platform,
            proxy,
            gateway,
            holder: Uuid::new_v4(),
            hub: hub::Hub::default(),
        })
    }

    /// Ends what replicas that are gone have left running, for ever.
    pub async fn run(self: Arc<Self>) {
        recovery::run(&self).await;
    }
}

/// `/api/chat` and everything below it. Whoever serves it puts [`domain::access::SignedIn`] into each request.
pub fn router<S>(chat: &Arc<Chat>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes::documented().with_state(chat.clone())
}

/// The description alone.
pub fn documented<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    // Nothing is ever called here, so that no state is needed.
    let (_, description) = routes::documented().split_for_parts();
    OpenApiRouter::with_openapi(description)
}

type State = axum::extract::State<Arc<Chat>>;
