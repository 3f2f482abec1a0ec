//! How each server is doing, as one stream for whoever watches: rows of any replica, and what only this one sees.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use runtimes::status::Status;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::{Servers, lock};
use crate::snapshot::{Server, Snapshot};

/// A watcher this far behind misses changes and asks for all statuses again.
const BACKLOG: usize = 512;

#[derive(Debug, Clone, PartialEq)]
pub struct ServerStatus {
    pub id: Uuid,
    pub name: String,
    /// `idle`, `pending`, `discovering-tools`, `success` or `error`.
    pub status: String,
    pub error: Option<String>,
    /// What its runtime says: `not_created`, `pending`, `running`, `failed`, `succeeded`.
    pub state: Option<&'static str>,
    /// A sentence about that.
    pub detail: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub restarts: i32,
    /// What is being done just now, such as a download.
    pub progress: Option<Progress>,
    /// It was deleted; nothing more is said of it.
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub step: String,
    /// Bytes.
    pub current: Option<u64>,
    pub total: Option<u64>,
}

impl ServerStatus {
    fn new(server: &Server) -> Self {
        Self {
            id: server.id,
            name: server.name.clone(),
            status: server.status.clone(),
            error: server.error.clone(),
            state: None,
            detail: None,
            started_at: None,
            restarts: server.restarts,
            progress: None,
            removed: false,
        }
    }
}

pub(super) struct Statuses {
    current: Mutex<HashMap<Uuid, Arc<ServerStatus>>>,
    watchers: broadcast::Sender<Arc<ServerStatus>>,
}

impl Default for Statuses {
    fn default() -> Self {
        Self {
            current: Mutex::default(),
            watchers: broadcast::Sender::new(BACKLOG),
        }
    }
}

impl Statuses {
    /// Takes over what the rows say now.
    pub(super) fn follow(&self, snapshot: &Snapshot) {
        let mut current = lock(&self.current);
        let gone: Vec<Uuid> = current
            .keys()
            .filter(|id| snapshot.server(**id).is_none())
            .copied()
            .collect();
        for id in gone {
            if let Some(last) = current.remove(&id) {
                self.tell(ServerStatus {
                    removed: true,
                    ..ServerStatus::clone(&last)
                });
            }
        }
        for server in snapshot.servers() {
            let known = current.get(&server.id);
            let mut next =
                known.map_or_else(|| ServerStatus::new(server), |known| (**known).clone());
            next.name.clone_from(&server.name);
            next.status.clone_from(&server.status);
            next.error.clone_from(&server.error);
            next.restarts = server.restarts;
            if server.status == "success" || server.status == "error" {
                next.progress = None;
            }
            if known.is_none_or(|known| **known != next) {
                let next = self.tell(next);
                current.insert(server.id, next);
            }
        }
    }

    /// What this replica alone knows of a server; nothing if there is no such server.
    pub(super) fn change(&self, id: Uuid, change: impl FnOnce(&mut ServerStatus)) {
        let mut current = lock(&self.current);
        let Some(known) = current.get_mut(&id) else {
            return;
        };
        let mut next = ServerStatus::clone(known);
        change(&mut next);
        if **known != next {
            *known = self.tell(next);
        }
    }

    pub(super) fn runtime(&self, id: Uuid, status: &Status) {
        self.change(id, |server| {
            server.state = Some(status.state.as_str());
            server.detail.clone_from(&status.detail);
            server.started_at = status.started_at;
        });
    }

    fn tell(&self, status: ServerStatus) -> Arc<ServerStatus> {
        let status = Arc::new(status);
        // Nobody may be watching.
        let _ = self.watchers.send(status.clone());
        status
    }
}

impl Servers {
    /// Every change from now on.
    pub fn statuses(&self) -> broadcast::Receiver<Arc<ServerStatus>> {
        self.statuses.watchers.subscribe()
    }

    /// All servers as they are now, by name.
    pub fn current(&self) -> Vec<Arc<ServerStatus>> {
        let mut all: Vec<_> = lock(&self.statuses.current).values().cloned().collect();
        all.sort_unstable_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        all
    }

    pub fn status(&self, id: Uuid) -> Option<Arc<ServerStatus>> {
        lock(&self.statuses.current).get(&id).cloned()
    }
}
