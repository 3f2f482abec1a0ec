//! The server as the program sees it: started, its address, whether it is there, stopped.

#[cfg(test)]
mod tests;

use crate::account;
use crate::cluster::{Cluster, DATABASE, USER};
use crate::error::Error;
use crate::installation::Installation;
use crate::log::Log;
use crate::owner::OwnerLock;
use crate::password;
use crate::supervise::Supervisor;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use tokio::sync::{oneshot, watch};

pub struct Options {
    pub installation: Installation,
    /// The data directory; held until the server has stopped.
    pub owner: OwnerLock,
    /// Where the cluster is, if not in `postgres` of the data directory.
    pub directory: Option<PathBuf>,
    pub run_as: RunAs,
}

/// Whom the server runs as when root starts the program. Otherwise it runs as whoever does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RunAs {
    /// The owner of the cluster if there is one, else the first of the system's users `archestra`,
    /// `postgres` and `nobody`.
    #[default]
    Auto,
    /// A user of the system by name. The cluster's files become theirs.
    User(String),
}

/// How to reach the server. The password is the only thing that keeps other users of this account
/// out, so it belongs in memory only.
#[derive(Debug, Clone)]
pub struct Connection {
    pub address: Address,
    /// On a unix socket it is only a part of the socket's name.
    pub port: u16,
    pub user: String,
    pub password: SecretString,
    pub database: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The directory of the unix socket. The only way in on Unix: the server opens no port.
    Socket(PathBuf),
    /// 127.0.0.1, on Windows.
    Loopback,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Running,
    /// The server or one of its processes died and is being started again, usually within a second.
    Restarting {
        cause: String,
    },
    /// It has died again and again. It is still started at least every ten seconds, in case a person
    /// has removed the cause (made room on the disk, say), and then becomes `Running`.
    Failed {
        cause: String,
    },
    Stopped,
}

/// Dropping it stops the server too, without waiting for the end.
pub struct Server {
    connection: Connection,
    state: watch::Receiver<State>,
    stop: oneshot::Sender<()>,
    /// Resolves when the supervisor has ended and everything it held is released.
    finished: oneshot::Receiver<()>,
}

impl Server {
    /// Creates the database if there is none, starts the server and waits until it accepts
    /// connections: about 0.1 s, the first time 1 s, after a crash as long as recovery takes.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let (stop, stopped) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let (report, started) = oneshot::channel();
        let thread = std::thread::Builder::new().name("postgres-supervisor".to_owned());
        let spawned = thread.spawn(move || {
            supervise(&options, report, stopped);
            drop(options);
            let _ = finish.send(());
        });
        spawned.map_err(|error| no_thread(&error))?;
        let (connection, state) = started.await.unwrap_or_else(|_| {
            let cause = "its supervisor ended unexpectedly".to_owned();
            Err(Error::StartFailed { cause })
        })?;
        Ok(Self {
            connection,
            state,
            stop,
            finished,
        })
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Begins with `Running`. Every change is seen by those who wait for one, but a state may be
    /// missed that lasted shorter than it took to look.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Ends the server's connections, writes everything out and waits for its end; if it takes
    /// longer than 15 s it is cut short, and the next start recovers. Then releases the data
    /// directory.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.finished.await;
    }
}

/// What would keep a server from starting in this directory, which is that of [`Options`], found without changing anything.
pub fn examine(directory: &Path, with: &Installation) -> Result<(), Error> {
    let account = account::choose(&RunAs::Auto, &Cluster::data_of(directory))?;
    #[cfg(unix)]
    if let Some(account) = &account
        && let Some(data_dir) = directory.parent()
        && let Some(parent) = data_dir.parent()
        // The data directory itself is opened to the account at the start.
        && let Some(closed_at) = account.closed_at(parent)
    {
        return Err(account.unreachable(data_dir, closed_at));
    }
    Cluster::new(directory.to_owned(), account).examine(with)
}

