//! Takes away what deleted servers left: containers, pods, secrets. Tried until it works, by whichever replica is first.

use std::sync::Arc;

use chrono::TimeDelta;
use db::mcp_servers::Removal;

use super::{Result, ServerError, Servers};

/// So long nobody else tries the same.
const TAKEN: TimeDelta = TimeDelta::minutes(2);
const LONGEST_PAUSE: i64 = 600;

impl Servers {
    pub(super) async fn remove_leftovers(self: &Arc<Self>) -> Result<()> {
        let now = self.parts.clock.now();
        let removals = db::mcp_servers::due_removals(&self.parts.db, now, now + TAKEN).await?;
        for removal in removals {
            let servers = Arc::clone(self);
            self.parts.tasks.spawn(async move {
                if let Err(error) = servers.remove(&removal).await {
                    servers.postpone(&removal, &error).await;
                }
            });
        }
        Ok(())
    }

    async fn remove(&self, removal: &Removal) -> Result<()> {
        if removal.server_type == "local" {
            // A worker that is still at it would start again what is taken away here.
            self.stop_worker(removal.server_id);
            self.worker_ended(removal.server_id).await;
            self.remove_everywhere(removal).await?;
        }
        if let Some(secret_id) = removal.secret_id {
            self.parts.secrets.delete(secret_id).await?;
        }
        self.states.forget(removal.server_id);
        Ok(db::mcp_servers::finish_removal(&self.parts.db, removal.server_id).await?)
    }

    /// From the runtime it was bound to; from all of them if it was bound to none yet.
    async fn remove_everywhere(&self, removal: &Removal) -> Result<()> {
        let bound = self.bound(removal.runtime.as_deref(), removal.cluster_id);
        if let Some(runtime) = bound {
            let removed = runtime.remove(removal.server_id).await;
            return removed.map_err(|error| ServerError::runtime(&removal.name, &error));
        }
        if removal.runtime.is_some() || removal.cluster_id.is_some() {
            tracing::warn!(
                server = removal.name,
                "the runtime of a deleted server is gone; what it left there cannot be taken away"
            );
            return Ok(());
        }
        for runtime in self.parts.runtimes.all() {
            // One that is not there cannot have it either: it would have been bound to it.
            let _ = runtime.remove(removal.server_id).await;
        }
        Ok(())
    }

    async fn postpone(&self, removal: &Removal, error: &ServerError) {
        tracing::warn!(%error, server = removal.name, "a deleted server could not be taken away; it is tried again");
        let attempts = u32::try_from(removal.attempts).unwrap_or(0).min(10);
        let pause = 2_i64.saturating_pow(attempts).min(LONGEST_PAUSE);
        let next_at = self.parts.clock.now() + TimeDelta::seconds(pause);
        let cause = error.to_string();
        let id = removal.server_id;
        if let Err(error) =
            db::mcp_servers::postpone_removal(&self.parts.db, id, next_at, &cause).await
        {
            tracing::debug!(%error, "nor could that be written down");
        }
    }
}
