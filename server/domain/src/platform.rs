//! The one state value: everything a plane needs, made once at start.

use std::sync::Arc;
use std::time::Duration;

use db::Db;
use runtimes::registry::Runtimes;
use secrets::Secrets;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::availability::Availability;
use crate::backups::Folder;
use crate::clock::Clock;
use crate::desktop::OneTimeToken;
use crate::limits::Limits;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::provider_keys::ProviderKeys;
use crate::recorder::Recorder;
use crate::servers::Servers;
use crate::snapshot::SnapshotHandle;
use crate::traces::Traces;
use crate::upstreams::Upstreams;

#[derive(Debug)]
pub struct Platform {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// Whether the database answers, so that a request need not wait to find out.
    pub database: Availability,
    pub snapshot: SnapshotHandle,
    pub limits: Limits,
    pub recorder: Recorder,
    pub live: Live,
    pub metrics: Metrics,
    pub traces: Traces,
    pub upstreams: Upstreams,
    pub provider_keys: Arc<ProviderKeys>,
    pub secrets: Arc<Secrets>,
    /// Where MCP servers can run.
    pub runtimes: Arc<Runtimes>,
    pub servers: Arc<Servers>,
    pub settings: Settings,
    /// How the desktop window signs in without a password.
    pub desktop_token: OneTimeToken,
    /// Everything spawned; a graceful stop waits for it.
    pub tasks: TaskTracker,
    /// Fires before `stopping`: requests are still taken, but should go elsewhere.
    pub draining: CancellationToken,
    /// Fires when the program is asked to stop.
    pub stopping: CancellationToken,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the configuration"
)]
/// What planes need to know of the configuration beyond upstreams.
#[derive(Debug, Clone)]
pub struct Settings {
    pub version: &'static str,
    pub organization_id: String,
    /// Without a trailing slash, as clients are told it.
    pub api_base_url: String,
    pub frontend_url: String,
    pub cookie_domain: Option<String>,
    /// The UI is served over https: cookies are marked Secure.
    pub secure_cookies: bool,
    pub disable_basic_auth: bool,
    pub disable_invitations: bool,
    /// Identity providers whose verified addresses open accounts that are here already, beside the presets.
    pub trusted_sso_provider_ids: Vec<String>,
    pub desktop: bool,
    pub analytics_enabled: bool,
    pub analytics_destination: bool,
    /// Addresses whose `X-Forwarded-*` headers are believed.
    pub trust_proxy: bool,
    /// How long a tool call may be silent.
    pub tool_call_timeout: Duration,
    /// Requests to the admin API that one caller may make of this process in a minute; 0: any number.
    pub api_rate_limit: u32,
    /// The same for signing in, by address.
    pub auth_rate_limit: u32,
    /// Where the list of the official MCP registry is.
    pub mcp_registry: String,
    /// Where backups lie.
    pub backups: Folder,
}
