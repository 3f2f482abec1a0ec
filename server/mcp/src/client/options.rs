//! What a caller says when it connects and when it calls.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use secrecy::SecretString;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::ServerRequest;
use crate::era::ProtocolVersion;
use crate::http::Http;

#[derive(Clone, Debug)]
pub struct Options {
    pub client_name: String,
    pub client_version: String,
    /// What is offered to the server, such as `{"sampling":{}}`.
    pub capabilities: Box<RawValue>,
    /// How long a call may be silent; progress and questions of the server start it anew.
    pub call_timeout: Duration,
    /// For the whole negotiation.
    pub connect_timeout: Duration,
    /// How long a server may take to refuse `server/discover` before it is taken for one that does not know it.
    pub probe_timeout: Duration,
    /// The longest line, body or event that is accepted, in bytes.
    pub message_limit: usize,
    /// Keeps a stream open for notifications that belong to no call.
    pub listen: bool,
    /// The versions to try; empty for all.
    pub versions: Vec<ProtocolVersion>,
    /// Where the connection's own tasks run, so that a graceful stop waits for them.
    pub tasks: TaskTracker,
}

impl Options {
    pub fn new(tasks: TaskTracker) -> Self {
        Self {
            client_name: "archestra".to_owned(),
            client_version: env!("CARGO_PKG_VERSION").to_owned(),
            capabilities: crate::object::Object::new().to_raw(),
            call_timeout: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(30),
            probe_timeout: Duration::from_secs(5),
            message_limit: 128 * 1024 * 1024,
            listen: true,
            versions: Vec::new(),
            tasks,
        }
    }

    pub(super) fn speaks(&self, version: ProtocolVersion) -> bool {
        self.versions.is_empty() || self.versions.contains(&version)
    }
}

/// A server that is reached over Streamable HTTP.
#[derive(Clone)]
pub struct HttpTarget {
    pub url: Url,
    pub headers: HeaderMap,
    pub bearer: Option<SecretString>,
    /// Shared by all connections, so that they share theirs.
    pub http: Http,
}

impl fmt::Debug for HttpTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpTarget")
            .field("origin", &self.url.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Instead of the connection's `call_timeout`.
    pub timeout: Option<Duration>,
    pub cancel: Option<CancellationToken>,
    /// Where progress, log messages and questions of the server go. Without it questions are declined.
    pub events: Option<mpsc::Sender<CallEvent>>,
    /// The capabilities of the client this call is made for; 2026-07-28 tells them per request.
    pub capabilities: Option<Box<RawValue>>,
    pub input: Input,
    /// Further HTTP headers, such as `traceparent`.
    pub headers: HeaderMap,
}

/// What to do with a result that asks for input (2026-07-28).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// Hand it back: the caller's own client speaks the same era.
    #[default]
    Return,
    /// Ask the caller, one `CallEvent::Request` per question, and call again with the answers.
    Ask,
}

/// What happens between a call and its result.
#[derive(Debug)]
pub enum CallEvent {
    /// Progress under the caller's own token, or a log message.
    Notification(Notification),
    /// Sampling, elicitation or roots.
    Request(ServerRequest),
}

#[derive(Clone, Debug)]
pub struct Notification {
    pub method: String,
    pub params: Option<Box<RawValue>>,
}
