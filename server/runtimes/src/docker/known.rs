//! What this program remembers of its servers and the engine does not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<Uuid, Server>>);

#[derive(Debug, Default)]
pub(super) struct Server {
    /// Held while it is being started, stopped or removed: one after the other.
    busy: Arc<AsyncMutex<()>>,
    pub(super) restarts: u32,
    /// Its end was wanted.
    pub(super) stopped: bool,
    /// The last lines of a container that was replaced by another.
    pub(super) replaced_logs: Option<Bytes>,
}

impl Known {
    /// Waits until nobody else is changing this server.
    pub(super) async fn turn(&self, id: Uuid) -> OwnedMutexGuard<()> {
        let busy = Arc::clone(&self.servers().entry(id).or_default().busy);
        busy.lock_owned().await
    }

    pub(super) fn note(&self, id: Uuid, change: impl FnOnce(&mut Server)) {
        change(self.servers().entry(id).or_default());
    }

    pub(super) fn read<T: Default>(&self, id: Uuid, read: impl FnOnce(&Server) -> T) -> T {
        self.servers().get(&id).map(read).unwrap_or_default()
    }

    pub(super) fn forget(&self, id: Uuid) {
        self.servers().remove(&id);
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<Uuid, Server>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
