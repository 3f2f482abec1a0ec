//! What a server lists beside its tools: prompts, resources, templates. Asked for live, kept for a moment, and taken from
//! what was kept when the server is slow or down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::snapshot::Server;
use mcp::client::CallOptions;
use mcp::era::method;
use mcp::object::Object;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::connect;
use crate::Gateway;
use crate::dispatch::Exchange;

/// A list is asked for again after this time; sooner when its server says that it has changed.
const FRESH: Duration = Duration::from_secs(30);
/// A server that does not list within this time is left out, or listed from memory.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) type Items = Arc<Vec<Box<RawValue>>>;

#[derive(Default)]
pub(crate) struct Lists(Mutex<Kept>);

/// By server and method.
type Kept = HashMap<(Uuid, &'static str), (Instant, Items)>;

impl Lists {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server has said that something of it has changed.
    pub(crate) fn forget(&self, server: Uuid) {
        self.kept().retain(|(of, _), _| *of != server);
    }
}

pub(crate) async fn items(exchange: &Exchange, server: &Server, method: &'static str) -> Items {
    let gateway: &Gateway = &exchange.gateway;
    let key = (server.id, method);
    let now = gateway.platform.clock.monotonic();
    let kept = gateway.lists.kept().get(&key).cloned();
    if let Some((at, items)) = &kept
        && now.saturating_duration_since(*at) < FRESH
    {
        return Arc::clone(items);
    }
    let asked = tokio::time::timeout(PATIENCE, ask(exchange, server, method)).await;
    match asked {
        Ok(Some(items)) => {
            let items = Arc::new(items);
            gateway.lists.kept().insert(key, (now, Arc::clone(&items)));
            items
        }
        _ => kept.map(|(_, items)| items).unwrap_or_default(),
    }
}

async fn ask(
    exchange: &Exchange,
    server: &Server,
    method: &'static str,
) -> Option<Vec<Box<RawValue>>> {
    let client = connect(exchange, server).await.ok()?;
    let capability = match method {
        method::PROMPTS_LIST => "prompts",
        _ => "resources",
    };
    let has = Object::parse(&client.server().capabilities)?
        .get(capability)
        .is_some();
    if !has {
        return Some(Vec::new());
    }
    let listed = client.list_all(method, CallOptions::default()).await;
    listed
        .inspect_err(|error| tracing::debug!(server = server.name, method, %error, "a server was left out of a list"))
        .ok()
}
