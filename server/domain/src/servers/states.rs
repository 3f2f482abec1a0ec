//! What the runtimes say of their servers, so that whoever waits for a change need not ask again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use runtimes::runtime::Runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Servers, lock};

/// A counter a server: it says that something changed, the runtime says what.
#[derive(Default)]
pub(super) struct States(Mutex<HashMap<Uuid, watch::Sender<u64>>>);

impl States {
    pub(super) fn subscribe(&self, id: Uuid) -> watch::Receiver<u64> {
        let mut states = lock(&self.0);
        states
            .entry(id)
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe()
    }

    pub(super) fn changed(&self, id: Uuid) {
        let mut states = lock(&self.0);
        let state = states.entry(id).or_insert_with(|| watch::Sender::new(0));
        state.send_modify(|count| *count += 1);
    }

    pub(super) fn forget(&self, id: Uuid) {
        lock(&self.0).remove(&id);
    }
}

impl Servers {
    /// Hears a runtime until `stop`.
    pub(super) fn hear(self: &Arc<Self>, runtime: &Arc<dyn Runtime>, stop: CancellationToken) {
        let servers = Arc::clone(self);
        let mut statuses = runtime.watch();
        self.parts.tasks.spawn(async move {
            while let Some(Some((id, status))) = stop.run_until_cancelled(statuses.next()).await {
                servers.statuses.runtime(id, &status);
                servers.states.changed(id);
            }
        });
    }
}
