//! The connection pool, the migrations and the notifications.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use crate::{Result, audit_log};

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");
const SNAPSHOT_CHANNEL: &str = "archestra_snapshot";
pub(crate) const INTERACTION_CHANNEL: &str = "archestra_interactions";
pub(crate) const TOOL_CALL_CHANNEL: &str = "archestra_tool_calls";
pub(crate) const LIMIT_CHANNEL: &str = "archestra_limits";
pub(crate) const CONVERSATION_CHANNEL: &str = "archestra_conversations";
pub(crate) const ANSWER_CHANNEL: &str = "archestra_conversation_answers";

/// Where the database is.
pub enum Endpoint {
    /// `postgresql://user:password@host:5432/database`
    Url(SecretString),
    /// A server on this machine that listens on a Unix socket (or, on Windows, on loopback).
    Local {
        host: PathBuf,
        port: u16,
        user: String,
        password: SecretString,
        database: String,
    },
}

impl Endpoint {
    fn options(&self) -> Result<PgConnectOptions> {
        let options = match self {
            Self::Url(url) => PgConnectOptions::from_str(url.expose_secret())?,
            Self::Local {
                host,
                port,
                user,
                password,
                database,
            } => {
                let options = PgConnectOptions::new_without_pgpass()
                    .port(*port)
                    .username(user)
                    .password(password.expose_secret())
                    .database(database);
                if host.is_absolute() {
                    options.socket(host)
                } else {
                    options.host(&host.to_string_lossy())
                }
            }
        };
        Ok(options.application_name("archestra"))
    }
}

/// A handle on the database; clones share one pool.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) pool: PgPool,
}

/// How full the pool is.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    pub open: u32,
    /// Of those, the ones that nobody uses.
    pub idle: u32,
    pub limit: u32,
}

impl Db {
    /// Opens a pool without waiting for a first connection. At most `max_connections` are kept.
    pub fn connect_lazily(
        endpoint: &Endpoint,
        max_connections: u32,
        statement_timeout: Duration,
    ) -> Result<Self> {
        let options = endpoint.options()?.options([(
            "statement_timeout",
            statement_timeout.as_millis().to_string(),
        )]);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(Duration::from_mins(5))
            // Telling a connection whom it works for is also the proof that it is alive.
            .test_before_acquire(false)
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(audit_log::name_actor(connection).await.is_ok()) })
            })
            .after_connect(|connection, _| Box::pin(audit_log::name_actor(connection)))
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Brings the schema up to date under an advisory lock. Each migration is one transaction: a failed one
    /// leaves the schema as it was before it.
    pub async fn migrate(&self) -> Result<()> {
        Ok(MIGRATIONS.run(&self.pool).await?)
    }

    /// The newest migration of the database, if this program does not know it.
    pub async fn newer_schema(&self) -> Result<Option<i64>> {
        let (exists,): (bool,) =
            sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                .fetch_one(&self.pool)
                .await?;
        if !exists {
            return Ok(None);
        }
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&self.pool)
            .await?;
        Ok(newest.filter(|newest| *newest > Self::newest_migration()))
    }

    /// Whether there is a schema, and it is not the newest that this program knows.
    pub async fn is_behind(&self) -> Result<bool> {
        let (exists,): (bool,) =
            sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                .fetch_one(&self.pool)
                .await?;
        if !exists {
            return Ok(false);
        }
        let applied: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
            .fetch_all(&self.pool)
            .await?;
        let missing = MIGRATIONS.iter().any(|one| !applied.contains(&one.version));
        Ok(missing && !applied.is_empty())
    }

    /// The newest migration this program knows.
    pub fn newest_migration() -> i64 {
        MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .max()
            .unwrap_or(0)
    }

    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// `server_version_num`, for example 180004.
    pub async fn server_version(&self) -> Result<i32> {
        let (version,): (i32,) =
            sqlx::query_as("SELECT current_setting('server_version_num')::int")
                .fetch_one(&self.pool)
                .await?;
        Ok(version)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub fn connections(&self) -> Connections {
        let open = self.pool.size();
        Connections {
            open,
            idle: u32::try_from(self.pool.num_idle()).unwrap_or(open),
            limit: self.pool.options().get_max_connections(),
        }
    }

    /// Tries to connect once. Unlike the pool, which only says that it waited in vain, this names the cause.
    pub async fn reach(&self) -> Result<()> {
        let connection = self.pool.connect_options().connect().await?;
        Ok(connection.close().await?)
    }

    pub fn heartbeat(&self) -> Heartbeat {
        Heartbeat {
            options: self.pool.connect_options(),
            connection: None,
        }
    }

    /// Listens for what any replica announces.
    pub async fn listen(&self) -> Result<Announcements> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener
            .listen_all([
                SNAPSHOT_CHANNEL,
                INTERACTION_CHANNEL,
                TOOL_CALL_CHANNEL,
                LIMIT_CHANNEL,
                CONVERSATION_CHANNEL,
                ANSWER_CHANNEL,
            ])
            .await?;
        Ok(Announcements(listener))
    }
}

/// Asks whether the database answers, on a connection of its own: a busy pool must not look like a database that is away.
pub struct Heartbeat {
    options: Arc<PgConnectOptions>,
    connection: Option<PgConnection>,
}

impl Heartbeat {
    /// Dropped while it waits, it forgets its connection and begins with a new one.
    pub async fn beat(&mut self) -> Result<()> {
        let connected = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.options.connect().await,
        };
        let mut connection = match connected {
            // It answers, only not us: others have taken all connections, but the pool has its own.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("53300") => {
                return Ok(());
            }
            connected => connected?,
        };
        connection.ping().await?;
        self.connection = Some(connection);
        Ok(())
    }
}

#[derive(Debug)]
pub enum Announcement {
    /// What a snapshot is made of changed, or the connection was lost and a change may have been missed.
    SnapshotChanged,
    /// These model calls have just been recorded.
    InteractionsRecorded(Vec<Uuid>),
    /// These calls at the gateway have just been recorded.
    ToolCallsRecorded(Vec<Uuid>),
    /// A limit changed, or what is used of one did.
    LimitsChanged,
    /// There is something new in these conversations.
    ConversationsChanged(Vec<Uuid>),
    /// A person told the runs of these conversations something.
    ConversationsAnswered(Vec<Uuid>),
}

/// A connection that hears what replicas announce; it reconnects by itself.
pub struct Announcements(PgListener);

impl Announcements {
    pub async fn next(&mut self) -> Result<Announcement> {
        let Some(notification) = self.0.try_recv().await? else {
            return Ok(Announcement::SnapshotChanged);
        };
        let ids = || {
            let ids = notification.payload().split(',');
            ids.filter_map(|id| id.parse().ok()).collect()
        };
        Ok(match notification.channel() {
            INTERACTION_CHANNEL => Announcement::InteractionsRecorded(ids()),
            TOOL_CALL_CHANNEL => Announcement::ToolCallsRecorded(ids()),
            LIMIT_CHANNEL => Announcement::LimitsChanged,
            CONVERSATION_CHANNEL => Announcement::ConversationsChanged(ids()),
            ANSWER_CHANNEL => Announcement::ConversationsAnswered(ids()),
            _ => Announcement::SnapshotChanged,
        })
    }
}
