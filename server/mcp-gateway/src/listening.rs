//! What servers say of their own accord, and the streams of clients that listen for it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use bytes::Bytes;
use domain::snapshot::Agent;
use futures_util::{StreamExt as _, stream};
use mcp::client::{Client, Notification};
use mcp::era::{meta, method};
use mcp::jsonrpc::{self, Id};
use mcp::object::Object;
use serde_json::value::RawValue;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Gateway;
use crate::answer::{COMMENT, KEEP_ALIVE, event, stream_response};
use crate::authenticate::Caller;
use crate::catalog::Catalog;
use crate::dispatch::Exchange;
use crate::request::Request;
use crate::session::Session;

/// A stream that is this far behind misses notifications; they only say that something is to be asked for again.
const BACKLOG: usize = 256;

/// One server's notification.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    server: Uuid,
    notification: Arc<Notification>,
}

/// Every notification of every connected server, for whoever listens.
pub(crate) struct Hub {
    said: broadcast::Sender<Said>,
    /// The connection that is heard for a server.
    heard: Mutex<HashMap<Uuid, Arc<mcp::client::Server>>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            said: broadcast::Sender::new(BACKLOG),
            heard: Mutex::default(),
        }
    }
}

impl Hub {
    /// Hears what a server says over this connection; nothing happens if it is heard already.
    pub(crate) fn attach(&self, gateway: &Arc<Gateway>, server: Uuid, client: &Client) {
        let connection = client.server();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard
            .get(&server)
            .is_some_and(|known| Arc::ptr_eq(known, &connection))
        {
            return;
        }
        heard.insert(server, connection);
        drop(heard);
        let mut notifications = client.notifications();
        // Not the client itself: that would keep a connection open that nobody uses.
        let gateway = Arc::clone(gateway);
        let stopping = gateway.platform.stopping.clone();
        gateway.platform.tasks.clone().spawn(async move {
            loop {
                let notification = tokio::select! {
                    () = stopping.cancelled() => return,
                    notification = notifications.recv() => notification,
                };
                match notification {
                    Ok(notification) => {
                        gateway.lists.forget(server);
                        // An error means that nobody listens.
                        let _ = gateway.hub.said.send(Said {
                            server,
                            notification,
                        });
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => gateway.lists.forget(server),
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }
}

/// What a listener wants to hear.
enum Wants {
    /// Everything, but of resources only those that its session has subscribed to.
    Session(Uuid),
    /// What `subscriptions/listen` named.
    Filter(Filter),
}

struct Filter {
    /// The request that the notifications answer.
    id: Id,
    tools: bool,
    prompts: bool,
    resources: bool,
    uris: HashSet<String>,
}

struct Listener {
    gateway: Arc<Gateway>,
    agent: Uuid,
    caller: Caller,
    wants: Wants,
    said: broadcast::Receiver<Said>,
    snapshot: watch::Receiver<u64>,
    stopping: CancellationToken,
    catalog: Arc<Catalog>,
    servers: HashSet<Uuid>,
}

/// The stream that a client of the old era opens with GET.
pub(crate) fn stream(
    gateway: &Arc<Gateway>,
    agent: &Agent,
    caller: Caller,
    session: &Session,
) -> Response {
    let listener = Listener::new(gateway, agent, caller, Wants::Session(session.id));
    listener.response(COMMENT)
}

/// `subscriptions/listen`: one long answer.
pub(crate) fn subscribe(exchange: &Exchange, request: &Request) -> Response {
    let params = Object::parse_or_empty(request.params.as_deref());
    let wanted = params.object("notifications").unwrap_or_default();
    let is_on = |name: &str| wanted.read::<bool>(name) == Some(true);
    let filter = Filter {
        id: request.id.clone(),
        tools: is_on("toolsListChanged"),
        prompts: is_on("promptsListChanged"),
        resources: is_on("resourcesListChanged"),
        uris: wanted.read("resourceSubscriptions").unwrap_or_default(),
    };
    let mut acknowledged = Object::new();
    if let Some(wanted) = params.get("notifications") {
        acknowledged.set("notifications", std::borrow::Cow::Owned(wanted.to_owned()));
    }
    let acknowledged = filter.tagged(method::LISTEN_ACKNOWLEDGED, Some(&acknowledged.to_raw()));
    let listener = Listener::new(
        &exchange.gateway,
        &exchange.agent,
        exchange.caller.clone(),
        Wants::Filter(filter),
    );
    listener.response(acknowledged)
}

impl Listener {
    fn new(gateway: &Arc<Gateway>, agent: &Agent, caller: Caller, wants: Wants) -> Self {
        let snapshot = Arc::clone(&gateway.platform.snapshot.load());
        let mut listener = Self {
            agent: agent.id,
            caller,
            wants,
            said: gateway.hub.said.subscribe(),
            snapshot: gateway.platform.snapshot.changed(),
            stopping: gateway.platform.stopping.clone(),
            catalog: gateway.catalogs.of(&snapshot, agent),
            servers: HashSet::new(),
            gateway: Arc::clone(gateway),
        };
        listener.snapshot.mark_unchanged();
        listener.servers = listener.reached(&snapshot);
        listener
    }

    fn reached(&self, snapshot: &domain::snapshot::Snapshot) -> HashSet<Uuid> {
        let sources = self.catalog.sources().iter();
        let servers = sources.filter_map(|source| {
            snapshot
                .server_for(&source.assigned, &self.caller.kind)
                .ok()
        });
        servers.map(|server| server.id).collect()
    }

    fn response(self, first: Bytes) -> Response {
        let rest = stream::unfold(self, |mut listener| async move {
            let next = listener.next().await?;
            Some((next, listener))
        });
        stream_response(stream::iter([first]).chain(rest))
    }

    /// None at the end: the server stops, or the agent is gone.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let message = tokio::select! {
                () = self.stopping.cancelled() => return None,
                said = self.said.recv() => match said {
                    Ok(said) => self.heard(&said),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.tools_changed(),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                changed = self.snapshot.changed() => {
                    changed.ok()?;
                    self.looked_again()?
                }
                () = tokio::time::sleep(KEEP_ALIVE) => Some(COMMENT),
            };
            if let Some(message) = message {
                return Some(message);
            }
        }
    }

    /// The outer none: there is nothing to listen to any more.
    fn looked_again(&mut self) -> Option<Option<Bytes>> {
        let snapshot = Arc::clone(&self.gateway.platform.snapshot.load());
        let agent = snapshot.agent(&self.agent.to_string())?;
        let catalog = self.gateway.catalogs.of(&snapshot, agent);
        let is_same = catalog.lists_the_same(&self.catalog);
        self.catalog = catalog;
        self.servers = self.reached(&snapshot);
        Some(if is_same { None } else { self.tools_changed() })
    }

    fn tools_changed(&self) -> Option<Bytes> {
        self.message(method::TOOLS_CHANGED, None)
    }

    fn heard(&self, said: &Said) -> Option<Bytes> {
        if !self.servers.contains(&said.server) {
            return None;
        }
        self.message(
            &said.notification.method,
            said.notification.params.as_deref(),
        )
    }

    fn message(&self, method: &str, params: Option<&RawValue>) -> Option<Bytes> {
        let uri = || Object::parse_or_empty(params).text("uri");
        match &self.wants {
            Wants::Session(session) => {
                let is_wanted = method != method::RESOURCE_UPDATED
                    || uri().is_some_and(|uri| self.gateway.sessions.is_subscribed(*session, &uri));
                is_wanted.then(|| event(&jsonrpc::notification(method, params)))
            }
            Wants::Filter(filter) => {
                let is_wanted = match method {
                    method::TOOLS_CHANGED => filter.tools,
                    method::PROMPTS_CHANGED => filter.prompts,
                    method::RESOURCES_CHANGED => filter.resources,
                    method::RESOURCE_UPDATED => uri().is_some_and(|uri| filter.uris.contains(&uri)),
                    _ => false,
                };
                is_wanted.then(|| filter.tagged(method, params))
            }
        }
    }
}

impl Filter {
    /// With the id of the subscription that it belongs to.
    fn tagged(&self, method: &str, params: Option<&RawValue>) -> Bytes {
        let mut params = Object::parse_or_empty(params);
        let said = params.get("_meta").map(ToOwned::to_owned);
        let mut meta = said.as_deref().and_then(Object::parse).unwrap_or_default();
        meta.set_value(meta::SUBSCRIPTION_ID, &self.id);
        let meta = meta.to_raw();
        params.set("_meta", std::borrow::Cow::Owned(meta));
        event(&jsonrpc::notification(method, Some(&params.to_raw())))
    }
}
