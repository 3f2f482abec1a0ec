//! A data directory of its own for each test, and what the tests ask of a server in it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use postgres::error::Error;
use postgres::installation::Installation;
use postgres::owner::OwnerLock;
use postgres::server::{Address, Connection, Options, RunAs, Server, State};
use secrecy::ExposeSecret;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Site {
    root: tempfile::TempDir,
}

impl Site {
    /// Anybody may enter it: as root, the server runs as another user.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        open(root.path());
        Self { root }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("app")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.data_dir().join("postgres/data")
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.data_dir().join("postgres/password")
    }

    pub(crate) async fn start(&self) -> Server {
        self.try_start().await.unwrap()
    }

    pub(crate) async fn try_start(&self) -> Result<Server, Error> {
        start_in(&self.data_dir()).await
    }

    /// The number in the first line of `postmaster.pid`.
    pub(crate) fn postmaster(&self) -> i32 {
        let text = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().trim().parse().unwrap()
    }

    /// The processes that work in the cluster.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let cluster = self.cluster();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes
            .filter_map(|process| process.file_name().to_str()?.parse().ok())
            .filter(|pid: &i32| {
                fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|found| found == cluster)
            })
            .collect()
    }
}

pub(crate) async fn start_in(data_dir: &Path) -> Result<Server, Error> {
    Server::start(Options {
        installation: installation(),
        owner: OwnerLock::acquire(data_dir)?,
        directory: None,
        run_as: RunAs::Auto,
    })
    .await
}

#[expect(clippy::disallowed_methods, reason = "the tests' one setting")]
pub(crate) fn installation_dir() -> Option<PathBuf> {
    std::env::var_os("ARCHESTRA_POSTGRES_DIR").map(PathBuf::from)
}

pub(crate) fn installation() -> Installation {
    Installation::find(installation_dir().as_deref()).expect(
        "these tests need PostgreSQL: run `cargo xtask test` once, or `apt-get install postgresql`",
    )
}

pub(crate) fn options(connection: &Connection) -> PgConnectOptions {
    let options = PgConnectOptions::new_without_pgpass()
        .port(connection.port)
        .username(&connection.user)
        .password(connection.password.expose_secret())
        .database(&connection.database);
    match &connection.address {
        Address::Socket(directory) => options.socket(directory),
        Address::Loopback => options.host("127.0.0.1"),
    }
}

pub(crate) async fn connect(server: &Server) -> PgConnection {
    options(server.connection()).connect().await.unwrap()
}

pub(crate) async fn number(connection: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query)
        .fetch_one(connection)
        .await
        .unwrap()
}

pub(crate) async fn text(connection: &mut PgConnection, query: &'static str) -> String {
    sqlx::query_scalar(query)
        .fetch_one(connection)
        .await
        .unwrap()
}

pub(crate) async fn run(connection: &mut PgConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.unwrap();
}

/// Waits until the server has been away and is back, and returns why it was away.
pub(crate) async fn recovery(state: &mut tokio::sync::watch::Receiver<State>) -> String {
    let away = state
        .wait_for(|state| *state != State::Running)
        .await
        .unwrap()
        .clone();
    state
        .wait_for(|state| *state == State::Running)
        .await
        .unwrap();
    match away {
        State::Restarting { cause } => cause,
        other => panic!("away as {other:?}"),
    }
}

pub(crate) fn kill(pid: i32, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
}

pub(crate) fn open(directory: &Path) {
    set_mode(directory, 0o755);
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Waits, without a fixed pause, for something that another process does.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, waiting)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}
