//! Where a server runs: what its row says, or the first runtime that can.

use std::sync::Arc;

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use runtimes::runtime::Runtime;
use runtimes::status::Health;
use uuid::Uuid;

use super::{Result, ServerError, Servers};

impl Servers {
    /// The runtime a server is bound to, if it is bound to one that exists.
    pub(super) fn bound(
        &self,
        runtime: Option<&str>,
        cluster: Option<Uuid>,
    ) -> Option<Arc<dyn Runtime>> {
        match cluster {
            Some(cluster) => self.parts.runtimes.cluster(cluster),
            None => self.parts.runtimes.get(runtime?),
        }
    }

    /// Where to start it. The error names what is missing and how to mend it.
    pub(super) async fn place(
        &self,
        row: &McpServer,
        item: &CatalogItem,
    ) -> Result<Arc<dyn Runtime>> {
        let refuse = |cause: String| ServerError::Runtime {
            name: row.name.clone(),
            cause,
        };
        if row.cluster_id.is_some() || row.runtime.is_some() {
            let bound = self.bound(row.runtime.as_deref(), row.cluster_id);
            return bound.ok_or_else(|| {
                let runtime = row.runtime.as_deref().unwrap_or("kubernetes");
                refuse(format!(
                    "it is to run in {runtime}, which this program does not know any more. Install it anew in another runtime"
                ))
            });
        }
        let needs_image = has_image(item);
        let mut missing = Vec::new();
        for runtime in self.parts.runtimes.all() {
            let capabilities = runtime.capabilities();
            if needs_image && !capabilities.images || !needs_image && !capabilities.commands {
                continue;
            }
            match runtime.health().await {
                Health::Available { .. } => return Ok(Arc::clone(runtime)),
                Health::Unavailable { cause, fix } => {
                    missing.push(format!("{}: {cause}. {fix}", capabilities.title));
                }
            }
        }
        Err(refuse(if missing.is_empty() {
            "no runtime of this program can run it. Configure Docker or Kubernetes".to_owned()
        } else {
            format!("no runtime is available. {}", missing.join(" — "))
        }))
    }
}

fn has_image(item: &CatalogItem) -> bool {
    let config = item.local_config.as_ref();
    let image = config.and_then(|config| config.get("dockerImage")?.as_str());
    image.is_some_and(|image| !image.is_empty())
}
