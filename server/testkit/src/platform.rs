//! A platform for the planes under test: real in everything but where its upstreams are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use domain::availability::Availability;
use domain::clock::{Clock, SystemClock};
use domain::desktop::OneTimeToken;
use domain::live::Live;
use domain::metrics::Metrics;
use domain::platform::{Platform, Settings};
use domain::recorder::Recorder;
use domain::snapshot::SnapshotHandle;
use domain::upstreams::{Upstream, Upstreams};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::database::TestDatabase;

pub const ORGANIZATION: &str = "test-organization";

/// What a test may want different.
pub struct Options {
    pub clock: Arc<dyn Clock>,
    pub upstreams: Upstreams,
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
                timeout: Duration::from_secs(20),
                body_limit: 50_000_000,
            },
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
        let spool = tempfile::tempdir()?;
        let snapshot = SnapshotHandle::default();
        snapshot.refresh(&database.db).await?;
        let availability = Availability::default();
        let recorder = Recorder::start(
            database.db.clone(),
            availability.clone(),
            snapshot.clone(),
            spool.path().to_owned(),
        )?;
        let platform = Platform {
            db: database.db.clone(),
            clock: options.clock,
            database: availability,
            snapshot,
            recorder,
            live: Live::default(),
            metrics: Metrics::default(),
            upstreams: options.upstreams,
            settings: settings(),
            desktop_token: OneTimeToken::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Ok(Self {
            platform: Arc::new(platform),
            database,
            spool,
        })
    }

    /// Makes what was just written to the database count for requests.
    pub async fn refresh(&self) -> Result<()> {
        Ok(self.platform.snapshot.refresh(&self.platform.db).await?)
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
        desktop: false,
        analytics_enabled: true,
        analytics_destination: false,
        trust_proxy: false,
    }
}