/// Where the cluster is unless something else is asked for.
pub fn usual_directory(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

/// How to reach the server that another process runs in this directory, which is that of [`Options`]; `None` if none is
/// ready there.
pub fn running_in(directory: &Path) -> Result<Option<Connection>, Error> {
    let cluster = Cluster::new(directory.to_owned(), None);
    let Some(password) = password::read(&cluster.root.join("password"))? else {
        return Ok(None);
    };
    let Ok(pid_file) = std::fs::read_to_string(cluster.data.join("postmaster.pid")) else {
        return Ok(None);
    };
    Ok(listens(&pid_file).map(|(address, port)| connection(address, port, password)))
}

/// The lines of `postmaster.pid`: process, data directory, start, port, socket directory, address, shared memory,
/// status.
fn listens(pid_file: &str) -> Option<(Address, u16)> {
    let lines: Vec<&str> = pid_file.lines().map(str::trim).collect();
    let port = lines.get(3)?.parse().ok()?;
    let address = match *lines.get(4)? {
        "" => Address::Loopback,
        directory => Address::Socket(PathBuf::from(directory)),
    };
    (*lines.get(7)? == "ready").then_some((address, port))
}

fn connection(address: Address, port: u16, password: SecretString) -> Connection {
    Connection {
        address,
        port,
        user: USER.to_owned(),
        password,
        database: DATABASE.to_owned(),
    }
}

type Started = Result<(Connection, watch::Receiver<State>), Error>;

/// The whole life of the supervising thread.
fn supervise(options: &Options, report: oneshot::Sender<Started>, mut stop: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = report.send(Err(no_thread(&error)));
            return;
        }
    };
    let (state, watched) = watch::channel(State::Running);
    // The caller may give up at any time (its future is dropped, and with it `stop`'s sender).
    let mut report = Some(report);
    let result = runtime.block_on(async {
        let (supervisor, connection) = tokio::select! {
            biased;
            _ = &mut stop => return Ok(()),
            prepared = prepare(options) => prepared?,
        };
        let started = || {
            if let Some(report) = report.take() {
                let _ = report.send(Ok((connection, watched)));
            }
        };
        supervisor.run(started, &state, stop).await
    });
    match (result, report) {
        (Err(error), Some(report)) => drop(report.send(Err(error))),
        (Err(error), None) => tracing::error!(%error, "the database's supervisor ended"),
        (Ok(()), _) => {}
    }
    state.send_replace(State::Stopped);
}

async fn prepare(options: &Options) -> Result<(Supervisor, Connection), Error> {
    let data_dir = options.owner.data_dir();
    let root = options.directory.clone();
    let root = root.unwrap_or_else(|| usual_directory(data_dir));
    let account = account::choose(&options.run_as, &Cluster::data_of(&root))?;
    let cluster = Cluster::new(root, account);
    cluster.open_root(data_dir)?;
    let installation = usable(&options.installation, &cluster)?;
    let password = cluster.prepare(&installation).await?;
    let (socket_dir, port) = listening(&cluster)?;
    let address = socket_dir
        .clone()
        .map_or(Address::Loopback, Address::Socket);
    let connection = connection(address, port, password);
    let supervisor = Supervisor {
        log: Log::open(&cluster.root.join("server.log")),
        cluster,
        installation,
        socket_dir,
        port,
    };
    Ok((supervisor, connection))
}

#[cfg(unix)]
fn usable(installation: &Installation, cluster: &Cluster) -> Result<Installation, Error> {
    match &cluster.account {
        Some(account) => crate::staging::reachable(installation, account, &cluster.root),
        None => Ok(installation.clone()),
    }
}

#[cfg(not(unix))]
fn usable(installation: &Installation, _cluster: &Cluster) -> Result<Installation, Error> {
    Ok(installation.clone())
}

#[cfg(unix)]
fn listening(cluster: &Cluster) -> Result<(Option<PathBuf>, u16), Error> {
    let directory =
        crate::socket::directory(&cluster.root.join("socket"), cluster.account.as_ref())?;
    Ok((Some(directory), crate::socket::PORT))
}

/// A port that is free now; the server says so if somebody takes it before it does.
#[cfg(not(unix))]
fn listening(_cluster: &Cluster) -> Result<(Option<PathBuf>, u16), Error> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Error::StartFailed {
            cause: format!("no port is free on 127.0.0.1: {error}"),
        })?;
    Ok((None, port.port()))
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::StartFailed {
        cause: format!("its supervisor could not start: {error}"),
    }
}
