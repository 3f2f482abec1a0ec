//! The start and the stop, each as one list of steps.

use std::path::Path;
use std::sync::Arc;

use chat::Chat;
use chrono::TimeDelta;
use domain::active_users;
use domain::availability::Availability;
use domain::backups::Folder;
use domain::clock::{Clock, SystemClock};
use domain::desktop::OneTimeToken;
use domain::limits::Limits;
use domain::live::{self, Live};
use domain::metrics::Metrics;
use domain::platform::{Platform, Settings};
use domain::provider_keys::ProviderKeys;
use domain::recorder::Recorder;
use domain::retention;
use domain::servers::{Parts, Servers};
use domain::snapshot::SnapshotHandle;
use domain::tokens::Owner;
use domain::traces::Traces;
use runtimes::registry::Runtimes;
use secrets::stores::keyring::Keyring;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use crate::auth_secret::{self, AuthSecret};
use crate::config::Config;
use crate::database::Database;
use crate::middleware::Origins;
use crate::router::Planes;
use crate::{
    StartError, backup_schedule, data_dir, first_run, listen, memory, router, secret_stores,
    telemetry,
};

/// A server that accepts requests. Dropping it does not stop it: call [`Running::stop`].
pub struct Running {
    pub platform: Arc<Platform>,
    pub config: Config,
    /// The published password still signs in.
    pub(crate) default_password: bool,
    database: Database,
    listeners: TaskTracker,
}

/// Starts, waits for `shutdown`, stops.
pub async fn serve(config: Config, shutdown: CancellationToken) -> Result<(), StartError> {
    let running = Running::start(config).await?;
    crate::banner::print(&running);
    shutdown.cancelled().await;
    running.stop().await;
    Ok(())
}

impl Running {
    /// Port 0 in a URL means any free port; the configuration of the result names it.
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        prepare_process();
        let directory = data_dir::choose(&config)?;
        let owner = data_dir::own(&directory)?;
        let directory = owner.data_dir().to_owned();
        let keyring = Keyring::default();
        let auth_secret = auth_secret::ensure(&config, &directory, &keyring).await?;
        // Ports first: a start that can't succeed should not touch the database.
        let sockets = Sockets::bind(&mut config)?;
        let database = Database::open(&config, owner).await?;
        let clock = Arc::new(SystemClock);
        let organization = first_run::ensure(&database.db, &config, clock.now()).await?;
        let default_password = db::users::any_default_password(&database.db)
            .await
            .map_err(failed)?;
        let place = Place {
            directory: &directory,
            auth_secret: &auth_secret,
            keyring,
            traces: telemetry::traces::open(&config, &organization.id)?,
            organization_id: organization.id,
        };
        let platform = platform(&config, &database, clock, place).await?;
        mcp_gateway::keep_builtin_tools(&platform)
            .await
            .map_err(failed)?;
        spawn_background(&platform, &database, &config);
        let listeners = sockets.serve(&platform, &config);
        Ok(Self {
            platform,
            config,
            default_password,
            database,
            listeners,
        })
    }

    /// The UI's address on this machine.
    pub fn local_url(&self) -> String {
        format!("http://localhost:{}", self.config.frontend_port())
    }

    /// An address that signs its first visitor in; for this process's own window.
    pub fn desktop_url(&self) -> String {
        let token = Uuid::new_v4().simple().to_string();
        self.platform.desktop_token.issue(&token);
        format!("{}/api/auth/desktop?token={token}", self.local_url())
    }

    /// Lets load balancers look elsewhere and open requests finish, writes what is waiting, stops the database.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.platform.draining.cancel();
        tokio::time::sleep(self.config.drain).await;
        self.platform.stopping.cancel();
        self.listeners.close();
        self.listeners.wait().await;
        self.platform.recorder.close().await;
        self.platform.tasks.close();
        // A task that outlives this patience ends with the process.
        let _ = tokio::time::timeout(
            std::time::Duration::from_secs(2),
            self.platform.tasks.wait(),
        )
        .await;
        self.database.close().await;
        let traces = self.platform.traces.clone();
        // It ends by itself, soon.
        let _ = tokio::task::spawn_blocking(move || traces.close()).await;
        tracing::info!("stopped");
    }
}

