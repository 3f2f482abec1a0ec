//! Installed MCP servers: keeps what runs in step with what is wanted, and holds the connections to it.
//!
//! The desired state is in Postgres. [`Servers::run`] takes the lease of each local server, and a task of its own sees
//! to it ([`worker`]): starts it where it belongs, finds its tools, starts it again when it ends. Remote servers need no
//! such task. Nothing here stops the program: what is missing is said in the server's status, with what would mend it.

mod clusters;
mod connections;
mod crash;
mod discovery;
mod error;
mod install;
mod oauth;
mod pinning;
mod places;
mod reconcile;
mod references;
mod remote;
mod removals;
mod requests;
mod spec;
mod states;
mod status;
mod worker;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use db::Db;
use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use mcp::guard::{AddressGuard, Allow};
use mcp::http::Http;
use runtimes::kubernetes::settings::Settings;
use runtimes::registry::Runtimes;
use secrets::Secrets;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use error::ServerError;
pub use install::{NewServer, Scope, Values};
pub use oauth::OauthDone;
pub use requests::Logs;
pub use status::{Progress, ServerStatus};

use crate::clock::Clock;
use crate::snapshot::SnapshotHandle;
use connections::Slot;
use states::States;
use status::Statuses;
use worker::Worker;

type Result<T> = std::result::Result<T, ServerError>;

/// What [`Servers`] is made of.
pub struct Parts {
    pub db: Db,
    pub snapshot: SnapshotHandle,
    pub secrets: Arc<Secrets>,
    pub runtimes: Arc<Runtimes>,
    pub clock: Arc<dyn Clock>,
    pub tasks: TaskTracker,
    pub stopping: CancellationToken,
    /// Where links in errors lead, without a trailing slash.
    pub frontend_url: String,
    /// How servers are placed in clusters that a person added.
    pub cluster_settings: Settings,
    /// Networks that remote servers may be in although they are not public.
    pub allowed: Allow,
}

pub struct Servers {
    parts: Parts,
    /// For addresses that came from outside.
    remote: Http,
    /// For servers that this program runs: their runtime says where they are.
    local: Http,
    /// This replica, as leases know it.
    holder: Uuid,
    slots: Mutex<HashMap<Uuid, Arc<Slot>>>,
    workers: Mutex<HashMap<Uuid, Worker>>,
    clusters: Mutex<clusters::Known>,
    states: States,
    statuses: Statuses,
    /// Something changed that need not wait for the next round.
    poke: Notify,
}

impl Servers {
    pub fn new(parts: Parts) -> Result<Arc<Self>> {
        let http = |allow| {
            Http::new(AddressGuard::new(allow)).map_err(|error| ServerError::Connect {
                name: "any server".to_owned(),
                cause: error.to_string(),
            })
        };
        Ok(Arc::new(Self {
            remote: http(parts.allowed.clone())?,
            local: http(Allow::everything())?,
            parts,
            holder: Uuid::new_v4(),
            slots: Mutex::default(),
            workers: Mutex::default(),
            clusters: Mutex::default(),
            states: States::default(),
            statuses: Statuses::default(),
            poke: Notify::new(),
        }))
    }

    /// The client for addresses that came from outside; catalogue searches use it, too.
    pub fn remote_http(&self) -> &Http {
        &self.remote
    }

    /// The client for addresses that the configuration or this program itself chose.
    pub fn local_http(&self) -> &Http {
        &self.local
    }

    async fn row(&self, id: Uuid) -> Result<McpServer> {
        let row = db::mcp_servers::find(&self.parts.db, id).await?;
        row.ok_or(ServerError::NotFound)
    }

    /// A catalog item with its secrets in it.
    async fn item(&self, catalog_id: Uuid) -> Result<CatalogItem> {
        let item = db::mcp_catalog::find(&self.parts.db, catalog_id).await?;
        let mut item = item.ok_or(ServerError::NotFound)?;
        crate::catalog::unseal(&self.parts.secrets, &mut item).await?;
        Ok(item)
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Servers")
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

/// Nothing is ever left half changed under these locks, so a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
