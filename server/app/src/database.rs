//! The database: somebody's own by its URL, or the PostgreSQL this program brings.

use std::path::Path;

use db::{Db, Endpoint};
use domain::availability::Availability;
use postgres::installation::Installation;
use postgres::owner::OwnerLock;
use postgres::server::{Address, Connection, Options, RunAs, Server, State};
use tokio_util::sync::CancellationToken;

use crate::StartError;
use crate::config::Config;

pub(crate) struct Database {
    pub(crate) db: Db,
    /// None if the database is somebody else's to run.
    embedded: Option<Server>,
}

impl Database {
    /// Connects, starting our own server first if none is configured. The lock is that of the data directory.
    pub(crate) async fn open(config: &Config, owner: OwnerLock) -> Result<Self, StartError> {
        let embedded = match &config.database_url {
            Some(_) => None,
            None => Some(start_embedded(config, owner).await?),
        };
        let endpoint = match (&embedded, &config.database_url) {
            (Some(server), _) => local(server.connection()),
            (None, url) => Endpoint::Url(url.clone().unwrap_or_default()),
        };
        let place = if embedded.is_some() {
            "the program's own PostgreSQL"
        } else {
            "ARCHESTRA_DATABASE_URL"
        };
        let wrong = |cause| StartError::Database { place, cause };
        let db = Db::connect_lazily(
            &endpoint,
            config.database_pool_max,
            config.database_statement_timeout,
        )
        .map_err(wrong)?;
        let database = Self { db, embedded };
        if let Err(error) = database.prepare().await {
            database.close().await;
            return Err(match error {
                PrepareError::Newer(found) => StartError::NewerSchema {
                    found,
                    known: Db::newest_migration(),
                },
                PrepareError::Database(cause) => wrong(cause),
            });
        }
        Ok(database)
    }

    async fn prepare(&self) -> Result<(), PrepareError> {
        if let Some(found) = self.db.newer_schema().await? {
            return Err(PrepareError::Newer(found));
        }
        Ok(self.db.migrate().await?)
    }

    /// Follows our own server's state until `stop`. A foreign one's is only known when it is asked.
    pub(crate) fn watch(
        &self,
        availability: Availability,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let state = self.embedded.as_ref().map(Server::state);
        async move {
            let Some(mut state) = state else { return };
            loop {
                let current = state.borrow_and_update().clone();
                availability.set(current == State::Running);
                if let State::Restarting { cause } | State::Failed { cause } = current {
                    tracing::error!(%cause, "the database is away; the proxy goes on, calls are kept on disk");
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    changed = state.changed() => if changed.is_err() { return },
                }
            }
        }
    }

    pub(crate) async fn close(self) {
        self.db.close().await;
        if let Some(server) = self.embedded {
            server.stop().await;
        }
    }
}

enum PrepareError {
    Newer(i64),
    Database(db::Error),
}

impl From<db::Error> for PrepareError {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

async fn start_embedded(config: &Config, owner: OwnerLock) -> Result<Server, StartError> {
    let installation = Installation::find(config.postgres_dir.as_deref())?;
    Ok(Server::start(Options {
        installation,
        owner,
        run_as: RunAs::Auto,
    })
    .await?)
}

fn local(connection: &Connection) -> Endpoint {
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
