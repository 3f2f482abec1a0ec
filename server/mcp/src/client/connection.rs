//! What the clones of a client share, and where each incoming message goes.

mod incoming;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::value::RawValue;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

pub(super) use incoming::{Answered, Source};

use super::calls::{Calls, Clock, Outcome, Waiting};
use super::parameters::{Implementation, Prepared, prepare};
use super::stdio::StdioWire;
use super::streamable_http::HttpWire;
use super::tool_headers::ToolHeaders;
use super::{CallOptions, HttpTarget, Notification, Options, Server, ServerRequest};
use crate::era::{Era, ProtocolVersion, method};
use crate::error::Error;
use crate::jsonrpc::{self, Id};
use crate::object::{Object, raw};

/// How many notifications a slow listener may be behind before it loses some.
const BACKLOG: usize = 256;

pub(super) struct Connection {
    pub(super) wire: Wire,
    pub(super) options: Options,
    pub(super) calls: Calls,
    pub(super) stop: CancellationToken,
    tool_headers: ToolHeaders,
    server: RwLock<Arc<Server>>,
    next_id: AtomicI64,
    notifications: broadcast::Sender<Arc<Notification>>,
    requests: Mutex<Option<mpsc::Sender<ServerRequest>>>,
    ending: watch::Sender<Option<Error>>,
}

pub(super) enum Wire {
    Http(Box<HttpWire>),
    Stdio(StdioWire),
}

/// A call on its way; giving it up tells the server.
struct Open<'a> {
    connection: &'a Arc<Connection>,
    id: i64,
    method: &'a str,
    is_over: bool,
}

impl Connection {
    pub(super) fn over_http(target: HttpTarget, options: Options) -> Arc<Self> {
        let wire = HttpWire::new(target, options.message_limit);
        Self::new(Wire::Http(Box::new(wire)), options)
    }

    pub(super) fn new(wire: Wire, options: Options) -> Arc<Self> {
        Arc::new(Self {
            wire,
            calls: Calls::default(),
            stop: CancellationToken::new(),
            tool_headers: ToolHeaders::default(),
            server: RwLock::new(Arc::new(Server::unknown(ProtocolVersion::LATEST))),
            next_id: AtomicI64::new(1),
            notifications: broadcast::channel(BACKLOG).0,
            requests: Mutex::new(None),
            ending: watch::channel(None).0,
            options,
        })
    }

    pub(super) fn server(&self) -> Arc<Server> {
        let server = self.server.read().unwrap_or_else(PoisonError::into_inner);
        server.clone()
    }

    pub(super) fn set_server(&self, server: Server) {
        let mut current = self.server.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(server);
    }

    pub(super) fn set_bearer(&self, bearer: Option<SecretString>) {
        if let Wire::Http(http) = &self.wire {
            http.set_bearer(bearer);
        }
    }

    pub(super) fn notifications(&self) -> broadcast::Receiver<Arc<Notification>> {
        self.notifications.subscribe()
    }

    pub(super) fn take_requests(&self) -> mpsc::Receiver<ServerRequest> {
        const WAITING: usize = 64;
        let (sender, receiver) = mpsc::channel(WAITING);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests = Some(sender);
        receiver
    }

    /// Ends everything that still waits, with this reason; the first reason counts.
    pub(super) fn end(&self, reason: Error) {
        self.ending.send_if_modified(|ending| {
            let is_first = ending.is_none();
            if is_first {
                *ending = Some(reason);
            }
            is_first
        });
        self.stop.cancel();
    }

    pub(super) fn ending(&self) -> Option<Error> {
        self.ending.borrow().clone()
    }

