//! The one Postgres of all tests: started by the first that needs it, used by all, gone after minutes without use.
//!
//! It is fast and forgetful (no fsync), reachable through a unix socket only, and lies in the temporary directory.
//! `ARCHESTRA_TEST_DATABASE_URL` names a server to use instead, `ARCHESTRA_POSTGRES_DIR` the installation to start.
#![expect(
    clippy::disallowed_methods,
    reason = "a test tool: it reads its own variables and starts the server that outlives its test process"
)]

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use postgres::installation::Installation;

const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// Runs the server, and ends it (with all it holds) when the stamp was not touched for five minutes.
const WATCH: &str = r#"
"$0" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
     -c max_connections=300 -c shared_buffers=64MB -c autovacuum=off >"$1/server.log" 2>&1 &
while kill -0 $! 2>/dev/null && [ -n "$(find "$1/used" -mmin -5 2>/dev/null)" ]; do sleep 5; done
kill -INT $! 2>/dev/null; wait $!; rm -rf "$1" 2>/dev/null
"#;

#[derive(Debug, Clone)]
pub(super) struct SharedServer {
    /// Everything of a URL in front of the database's name, and what is behind it.
    prefix: String,
    suffix: String,
}

impl SharedServer {
    pub(super) fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.prefix, self.suffix)
    }

    fn given(url: &str) -> Result<Self> {
        let url: url::Url = url.parse()?;
        let suffix = url
            .query()
            .map_or(String::new(), |query| format!("?{query}"));
        let mut bare = url;
        bare.set_query(None);
        bare.set_path("");
        Ok(Self {
            prefix: bare.as_str().trim_end_matches('/').to_owned(),
            suffix,
        })
    }

    fn on_socket(folder: &Path) -> Self {
        let folder = url::form_urlencoded::byte_serialize(folder.to_string_lossy().as_bytes())
            .collect::<String>();
        Self {
            prefix: "postgresql://tests@localhost".to_owned(),
            suffix: format!("?host={folder}"),
        }
    }
}

pub(super) fn find_or_start() -> Result<SharedServer> {
    if let Ok(url) = std::env::var("ARCHESTRA_TEST_DATABASE_URL") {
        return SharedServer::given(&url);
    }
    let explicit = std::env::var_os("ARCHESTRA_POSTGRES_DIR").map(PathBuf::from);
    let installation = Installation::find(explicit.as_deref())?;
    let user = rustix::process::geteuid().as_raw();
    let base = std::env::temp_dir().join(format!("archestra-tests-{user}"));
    fs::create_dir_all(&base)?;
    fs::set_permissions(&base, fs::Permissions::from_mode(0o755))?;
    let lock = File::create(base.join("lock"))?;
    lock.lock()?;
    let current = base.join(format!("current-{}", installation.version()));
    let folder = PathBuf::from(fs::read_to_string(&current).unwrap_or_default());
    if touch(&folder).is_ok() && accepts(&folder) {
        return Ok(SharedServer::on_socket(&folder));
    }
    let folder = tempfile::Builder::new()
        .prefix("server-")
        .tempdir_in(&base)?
        .keep();
    start(&installation, &base, &folder)?;
    fs::write(&current, folder.as_os_str().as_encoded_bytes())?;
    Ok(SharedServer::on_socket(&folder))
}

/// Says that the server is in use; fails when it has gone.
fn touch(folder: &Path) -> std::io::Result<()> {
    File::options()
        .write(true)
        .truncate(true)
        .open(folder.join("used"))?
        .set_modified(std::time::SystemTime::now())
}

/// Postgres listens before it is done starting; the last line of its lock file says when it is.
fn accepts(folder: &Path) -> bool {
    fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(|lock| lock.contains("ready"))
        && std::os::unix::net::UnixStream::connect(folder.join(".s.PGSQL.5432")).is_ok()
}

fn start(installation: &Installation, base: &Path, folder: &Path) -> Result<()> {
    let account = account()?;
    if let Some((user, group)) = account {
        std::os::unix::fs::chown(folder, Some(user), Some(group))?;
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let bin = reachable(installation, base, account)?;
    let run = |mut command: Command| {
        if let Some((user, group)) = account {
            command.uid(user).gid(group);
        }
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let mut initdb = Command::new(bin.join("initdb"));
    initdb.args([
        "-U",
        "tests",
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
        "--locale=C",
        "-D",
    ]);
    initdb.arg(folder.join("data"));
    ensure!(
        run(initdb).status()?.success(),
        "initdb failed in {}",
        folder.display()
    );
    File::create(folder.join("used"))?;
    let mut watch = Command::new("/bin/sh");
    watch
        .args(["-c", WATCH])
        .arg(bin.join("postgres"))
        .arg(folder)
        .process_group(0);
    run(watch).spawn()?;
    let started = Instant::now();
    while !accepts(folder) {
        if started.elapsed() > STARTS_WITHIN {
            bail!(
                "Postgres did not start: {}",
                fs::read_to_string(folder.join("server.log"))?
            );
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Postgres refuses root: then it is `postgres` or `nobody` who runs it.
fn account() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let is_wanted = fields.next()? == wanted;
            let ids = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
            is_wanted.then_some(ids)
        })
    };
    let found = ["postgres", "nobody"].into_iter().find_map(find);
    Ok(Some(found.context(
        "root cannot run Postgres, and there is no user postgres or nobody",
    )?))
}

/// The programs at a place where that account may read them: a copy, if they lie in somebody's home.
fn reachable(
    installation: &Installation,
    base: &Path,
    account: Option<(u32, u32)>,
) -> Result<PathBuf> {
    let bin = installation.bin_dir();
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|data| data.mode() & 0o005 == 0o005);
    if account.is_none() || bin.ancestors().all(is_open) {
        return Ok(bin.to_owned());
    }
    let copy = base.join(format!("installation-{}", installation.version()));
    if !copy.is_dir() {
        let original = bin.parent().context("a bin directory has a parent")?;
        let unfinished = copy.with_extension("unfinished");
        let status = Command::new("cp")
            .arg("-RT")
            .arg(original)
            .arg(&unfinished)
            .status()?;
        ensure!(
            status.success(),
            "{} could not be copied",
            original.display()
        );
        fs::rename(unfinished, &copy)?;
    }
    Ok(copy.join("bin"))
}
