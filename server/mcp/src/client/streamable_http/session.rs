//! Sessions of the legacy era: remembered, opened anew when the server has forgotten them, ended at the end.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};

use super::HttpWire;
use crate::client::connection::Connection;
use crate::client::handshake;
use crate::era::{Era, headers};
use crate::error::Error;
use crate::http::Outgoing;

#[derive(Default)]
pub(super) struct Sessions {
    current: RwLock<Session>,
    /// Many calls find out at once that a session is gone; one opens the next.
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Session {
    id: Option<HeaderValue>,
    generation: u64,
}

impl Sessions {
    fn current(&self) -> Session {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn generation(&self) -> u64 {
        self.current().generation
    }

    /// After `initialize`.
    pub(super) fn remember(&self, answer: &HeaderMap) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.id = answer.get(&headers::SESSION_ID).cloned();
        current.generation += 1;
    }

    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(id) = self.current().id {
            headers.insert(headers::SESSION_ID.clone(), id);
        }
    }
}

impl HttpWire {
    /// Resolves when there is a new session or a new token since this was called.
    pub(in crate::client) fn renewed(&self) -> impl Future<Output = ()> + use<> {
        let mut renewals = self.renewals.subscribe();
        renewals.mark_unchanged();
        async move {
            // The wire outlives whoever listens on it.
            let _ = renewals.changed().await;
        }
    }

    /// Opens a session unless another call has done so since.
    pub(super) async fn renew_session(
        &self,
        connection: &Arc<Connection>,
        lost: u64,
    ) -> Result<(), Error> {
        let _only_one = self.sessions.renewing.lock().await;
        if self.sessions.generation() != lost {
            return Ok(());
        }
        let before = connection.server();
        let renewed = handshake::initialize(connection, before.version).await;
        if renewed.is_err() {
            // What was known still holds for the next attempt.
            connection.set_server(before.as_ref().clone());
        }
        renewed
    }

    pub(in crate::client) async fn end_session(&self, connection: &Arc<Connection>) {
        if connection.server().era() == Era::Stateless || self.sessions.current().id.is_none() {
            return;
        }
        let request = self.http.send(Outgoing {
            method: Method::DELETE,
            url: self.url.clone(),
            headers: self.headers(connection, false),
            body: Bytes::new(),
        });
        // A server may refuse, or be gone; it forgets the session anyway.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), request).await;
    }
}
