//! An MCP server that is nobody's: it speaks both eras over HTTP and offers exactly the tools, prompts and resources that the
//! official conformance suite asks for, so that the suite can be run against it and against what stands in front of it.
//!
//! Source of the names and of what they do: `@modelcontextprotocol/conformance`, the "Server Implementation Requirements"
//! of its scenarios.

mod answers;
mod exchange;

mod legacy;
mod methods;
mod questions;
mod stateless;
mod tools;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use url::Url;

use legacy::Session;

/// Among the changes, it ends the streams that tell of them.
const END: &str = "";
const FIXTURE: &str = include_str!("mcp/fixture.json");

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct McpReceived {
    /// Of HTTP.
    pub verb: String,
    pub headers: HeaderMap,
    /// The message; `null` where there was none.
    pub message: Value,
}

pub struct FakeMcpServer {
    address: SocketAddr,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

struct State {
    fixture: Mutex<Value>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    /// What has changed, for everybody who listens: the notification's method.
    changes: broadcast::Sender<&'static str>,
    received: Option<Mutex<Vec<McpReceived>>>,
    speaks_stateless: bool,
}

/// What a server is to be like.
#[derive(Debug, Clone)]
pub struct McpSettings {
    pub port: u16,
    /// Keeps every request, for tests; a bench would only fill memory.
    pub records: bool,
    /// Without it the server knows nothing after 2025-11-25.
    pub speaks_stateless: bool,
}

impl Default for McpSettings {
    fn default() -> Self {
        Self {
            port: 0,
            records: true,
            speaks_stateless: true,
        }
    }
}

impl FakeMcpServer {
    /// On a port of its own, speaking both eras.
    pub async fn start() -> Result<Self> {
        Self::start_with(McpSettings::default()).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an outside system runs beside the platform, not on its tracker"
    )]
    pub async fn start_with(settings: McpSettings) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            fixture: Mutex::new(serde_json::from_str(FIXTURE)?),
            sessions: Mutex::default(),
            changes: broadcast::channel(64).0,
            received: settings.records.then(Mutex::default),
            speaks_stateless: settings.speaks_stateless,
        });
        let router = answers::router(state.clone());
        let serving = tokio::spawn(async move {
            // It ends when the task is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            state,
            serving,
        })
    }

    pub fn url(&self) -> Result<Url> {
        Ok(format!("http://localhost:{}/mcp", self.address.port()).parse()?)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn received(&self) -> Vec<McpReceived> {
        match &self.state.received {
            Some(received) => lock(received).clone(),
            None => Vec::new(),
        }
    }

    /// Replaces the list of tools and announces it. A tool without an implementation answers with its arguments.
    pub fn set_tools(&self, tools: Vec<Value>) {
        lock(&self.state.fixture)["tools"] = Value::Array(tools);
        self.state.announce("notifications/tools/list_changed");
    }

    pub fn tools(&self) -> Vec<Value> {
        let fixture = lock(&self.state.fixture);
        fixture["tools"].as_array().cloned().unwrap_or_default()
    }

    /// Forgets all sessions and ends all streams, as a restart does.
    pub fn forget_sessions(&self) {
        lock(&self.state.sessions).clear();
        self.state.announce(END);
    }

    pub fn sessions(&self) -> usize {
        lock(&self.state.sessions).len()
    }

    /// Runs until the process ends.
    pub async fn run(mut self) {
        let _ = (&mut self.serving).await;
    }
}

impl Drop for FakeMcpServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn list(&self, member: &str) -> Value {
        let items = lock(&self.fixture)[member].clone();
        json!({ member: items })
    }

    fn fixture(&self, group: &str, name: &str) -> Option<Value> {
        lock(&self.fixture)[group].get(name).cloned()
    }

    fn announce(&self, method: &'static str) {
        // Nobody may be listening.
        let _ = self.changes.send(method);
    }

    fn session(&self, id: &str) -> Option<Arc<Session>> {
        lock(&self.sessions).get(id).cloned()
    }
}

fn capabilities(is_stateless: bool) -> Value {
    let mut capabilities = json!({
        "tools": { "listChanged": true },
        "resources": { "listChanged": true, "subscribe": true },
        "prompts": { "listChanged": true },
        "completions": {},
    });
    if !is_stateless {
        capabilities["logging"] = json!({});
    }
    capabilities
}

fn server_info() -> Value {
    json!({ "name": "mcp-fixture", "version": env!("CARGO_PKG_VERSION") })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