/// What the start found out before the platform is made.
struct Place<'a> {
    directory: &'a Path,
    auth_secret: &'a AuthSecret,
    keyring: Keyring,
    organization_id: String,
    traces: Traces,
}

fn failed(cause: db::Error) -> StartError {
    StartError::Database {
        place: "the start",
        cause,
    }
}

/// For a command: the state, and nothing that listens or runs by itself. `scratch` is the command's own directory.
pub(crate) async fn platform_beside(
    config: &Config,
    database: &Database,
    scratch: &Path,
) -> Result<Arc<Platform>, StartError> {
    prepare_process();
    let clock = Arc::new(SystemClock);
    let keyring = Keyring::default();
    let auth_secret = auth_secret::ensure(config, &data_dir::choose(config)?, &keyring).await?;
    let organization = first_run::ensure(&database.db, config, clock.now()).await?;
    let place = Place {
        directory: scratch,
        auth_secret: &auth_secret,
        keyring,
        traces: Traces::default(),
        organization_id: organization.id,
    };
    platform(config, database, clock, place).await
}

async fn platform(
    config: &Config,
    database: &Database,
    clock: Arc<dyn Clock>,
    place: Place<'_>,
) -> Result<Arc<Platform>, StartError> {
    let db = database.db.clone();
    let secrets = secret_stores::open(config, db.clone(), place.auth_secret, place.keyring);
    let secrets = Arc::new(secrets.await?);
    let name = "Organization token";
    domain::tokens::ensure(&db, &secrets, Owner::Organization, name, clock.now()).await?;
    let snapshot = SnapshotHandle::default();
    snapshot.refresh(&db).await.map_err(failed)?;
    let availability = Availability::default();
    let limits = Limits::new(clock.clone());
    limits.refresh(&db).await.map_err(failed)?;
    let recorder = Recorder::start(
        db.clone(),
        availability.clone(),
        snapshot.clone(),
        place.directory.join("spool"),
    )?;
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    let instance = place.organization_id.clone();
    let registry = config
        .mcp
        .registry(&instance, place.directory, config.desktop, tasks.clone());
    let runtimes = Arc::new(Runtimes::discover(registry));
    let backups = data_dir::backups(place.directory);
    let settings = settings(config, place.organization_id, backups);
    let servers = Servers::new(Parts {
        db: db.clone(),
        snapshot: snapshot.clone(),
        secrets: secrets.clone(),
        runtimes: runtimes.clone(),
        clock: clock.clone(),
        tasks: tasks.clone(),
        stopping: stopping.clone(),
        frontend_url: settings.frontend_url.clone(),
        cluster_settings: config.mcp.cluster_settings(&instance),
        allowed: config.mcp.allowed.clone(),
    })?;
    Ok(Arc::new(Platform {
        db,
        clock,
        database: availability,
        snapshot,
        limits,
        recorder,
        live: Live::default(),
        metrics: Metrics::default(),
        traces: place.traces,
        provider_keys: Arc::new(ProviderKeys::new(&servers, &config.upstreams)),
        upstreams: config.upstreams.clone(),
        secrets,
        runtimes,
        servers,
        settings,
        desktop_token: OneTimeToken::default(),
        tasks,
        draining: CancellationToken::new(),
        stopping,
    }))
}

struct Sockets {
    api: TcpListener,
    ui: TcpListener,
    metrics: TcpListener,
}

impl Sockets {
    fn bind(config: &mut Config) -> Result<Self, StartError> {
        let sockets = Self {
            api: listen::bind(config.bind, config.api_port(), "ARCHESTRA_API_BASE_URL")?,
            ui: listen::bind(
                config.bind,
                config.frontend_port(),
                "ARCHESTRA_FRONTEND_URL",
            )?,
            metrics: listen::bind(config.bind, config.metrics_port, "ARCHESTRA_METRICS_PORT")?,
        };
        name_chosen_port(&mut config.api_base_url, &sockets.api)?;
        name_chosen_port(&mut config.frontend_url, &sockets.ui)?;
        config.metrics_port = sockets.metrics.local_addr()?.port();
        Ok(sockets)
    }

