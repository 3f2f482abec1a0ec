//! The connections to one upstream that are between two calls.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::uri::Uri;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Instant;
use tower::Service as _;

use super::connection::Connection;
use super::connector::Connector;

/// More are closed when their call has ended.
const MOST_IDLE: usize = 512;

#[derive(Debug)]
pub(super) enum SendError {
    Connect(Box<dyn Error + Send + Sync>),
    Answer(hyper::Error),
}

pub(crate) struct Pool {
    connector: Connector,
    /// `https://host`, without a path.
    origin: Uri,
    /// With the time until which each may be used; the one used last is the last.
    idle: Mutex<VecDeque<(Instant, Connection)>>,
}

impl Pool {
    pub(super) fn new(connector: Connector, origin: Uri) -> Arc<Self> {
        Arc::new(Self {
            connector,
            origin,
            idle: Mutex::default(),
        })
    }

    pub(super) fn origin(&self) -> &Uri {
        &self.origin
    }

    /// Over an idle connection if there is one, and once more if it turns out to be closed.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Connection), SendError> {
        loop {
            let idle = self.take();
            let is_new = idle.is_none();
            let mut connection = match idle {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            match connection.send(request).await {
                Ok(answer) => return Ok((answer, connection)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(SendError::Answer(error.into_error())),
                },
            }
        }
    }

    /// Keeps a connection for the next call, if it can serve one.
    pub(crate) fn give_back(&self, mut connection: Connection) {
        if connection.keep.is_zero() || !connection.is_reusable() {
            return;
        }
        let now = Instant::now();
        let until = now + connection.keep;
        let mut idle = self.idle();
        idle.push_back((until, connection));
        while idle.len() > MOST_IDLE || idle.front().is_some_and(|(until, _)| *until < now) {
            idle.pop_front();
        }
    }

    fn take(&self) -> Option<Connection> {
        loop {
            let (until, mut connection) = self.idle().pop_back()?;
            if until > Instant::now() && connection.is_reusable() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<Connection, SendError> {
        let mut connector = self.connector.clone();
        // It is always ready; it limits nothing.
        let socket = connector
            .call(self.origin.clone())
            .await
            .map_err(SendError::Connect)?;
        Connection::over(socket).await.map_err(SendError::Answer)
    }

    /// Nothing is left half done under this lock.
    fn idle(&self) -> std::sync::MutexGuard<'_, VecDeque<(Instant, Connection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
