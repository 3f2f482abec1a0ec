//! The rounds: which local servers are this replica's, a worker for each of them, none for any other.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::worker::{Wanted, Worker};
use super::{Result, Servers, lock};

/// Also without anything to hear, for leases and what is due.
const ROUND: Duration = Duration::from_secs(10);
/// Three rounds, and a little for one that was slow.
const LEASE: TimeDelta = TimeDelta::seconds(35);

impl Servers {
    /// Runs until the program stops. Containers keep running then, and are found again at the next start.
    pub async fn run(self: Arc<Self>) {
        for runtime in self.parts.runtimes.all() {
            self.hear(runtime, self.parts.stopping.clone());
        }
        let mut snapshots = self.parts.snapshot.changed();
        let stopping = self.parts.stopping.clone();
        while !stopping.is_cancelled() {
            self.statuses.follow(&self.parts.snapshot.load());
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "servers are not looked after until the database answers");
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                () = self.poke.notified() => {}
                _ = snapshots.changed() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        self.end().await;
    }

    async fn round(self: &Arc<Self>) -> Result<()> {
        self.follow_clusters().await?;
        let now = self.parts.clock.now();
        let mine =
            db::mcp_servers::renew_leases(&self.parts.db, self.holder, now, now + LEASE).await?;
        self.keep_workers(&mine);
        self.remove_leftovers().await?;
        self.close_idle();
        Ok(())
    }

    /// Starts what is missing, tells what changed, ends what is somebody else's.
    fn keep_workers(self: &Arc<Self>, mine: &[Uuid]) {
        let snapshot = self.parts.snapshot.load();
        let mut workers = lock(&self.workers);
        workers.retain(|id, worker| {
            let is_mine = mine.contains(id);
            if !is_mine {
                worker.stop();
            }
            is_mine || !worker.has_ended()
        });
        for id in mine {
            // The snapshot is behind by a moment; the next one has the row.
            let Some(server) = snapshot.server(*id) else {
                continue;
            };
            let wanted = Wanted {
                running: server.desired == "running",
                generation: server.generation,
            };
            match workers.get(id).filter(|worker| !worker.has_ended()) {
                Some(worker) => worker.tell(wanted),
                None => {
                    workers.insert(*id, Worker::start(self, *id, wanted));
                }
            }
        }
    }

    pub(super) fn stop_worker(&self, id: Uuid) {
        if let Some(worker) = lock(&self.workers).get(&id) {
            worker.stop();
        }
    }

    pub(super) async fn worker_ended(&self, id: Uuid) {
        let ended = lock(&self.workers).get(&id).map(Worker::ended);
        if let Some(ended) = ended {
            ended.cancelled().await;
        }
    }

    async fn end(&self) {
        let ended: Vec<_> = {
            let workers = lock(&self.workers);
            workers.values().for_each(Worker::stop);
            workers.values().map(Worker::ended).collect()
        };
        for worker in ended {
            worker.cancelled().await;
        }
        if let Err(error) = db::mcp_servers::release_leases(&self.parts.db, self.holder).await {
            tracing::debug!(%error, "leases were not given back; they lapse");
        }
        let connected: Vec<Uuid> = lock(&self.slots).keys().copied().collect();
        for id in connected {
            self.disconnect(id).await;
        }
    }
}
