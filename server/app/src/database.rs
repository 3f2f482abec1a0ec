//! The database: somebody's own by its URL, or the PostgreSQL this program brings.

mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use db::{Db, Endpoint};
use domain::availability::Availability;
use domain::backups::{BackupError, Folder, Reason};
use domain::clock::{Clock as _, SystemClock};
use postgres::installation::Installation;
use postgres::owner::OwnerLock;
use postgres::server::{Address, Connection, Options, RunAs, Server, running_in};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::{StartError, data_dir, secret_stores};
use watch::Watch;

const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Database {
    pub(crate) db: Db,
    /// For people, where it is.
    place: &'static str,
    /// None if the database is somebody else's to run.
    embedded: Option<Server>,
    /// Of the data directory, where the spool lies; our own server holds it itself.
    _owner: Option<OwnerLock>,
}

impl Database {
    /// Connects, starting our own server first if none is configured. The lock is that of the data directory.
    pub(crate) async fn open(config: &Config, owner: OwnerLock) -> Result<Self, StartError> {
        if let Some(url) = secret_stores::database_url(config).await? {
            let database = Self::connect(config, &Endpoint::Url(url), None, Some(owner))?;
            return database.prepared(None).await;
        }
        let backups = data_dir::backups(owner.data_dir());
        let server = start_embedded(config, owner).await?;
        let endpoint = local(server.connection());
        let database = Self::connect(config, &endpoint, Some(server), None)?;
        // Whoever runs a database of their own backs it up in their own way.
        database.prepared(Some(backups)).await
    }

    /// For a command beside a server that may be running: through that server's database, else as [`Self::open`].
    pub(crate) async fn open_beside(config: &Config) -> Result<Self, StartError> {
        let backups = data_dir::backups(&data_dir::choose(config)?);
        let database = Self::open_as_it_is(config).await?;
        let backups = database.embedded.is_some().then_some(backups);
        database.prepared(backups).await
    }

    /// With whatever schema it has.
    pub(crate) async fn open_as_it_is(config: &Config) -> Result<Self, StartError> {
        if let Some(url) = secret_stores::database_url(config).await? {
            return Self::connect(config, &Endpoint::Url(url), None, None);
        }
        let directory = data_dir::choose(config)?;
        match data_dir::own(&directory) {
            Ok(owner) => {
                let server = start_embedded(config, owner).await?;
                let endpoint = local(server.connection());
                Self::connect(config, &endpoint, Some(server), None)
            }
            Err(taken) => match running_in(&data_dir::postgres(config, &directory)?)? {
                Some(connection) => Self::connect(config, &local(&connection), None, None),
                None => Err(taken),
            },
        }
    }

    fn connect(
        config: &Config,
        endpoint: &Endpoint,
        embedded: Option<Server>,
        owner: Option<OwnerLock>,
    ) -> Result<Self, StartError> {
        let place = match endpoint {
            Endpoint::Local { .. } => "the program's own PostgreSQL",
            Endpoint::Url(_) => "ARCHESTRA_DATABASE_URL",
        };
        let db = Db::connect_lazily(
            endpoint,
            config.database_pool_max,
            config.database_statement_timeout,
        )
        .map_err(|cause| StartError::Database { place, cause })?;
        Ok(Self {
            db,
            place,
            embedded,
            _owner: owner,
        })
    }

    /// With its schema brought up to date, after a backup if there is a folder for it.
    async fn prepared(self, backups: Option<Folder>) -> Result<Self, StartError> {
        let Err(error) = self.prepare(backups.as_ref()).await else {
            return Ok(self);
        };
        let place = self.place;
        self.close().await;
        Err(match error {
            PrepareError::Newer(found) => StartError::NewerSchema {
                found,
                known: Db::newest_migration(),
            },
            PrepareError::Database(cause) => StartError::Database { place, cause },
            PrepareError::Backup(directory, cause) => {
                StartError::BackupBeforeMigration { directory, cause }
            }
        })
    }

    async fn prepare(&self, backups: Option<&Folder>) -> Result<(), PrepareError> {
        match self.db.newer_schema().await {
            Ok(Some(found)) => return Err(PrepareError::Newer(found)),
            Ok(None) => {}
            // The pool has waited for it in vain, and does not know why.
            Err(error) if error.is_unavailable() => {
                self.db.reach().await?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(backups) = backups
            && self.db.is_behind().await?
        {
            let now = SystemClock.now();
            let made = backups.create(&self.db, Reason::BeforeMigration, now).await;
            let (path, _) =
                made.map_err(|cause| PrepareError::Backup(backups.path().to_owned(), cause))?;
            tracing::info!(path = %path.display(), "a backup was made before the schema is brought up to date");
        }
        Ok(self.db.migrate().await?)
    }

    /// Whether it is the one that this program brings.
    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Keeps `availability` true to what the database does until `stop`.
    pub(crate) fn watch(
        &self,
        availability: Availability,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let watch = Watch {
            supervisor: self.embedded.as_ref().map(Server::state),
            heartbeat: self.db.heartbeat(),
        };
        async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = watch.run(&availability) => {}
            }
        }
    }

    pub(crate) async fn close(self) {
        // Connections to a server that does not answer can't be closed in order, and must not hold up the stop.
        if tokio::time::timeout(CLOSE_PATIENCE, self.db.close())
            .await
            .is_err()
        {
            tracing::warn!("some database connections did not close in time");
        }
        if let Some(server) = self.embedded {
            server.stop().await;
        }
    }
}

enum PrepareError {
    Newer(i64),
    Database(db::Error),
    Backup(PathBuf, BackupError),
}

impl From<db::Error> for PrepareError {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

async fn start_embedded(config: &Config, owner: OwnerLock) -> Result<Server, StartError> {
    let installation = Installation::find(config.postgres_dir.as_deref())?;
    let directory = data_dir::postgres(config, owner.data_dir())?;
    Ok(Server::start(Options {
        installation,
        owner,
        directory: Some(directory),
        run_as: RunAs::Auto,
    })
    .await?)
}

pub(crate) fn local(connection: &Connection) -> Endpoint {
    let host = match &connection.address {
        Address::Socket(directory) => directory.clone(),
        Address::Loopback => Path::new("127.0.0.1").to_owned(),
    };
    Endpoint::Local {
        host,
        port: connection.port,
        user: connection.user.clone(),
        password: connection.password.clone(),
        database: connection.database.clone(),
    }
}
