//! What people ask of an installed server: stop, start, again, its logs, and that it goes.

use std::sync::Arc;

use bytes::Bytes;
use db::mcp_servers::McpServer;
use futures_util::stream::BoxStream;
use runtimes::runtime::LogQuery;
use uuid::Uuid;

use super::{Result, ServerError, Servers};

/// Chunks as they come, not lines.
pub type Logs = BoxStream<'static, runtimes::error::Result<Bytes>>;

impl Servers {
    /// Ends it and starts it with its values as they are; a remote one is connected to anew.
    pub async fn restart(self: &Arc<Self>, id: Uuid) -> Result<()> {
        self.set_running(id, true).await
    }

    pub async fn set_running(self: &Arc<Self>, id: Uuid, running: bool) -> Result<()> {
        let desired = if running { "running" } else { "stopped" };
        if !db::mcp_servers::ask_restart(&self.parts.db, id, desired).await? {
            return Err(ServerError::NotFound);
        }
        let row = self.row(id).await?;
        self.begin_again(&row).await
    }

    /// The lease's holder sees to a local server; a remote one needs nobody but its caller.
    pub(super) async fn begin_again(self: &Arc<Self>, row: &McpServer) -> Result<()> {
        self.disconnect(row.id).await;
        self.poke.notify_one();
        if row.server_type == "local" || row.desired != "running" {
            return Ok(());
        }
        self.rediscover(row.id).await
    }

    /// Asks it for its tools again. Of a local server the status says how it runs, which this does not change.
    pub async fn rediscover(self: &Arc<Self>, id: Uuid) -> Result<()> {
        let row = self.row(id).await?;
        if row.server_type == "local" {
            return self.read_tools(id).await;
        }
        let discovered = self.discover(id, row.generation).await;
        if let Err(error) = &discovered {
            let cause = error.cause();
            db::mcp_servers::set_status(&self.parts.db, id, "error", Some(&cause)).await?;
        }
        discovered
    }

    /// It is in no list from now on; its container and its secrets go as soon as its runtime answers. False if there is no
    /// such server.
    pub async fn delete(self: &Arc<Self>, id: Uuid) -> Result<bool> {
        let deleted = db::mcp_servers::delete(&self.parts.db, id).await?;
        self.disconnect(id).await;
        self.stop_worker(id);
        self.poke.notify_one();
        Ok(deleted)
    }

    pub async fn logs(&self, id: Uuid, query: LogQuery) -> Result<Logs> {
        let row = self.row(id).await?;
        let runtime = self.bound(row.runtime.as_deref(), row.cluster_id);
        let Some(runtime) = runtime else {
            return Err(ServerError::NotReady {
                detail: row.error.or_else(|| Some("it has not run yet".to_owned())),
                name: row.name,
                status: row.status,
            });
        };
        let logs = runtime.logs(id, query).await;
        logs.map_err(|error| ServerError::runtime(&row.name, &error))
    }
}