    fn serve(self, platform: &Arc<Platform>, config: &Config) -> TaskTracker {
        let origins = Origins::new(
            &[&config.api_base_url, &config.frontend_url],
            &config.trusted_origins,
        );
        let secret = config.metrics_secret.clone();
        let (proxy, gateway) = (
            llm_proxy::router(platform.clone()),
            mcp_gateway::router(platform.clone()),
        );
        let chat = Chat::new(platform.clone(), proxy.clone(), gateway.clone());
        platform.tasks.spawn(chat.clone().run());
        let planes = Planes {
            api: router::api_router(platform, &chat),
            proxy,
            gateway,
            metrics: router::metrics_router(platform, secret),
        };
        let routers = [
            (self.api, router::router(platform, &origins, &planes, false)),
            (self.ui, router::router(platform, &origins, &planes, true)),
            (self.metrics, planes.metrics),
        ];
        let listeners = TaskTracker::new();
        for (listener, router) in routers {
            let (drain, stop) = (platform.draining.clone(), platform.stopping.clone());
            listeners.spawn(listen::serve(listener, router, drain, stop));
        }
        platform.tasks.spawn(memory::return_what_the_start_took());
        listeners
    }
}

fn name_chosen_port(url: &mut Url, listener: &TcpListener) -> Result<(), StartError> {
    if url.port() == Some(0) {
        // Only a URL without a host could refuse a port, and the configuration accepts none of those.
        let _ = url.set_port(Some(listener.local_addr()?.port()));
    }
    Ok(())
}

fn spawn_background(platform: &Arc<Platform>, database: &Database, config: &Config) {
    let stop = || platform.stopping.clone();
    platform
        .tasks
        .spawn(database.watch(platform.database.clone(), stop()));
    let follow = live::follow(
        platform.db.clone(),
        platform.snapshot.clone(),
        platform.limits.clone(),
        platform.live.clone(),
        stop(),
    );
    platform.tasks.spawn(follow);
    platform.tasks.spawn(retention::run(
        platform.clone(),
        config.retention_days,
        stop(),
    ));
    platform
        .tasks
        .spawn(active_users::run(platform.clone(), stop()));
    if database.is_embedded() && config.backup_interval_hours > 0 {
        let every = TimeDelta::hours(config.backup_interval_hours.into());
        platform
            .tasks
            .spawn(backup_schedule::run(platform.clone(), every, stop()));
    }
    platform.tasks.spawn(platform.servers.clone().run());
    if config.traces.is_default {
        let (traces, endpoint) = (platform.traces.clone(), config.traces.endpoint.clone());
        let look = telemetry::traces::look_for_collector(traces, endpoint, stop());
        platform.tasks.spawn(look);
    }
    let (secrets, stopped) = (platform.secrets.clone(), stop());
    platform.tasks.spawn(async move {
        if let Err(error) = secrets.finish_moves().await {
            tracing::warn!(%error, "what moves of secrets left behind could not be looked for");
        }
        tokio::select! {
            () = stopped.cancelled() => {}
            () = secrets.keep_signed_in() => {}
        }
    });
}

fn settings(config: &Config, organization_id: String, backups: Folder) -> Settings {
    let plain = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    Settings {
        version: crate::VERSION,
        organization_id,
        api_base_url: plain(&config.api_base_url),
        frontend_url: plain(&config.frontend_url),
        cookie_domain: config.cookie_domain.clone(),
        secure_cookies: config.frontend_url.scheme() == "https",
        disable_basic_auth: config.disable_basic_auth,
        disable_invitations: config.disable_invitations,
        trusted_sso_provider_ids: config.trusted_sso_provider_ids.clone(),
        desktop: config.desktop,
        analytics_enabled: config.analytics_enabled,
        // No destination can be configured yet, so nothing is ever sent.
        analytics_destination: false,
        trust_proxy: config.trust_proxy,
        tool_call_timeout: config.mcp.tool_call_timeout,
        api_rate_limit: config.api_rate_limit,
        auth_rate_limit: config.auth_rate_limit,
        mcp_registry: plain(&config.mcp_registry),
        backups,
    }
}

/// What has to be done once per process.
fn prepare_process() {
    // A second call (a test's, the window's second try) finds it done.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    #[cfg(unix)]
    raise_file_limit();
}

/// Every connection is a file: the usual soft limit of 1,024 is too few for a proxy.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files could not be raised");
    }
}
