//! Kubernetes clusters that a person added: each row a runtime, on every replica, none contacted before it is needed.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use db::clusters::Cluster;
use runtimes::kubernetes::Kubernetes;
use runtimes::kubernetes::kubeconfig::Allowances;
use runtimes::kubernetes::settings::{Config, Settings, Source};
use runtimes::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Result, Servers, lock};

const KUBECONFIG: &str = "kubeconfig";

/// The clusters that are runtimes now: as of when, and what ends the listening to each.
pub(super) type Known = HashMap<Uuid, (DateTime<Utc>, CancellationToken)>;

impl Servers {
    /// Makes the runtimes be what the rows say; call it after a row was added, changed or deleted here. Other replicas do
    /// so in their next round.
    pub async fn follow_clusters(self: &Arc<Self>) -> Result<()> {
        let rows = db::clusters::list(&self.parts.db).await?;
        let gone: Vec<Uuid> = {
            let known = lock(&self.clusters);
            let is_gone = |id: &&Uuid| !rows.iter().any(|row| row.id == **id);
            known.keys().filter(is_gone).copied().collect()
        };
        for id in gone {
            self.forget_cluster(id);
        }
        for row in rows {
            let as_of = lock(&self.clusters).get(&row.id).map(|known| known.0);
            if as_of == Some(row.updated_at) {
                continue;
            }
            self.forget_cluster(row.id);
            if let Some(runtime) = self.cluster(&row).await? {
                let heard = self.parts.stopping.child_token();
                self.parts.runtimes.put_cluster(row.id, runtime.clone());
                self.hear(&runtime, heard.clone());
                lock(&self.clusters).insert(row.id, (row.updated_at, heard));
            }
        }
        Ok(())
    }

    fn forget_cluster(&self, id: Uuid) {
        if let Some((_, heard)) = lock(&self.clusters).remove(&id) {
            heard.cancel();
            self.parts.runtimes.drop_cluster(id);
        }
    }

    /// None without a kubeconfig to reach it by.
    async fn cluster(&self, row: &Cluster) -> Result<Option<Arc<dyn Runtime>>> {
        let Some(secret_id) = row.secret_id else {
            return Ok(None);
        };
        let text = self.parts.secrets.field(secret_id, KUBECONFIG).await?;
        Ok(text.map(|text| {
            let runtime: Arc<dyn Runtime> = Arc::new(Kubernetes::new(Config {
                source: Source::Uploaded {
                    text,
                    context: row.context.clone(),
                    allowances: Allowances::default(),
                },
                settings: Settings {
                    namespace: Some(row.namespace.clone()),
                    ..self.parts.cluster_settings.clone()
                },
                tasks: self.parts.tasks.clone(),
            }));
            runtime
        }))
    }
}
