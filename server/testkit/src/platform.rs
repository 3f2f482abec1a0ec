//! A platform for the planes under test: real in everything but where its upstreams are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use domain::availability::Availability;
use domain::backups::Folder;
use domain::clock::{Clock, SystemClock};
use domain::desktop::OneTimeToken;
use domain::limits::Limits;
use domain::live::Live;
use domain::metrics::Metrics;
use domain::platform::{Platform, Settings};
use domain::provider_keys::ProviderKeys;
use domain::recorder::Recorder;
use domain::servers::{Parts, Servers};
use domain::snapshot::SnapshotHandle;
use domain::traces::Traces;
use domain::upstreams::{Upstream, Upstreams};
use mcp::guard::Allow;
use runtimes::kubernetes::settings::Settings as ClusterSettings;
use runtimes::registry::Runtimes;
use runtimes::runtime::Runtime;
use secrecy::SecretString;
use secrets::Secrets;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::database::TestDatabase;

pub const ORGANIZATION: &str = "test-organization";
const AUTH_SECRET: &str = "an auth secret for tests, long enough";

/// What a test may want different.
pub struct Options {
    pub clock: Arc<dyn Clock>,
    pub upstreams: Upstreams,
    /// Where MCP servers can run.
    pub runtimes: Vec<Arc<dyn Runtime>>,
    /// How long a tool call may be silent.
    pub tool_call_timeout: Duration,
}

impl Options {
    /// Every provider at one address, without keys of the server.
    pub fn with_upstream(base_url: &Url) -> Self {
        let upstream = Upstream {
            base_url: base_url.clone(),
            api_key: None,
        };
        Self {
            clock: Arc::new(SystemClock),
            upstreams: Upstreams {
                openai: upstream.clone(),
                anthropic: upstream.clone(),
                gemini: upstream,
                vertex: None,
                local_servers: true,
                timeout: Duration::from_secs(20),
                body_limit: 50_000_000,
            },
            runtimes: Vec::new(),
            tool_call_timeout: Duration::from_mins(1),
        }
    }
}

/// A platform with a database and a spool of its own.
pub struct TestPlatform {
    pub platform: Arc<Platform>,
    pub database: TestDatabase,
    pub spool: TempDir,
}

impl TestPlatform {
    /// There is one organization in it, nothing else.
    pub async fn start(options: Options) -> Result<Self> {
        let database = TestDatabase::create().await?;
        db::organization::ensure(&database.db, ORGANIZATION, "Tests").await?;
        Self::over(database, options).await
    }

    /// Another process over the same database.
    pub async fn replica(&self, options: Options) -> Result<Self> {
        Self::over(self.database.reopened().await?, options).await
    }

    async fn over(database: TestDatabase, options: Options) -> Result<Self> {
        let spool = tempfile::tempdir()?;
        let snapshot = SnapshotHandle::default();
        snapshot.refresh(&database.db).await?;
        let availability = Availability::default();
        let limits = Limits::new(options.clock.clone());
        limits.refresh(&database.db).await?;
        let (db, kept) = (database.db.clone(), spool.path().to_owned());
        let recorder = Recorder::start(db, availability.clone(), snapshot.clone(), kept)?;
        let key = SecretString::from(AUTH_SECRET);
        let secrets = Arc::new(Secrets::open(database.db.clone(), &key).await?);
        let runtimes = Arc::new(Runtimes::of(options.runtimes));
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let settings = Settings {
            tool_call_timeout: options.tool_call_timeout,
            backups: Folder::new(spool.path().join("backups")),
            ..settings()
        };
        let servers = Servers::new(Parts {
            db: database.db.clone(),
            snapshot: snapshot.clone(),
            secrets: secrets.clone(),
            runtimes: runtimes.clone(),
            clock: options.clock.clone(),
            tasks: tasks.clone(),
            stopping: stopping.clone(),
            cluster_settings: ClusterSettings::default(),
            frontend_url: settings.frontend_url.clone(),
            // Fakes are on this machine.
            allowed: Allow::everything(),
        })?;
        let platform = Platform {
            db: database.db.clone(),
            clock: options.clock,
            database: availability,
            limits,
            snapshot,
            recorder,
            live: Live::default(),
            metrics: Metrics::default(),
            traces: Traces::default(),
            provider_keys: Arc::new(ProviderKeys::new(&servers, &options.upstreams)),
            upstreams: options.upstreams,
            secrets,
            runtimes,
            servers,
            settings,
            desktop_token: OneTimeToken::default(),
            tasks,
            draining: CancellationToken::new(),
            stopping,
        };
        Ok(Self {
            platform: Arc::new(platform),
            database,
            spool,
        })
    }

    /// Follows the database's announcements and looks after MCP servers, as the program does.
    pub fn follow(&self) {
        let platform = &self.platform;
        platform.tasks.spawn(domain::live::follow(
            platform.db.clone(),
            platform.snapshot.clone(),
            platform.limits.clone(),
            platform.live.clone(),
            platform.stopping.clone(),
        ));
        platform.tasks.spawn(platform.servers.clone().run());
    }

    /// As the program does, and waits for everything that runs.
    pub async fn stop(&self) {
        self.platform.stopping.cancel();
        self.platform.tasks.close();
        self.platform.tasks.wait().await;
    }

    /// Makes what was just written to the database count for requests.
    pub async fn refresh(&self) -> Result<()> {
        let platform = &self.platform;
        platform.snapshot.refresh(&platform.db).await?;
        Ok(platform.limits.refresh(&platform.db).await?)
    }
}

fn settings() -> Settings {
    Settings {
        version: "0.0.0-test",
        organization_id: ORGANIZATION.to_owned(),
        api_base_url: "http://localhost:9000".to_owned(),
        frontend_url: "http://localhost:3000".to_owned(),
        cookie_domain: None,
        secure_cookies: false,
        disable_basic_auth: false,
        disable_invitations: false,
        trusted_sso_provider_ids: Vec::new(),
        desktop: false,
        analytics_enabled: true,
        analytics_destination: false,
        trust_proxy: false,
        tool_call_timeout: Duration::from_mins(1),
        api_rate_limit: 30_000,
        auth_rate_limit: 300,
        mcp_registry: "https://registry.modelcontextprotocol.io/v0.1/servers".to_owned(),
        backups: Folder::new("backups".into()),
    }
}