    pub(super) async fn ended(&self) -> Error {
        let mut ending = self.ending.subscribe();
        let reason = ending.wait_for(Option::is_some).await;
        let reason = reason.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| Error::closed("it is no longer needed"))
    }

    /// One call over the wire.
    pub(super) async fn call(
        self: &Arc<Self>,
        method: &str,
        params: Option<Box<RawValue>>,
        options: &CallOptions,
    ) -> Outcome {
        if let Some(reason) = self.ending() {
            return Err(reason);
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let Prepared { params, token } = self.prepare(id, params, options);
        let limit = options.timeout.unwrap_or(self.options.call_timeout);
        let clock = Clock::new(limit);
        let (reply, mut answered) = oneshot::channel();
        let waiting = Waiting {
            reply: Some(reply),
            events: options.events.clone(),
            token,
            clock: clock.clone(),
        };
        self.calls.open(id, waiting);
        let mut open = Open {
            connection: self,
            id,
            method,
            is_over: false,
        };
        let bytes = jsonrpc::request(&Id::Number(id), method, params.as_deref());
        let work = async {
            match &self.wire {
                Wire::Stdio(stdio) => {
                    stdio.send(bytes).await?;
                    std::future::pending().await
                }
                Wire::Http(http) => {
                    let mut headers = options.headers.clone();
                    if method == method::TOOLS_CALL && self.repeats_parameters() {
                        self.tool_headers.add(params.as_deref(), &mut headers);
                    }
                    let call = super::streamable_http::Call {
                        id,
                        method,
                        params: params.as_deref(),
                        bytes,
                        headers,
                    };
                    http.call(self, call).await
                }
            }
        };
        let outcome = tokio::select! {
            outcome = work => { open.is_over = true; outcome }
            // From a wire that all share: standard streams, or a standing stream that a server prefers.
            Ok(outcome) = &mut answered => { open.is_over = true; outcome }
            () = clock.expired() => Err(Error::TimedOut { method: method.to_owned(), after: limit }),
            () = cancelled(options.cancel.as_ref()) => Err(Error::Cancelled),
            reason = self.ended() => { open.is_over = true; Err(reason) }
        };
        match outcome {
            Ok(result) if method == method::TOOLS_LIST && self.repeats_parameters() => {
                Ok(self.tool_headers.learn(result))
            }
            other => other,
        }
    }

    fn prepare(&self, id: i64, params: Option<Box<RawValue>>, options: &CallOptions) -> Prepared {
        let client = Implementation {
            name: &self.options.client_name,
            version: &self.options.client_version,
        };
        let capabilities = options.capabilities.as_ref();
        let capabilities = capabilities.unwrap_or(&self.options.capabilities);
        prepare(self.server().version, id, params, &client, capabilities)
    }

    /// Whether parameters of tools also go into headers.
    pub(super) fn repeats_parameters(&self) -> bool {
        self.is_stateless() && matches!(self.wire, Wire::Http(_))
    }

    fn is_stateless(&self) -> bool {
        self.server().era() == Era::Stateless
    }

    /// Sends a notification or a response, for which there is no answer.
    pub(super) async fn send(self: &Arc<Self>, bytes: Bytes) -> Result<(), Error> {
        match &self.wire {
            Wire::Stdio(stdio) => stdio.send(bytes).await,
            Wire::Http(http) => http.post_one_way(self, bytes).await,
        }
    }

    /// The same from where nothing can be awaited.
    pub(super) fn send_later(self: &Arc<Self>, bytes: Bytes) {
        // Without a runtime nothing is left that could read it.
        if tokio::runtime::Handle::try_current().is_err() || self.ending().is_some() {
            return;
        }
        let bytes = match &self.wire {
            Wire::Http(_) => bytes,
            // Usually there is room, and then the order is kept.
            Wire::Stdio(stdio) => match stdio.try_send(bytes) {
                Ok(()) => return,
                Err(bytes) => bytes,
            },
        };
        let connection = self.clone();
        self.options.tasks.spawn(async move {
            tokio::select! {
                sent = connection.send(bytes) => {
                    if let Err(error) = sent {
                        tracing::debug!("a message to the server was not sent: {error}");
                    }
                }
                () = connection.stop.cancelled() => {}
            }
        });
    }

    /// Tells the server that a call is given up.
    fn abandon(self: &Arc<Self>, id: i64, method: &str) {
        // Over HTTP in the stateless era, hanging up says it.
        let is_told_by_hanging_up = self.is_stateless() && matches!(self.wire, Wire::Http(_));
        let is_negotiation = matches!(method, method::INITIALIZE | method::DISCOVER);
        if is_negotiation || is_told_by_hanging_up {
            return;
        }
        let mut params = Object::new();
        params.set_value("requestId", &id);
        params.set_value("reason", "the caller no longer waits");
        let bytes = jsonrpc::notification(method::CANCELLED, Some(&raw(&params)));
        self.send_later(bytes);
    }

    /// Ends the session, where there is one.
    pub(super) async fn farewell(self: &Arc<Self>) {
        if let Wire::Http(http) = &self.wire {
            http.end_session(self).await;
        }
    }
}

impl Server {
    /// Before the server has said anything.
    pub(super) fn unknown(version: ProtocolVersion) -> Self {
        Self {
            version,
            capabilities: Object::new().to_raw(),
            info: None,
            instructions: None,
            hello: Object::new().to_raw(),
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.connection.calls.close(self.id);
        if !self.is_over {
            self.connection.abandon(self.id, self.method);
        }
    }
}

async fn cancelled(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}
