//! A provider that is nobody's: it says on the wire exactly what a test tells it to, well-formed or not.
//!
//! It writes its bytes itself instead of through an HTTP library, because a test must be able to stall, cut off, and
//! break the framing at any byte.

mod connection;
mod reply;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use http::HeaderMap;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub use reply::{Reply, Step, pieces};

use crate::wait;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    /// Path and query, byte for byte.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct FakeProvider {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    replies: Mutex<VecDeque<Reply>>,
    /// What every request gets for which no reply is queued.
    standing: Mutex<Option<Reply>>,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    hang_ups: AtomicUsize,
    /// Connections that have ended, from whichever side.
    ended: AtomicUsize,
    sent: AtomicUsize,
}

impl FakeProvider {
    #[expect(
        clippy::disallowed_methods,
        reason = "an outside system runs beside the platform, not on its tracker"
    )]
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let for_connections = state.clone();
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                for_connections.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(connection::serve(socket, for_connections.clone()));
            }
        });
        Ok(Self {
            address,
            state,
            accepting,
        })
    }

    /// Without a path, as the base URL of an upstream.
    pub fn url(&self) -> Result<Url> {
        Ok(format!("http://{}/", self.address).parse()?)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next request that no earlier call of this answers.
    pub fn reply(&self, reply: Reply) {
        lock(&self.state.replies).push_back(reply);
    }

    /// Answers every request that has no reply of its own.
    pub fn always_reply(&self, reply: Reply) {
        *lock(&self.state.standing) = Some(reply);
    }

    pub fn received(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }

    /// The last request.
    pub fn last(&self) -> Option<Received> {
        lock(&self.state.received).last().cloned()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many clients went away before their answer was complete.
    pub fn hang_ups(&self) -> usize {
        self.state.hang_ups.load(Ordering::Relaxed)
    }

    /// How many bytes of answers the network has taken.
    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::Relaxed)
    }

    pub async fn wait_for_ends(&self, count: usize) {
        let ended = || self.state.ended.load(Ordering::Relaxed);
        wait::until("the end of a connection", async || {
            (ended() >= count).then_some(())
        })
        .await;
    }

    pub async fn wait_for_requests(&self, count: usize) {
        wait::until("a request", async || {
            (lock(&self.state.received).len() >= count).then_some(())
        })
        .await;
    }

    pub async fn wait_for_hang_ups(&self, count: usize) {
        wait::until("a client's hang-up", async || {
            (self.hang_ups() >= count).then_some(())
        })
        .await;
    }

    /// Ends every connection and refuses new ones.
    pub async fn stop(self) {
        self.accepting.abort();
        wait::until("the end of the provider", async || {
            self.accepting.is_finished().then_some(())
        })
        .await;
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
