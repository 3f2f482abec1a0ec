//! The trait that Docker, Kubernetes and plain processes share.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use tokio::io::{AsyncRead, AsyncWrite};
use url::Url;
use uuid::Uuid;

use crate::error::Result;
use crate::kubernetes::permissions::Permission;
use crate::progress::ProgressSink;
use crate::spec::ServerSpec;
use crate::status::{Found, Health, Status};

/// A place where MCP servers run. All calls may be made at any time, also while the engine is away: they fail with
/// [`crate::error::Error::Unavailable`] then, and work again when it is back.
#[async_trait]
pub trait Runtime: Send + Sync {
    /// `docker`, `kubernetes` or `process`: stored as text and shown.
    fn id(&self) -> &'static str;

    fn capabilities(&self) -> Capabilities;

    /// Asks the engine; answers within a few seconds, whatever is wrong.
    async fn health(&self) -> Health;

    /// What the account that is used here may do, of all that is needed. Empty where there is no such account.
    async fn permissions(&self) -> Result<Vec<Permission>> {
        Ok(Vec::new())
    }

    /// Makes the spec run and returns when it does. A server that already runs with the same fingerprint is adopted as
    /// it is, one with another is replaced, one that has ended is started again.
    async fn start(&self, spec: &ServerSpec, progress: &ProgressSink) -> Result<()>;

    /// Ends it, and keeps its logs. What does not exist is stopped already.
    async fn stop(&self, id: Uuid) -> Result<()>;

    /// Ends it and leaves nothing behind. What does not exist is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;

    async fn status(&self, id: Uuid) -> Result<Status>;

    /// The statuses of all servers, now and at every change. Never ends; while the engine is away it waits, and when it
    /// is back all statuses come anew.
    fn watch(&self) -> BoxStream<'static, (Uuid, Status)>;

    /// What the server wrote: both outputs of an HTTP server; of a stdio server only standard error, where the engine can
    /// tell them apart (its standard output is the protocol). Chunks as they come, not lines. Ends at the end of the
    /// logs, or of the server when following.
    async fn logs(&self, id: Uuid, query: LogQuery) -> Result<BoxStream<'static, Result<Bytes>>>;

    /// The standard streams of a running stdio server. One at a time: what a server writes goes to all who are attached.
    async fn attach(&self, id: Uuid) -> Result<Stdio>;

    /// Where a running HTTP server can be reached from this process.
    async fn endpoint(&self, id: Uuid) -> Result<Url>;

    /// What this program (or an earlier run of it) has started here and not removed.
    async fn list(&self) -> Result<Vec<Found>>;
}

/// What a runtime can do, as the API serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Capabilities {
    /// Its name for people.
    pub title: &'static str,
    /// Runs servers from an image.
    pub images: bool,
    /// Runs a command without an image.
    pub commands: bool,
    pub stdio: bool,
    pub http: bool,
    pub secret_files: bool,
    pub pull_secrets: bool,
    pub service_accounts: bool,
    /// Keeps memory, processor time and process count within the spec's resources.
    pub limits: bool,
    /// Servers keep running while this program is restarted.
    pub outlives_program: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogQuery {
    /// How many of the last lines; all that is kept without it.
    pub lines: Option<usize>,
    /// Stay and give what is written from now on.
    pub follow: bool,
    /// Of the run before the present one.
    pub previous: bool,
}

/// The standard streams of a server, apart from each other.
pub struct Stdio {
    pub stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    /// Only where it comes over the same connection; `logs` has it in any case.
    pub stderr: Option<Box<dyn AsyncRead + Send + Unpin>>,
}

impl fmt::Debug for Stdio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stdio")
    }
}
