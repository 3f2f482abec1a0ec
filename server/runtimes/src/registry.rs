//! Which runtimes there are. Adding one is a line in `discover`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use crate::runtime::Runtime;
use crate::{docker, kubernetes, process};

/// What the program's configuration says of each runtime.
#[derive(Debug, Clone)]
pub struct Config {
    /// The cluster of the configuration; named ones come and go with [`Runtimes::put_cluster`].
    pub kubernetes: Option<kubernetes::settings::Config>,
    pub docker: docker::Config,
    pub process: process::Config,
}

/// All runtimes of this program: those found at start, and named clusters that come and go.
#[derive(Default)]
pub struct Runtimes {
    found: Vec<Arc<dyn Runtime>>,
    clusters: RwLock<BTreeMap<Uuid, Arc<dyn Runtime>>>,
}

impl Runtimes {
    /// Never fails and contacts nothing that could be slow: a runtime that is missing says so in its health.
    pub fn discover(config: Config) -> Self {
        let mut found: Vec<Arc<dyn Runtime>> = Vec::new();
        // Whoever names a cluster wants servers in it.
        if let Some(cluster) = config.kubernetes {
            found.push(Arc::new(kubernetes::Kubernetes::new(cluster)));
        }
        found.push(Arc::new(docker::Docker::new(config.docker)));
        found.push(Arc::new(process::Process::new(config.process)));
        Self::of(found)
    }

    /// Of the given ones, for tests and special set-ups.
    pub fn of(found: Vec<Arc<dyn Runtime>>) -> Self {
        Self {
            found,
            clusters: RwLock::default(),
        }
    }

    /// In the order in which they should be offered.
    pub fn all(&self) -> &[Arc<dyn Runtime>] {
        &self.found
    }

    pub fn get(&self, id: &str) -> Option<Arc<dyn Runtime>> {
        let found = self.found.iter().find(|runtime| runtime.id() == id);
        found.cloned()
    }

    pub fn cluster(&self, id: Uuid) -> Option<Arc<dyn Runtime>> {
        let clusters = self.clusters.read();
        let clusters = clusters.unwrap_or_else(PoisonError::into_inner);
        clusters.get(&id).cloned()
    }

    pub fn put_cluster(&self, id: Uuid, runtime: Arc<dyn Runtime>) {
        let clusters = self.clusters.write();
        let mut clusters = clusters.unwrap_or_else(PoisonError::into_inner);
        clusters.insert(id, runtime);
    }

    pub fn drop_cluster(&self, id: Uuid) {
        let clusters = self.clusters.write();
        let mut clusters = clusters.unwrap_or_else(PoisonError::into_inner);
        clusters.remove(&id);
    }

    pub fn clusters(&self) -> Vec<(Uuid, Arc<dyn Runtime>)> {
        let clusters = self.clusters.read();
        let clusters = clusters.unwrap_or_else(PoisonError::into_inner);
        let each = clusters.iter();
        each.map(|(id, runtime)| (*id, Arc::clone(runtime)))
            .collect()
    }
}

impl fmt::Debug for Runtimes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.found.iter().map(|runtime| runtime.id());
        formatter.debug_list().entries(ids).finish()
    }
}
