//! The cluster on disk: found, checked, made when there is none, and its password.
//!
//! A cluster is made beside its place and renamed, so `postgres/data` is either absent or complete.
//! One that was made by another major version is refused and left as it is.

use crate::account::Account;
use crate::child::{OnDeath, command};
use crate::error::{Error, because};
use crate::installation::Installation;
use crate::{leftovers, password, settings};
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::io::AsyncWriteExt;

pub(crate) const USER: &str = "archestra";
pub(crate) const DATABASE: &str = "postgres";
const SIDE_PREFIX: &str = "data.initdb-";

/// The paths of a cluster and of what belongs to it.
pub(crate) struct Cluster {
    pub(crate) root: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) account: Option<Account>,
}

impl Cluster {
    pub(crate) fn new(root: PathBuf, account: Option<Account>) -> Self {
        Self {
            data: Self::data_of(&root),
            root,
            account,
        }
    }

    pub(crate) fn data_of(root: &Path) -> PathBuf {
        root.join("data")
    }

    /// Makes the folder that holds all the rest, and sees to it that the account gets there.
    pub(crate) fn open_root(&self, data_dir: &Path) -> Result<(), Error> {
        if let Some(parent) = self.root.parent() {
            fs::create_dir_all(parent).map_err(because("create", parent))?;
        }
        match fs::create_dir(&self.root) {
            Ok(()) => private(&self.root)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(because("create", &self.root)(error)),
        }
        #[cfg(unix)]
        if let Some(account) = &self.account {
            // What leads to a place elsewhere is not ours to open.
            if self.root.starts_with(data_dir) {
                account.let_through(data_dir)?;
            }
            account.let_through(&self.root)?;
            if let Some(closed_at) = account.closed_at(&self.root) {
                return Err(account.unreachable(&self.root, closed_at));
            }
        }
        #[cfg(not(unix))]
        let _ = data_dir;
        Ok(())
    }

    /// Brings the cluster into a state a server can start from, and returns its password.
    pub(crate) async fn prepare(&self, with: &Installation) -> Result<SecretString, Error> {
        self.remove_unfinished();
        let path = self.root.join("password");
        let known = password::read(&path)?;
        if is_absent(&self.data)? {
            let password = known.map_or_else(password::generate, Ok)?;
            password::write(&path, &password)?;
            self.create(with, &password).await?;
            return Ok(password);
        }
        self.check(with)?;
        leftovers::clear(&self.data).await?;
        if let Some(password) = known {
            return Ok(password);
        }
        tracing::warn!("the database password is missing; setting a new one");
        let password = password::generate()?;
        self.set_password(with, &password).await?;
        password::write(&path, &password)?;
        Ok(password)
    }

    /// What is left of an initdb that was interrupted.
    fn remove_unfinished(&self) {
        let _ = fs::remove_file(self.password_for_initdb());
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(SIDE_PREFIX) {
                tracing::info!(path = %entry.path().display(), "removing an unfinished database");
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    async fn create(&self, with: &Installation, password: &SecretString) -> Result<(), Error> {
        let side = self
            .root
            .join(format!("{SIDE_PREFIX}{}", std::process::id()));
        fs::create_dir(&side).map_err(because("create", &side))?;
        private(&side)?;
        let password_file = self.password_for_initdb();
        password::write_private(&password_file, password)?;
        self.hand_over(&side)?;
        self.hand_over(&password_file)?;

        let made = self.initdb(with, &side, &password_file).await;
        // It holds the password in the account's reach, so it goes first, whatever came of it.
        fs::remove_file(&password_file).map_err(because("remove", &password_file))?;
        if let Err(error) = made {
            let _ = fs::remove_dir_all(&side);
            return Err(error);
        }
        // An empty directory may be in the way; one that is not empty stops the rename.
        let _ = fs::remove_dir(&self.data);
        fs::rename(&side, &self.data).map_err(because("put in place", &self.data))?;
        sync(&self.root)
    }

    async fn initdb(
        &self,
        with: &Installation,
        side: &Path,
        password_file: &Path,
    ) -> Result<(), Error> {
        let mut initdb = command(
            &with.program("initdb"),
            self.account.as_ref(),
            OnDeath::Kill,
        );
        initdb
            .arg("--pgdata")
            .arg(side)
            .arg("--pwfile")
            .arg(password_file);
        initdb.args([
            "--username",
            USER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
        ]);
        initdb.args(["--data-checksums", "--no-instructions"]);
        // From 17 on PostgreSQL sorts and folds case by itself, alike on every system.
        initdb.args(match with.major_version() {
            17.. => &[
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ][..],
            _ => &["--locale=C.UTF-8"],
        });
        let output = initdb.output().await;
        let output = output.map_err(|error| Error::CreationFailed {
            cause: format!("initdb did not start: {error}"),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let mut cause = format!(
            "initdb ended with {}: {}",
            output.status,
            last_lines(&output)
        );
        if cause.contains("could not look up effective user ID") {
            cause += ". PostgreSQL needs a user that the system knows by name: choose one of \
                      /etc/passwd (in a container, the one of its image)";
        }
        Err(Error::CreationFailed { cause })
    }

    /// Refuses what this installation cannot run, and repairs owner and mode.
    fn check(&self, with: &Installation) -> Result<(), Error> {
        self.fits(with)?;
        self.repair()
    }

    /// Whether it could be started as it is, or made where there is none. Changes nothing.
    pub(crate) fn examine(&self, with: &Installation) -> Result<(), Error> {
        if is_absent(&self.data)? {
            return Ok(());
        }
        self.fits(with)?;
        self.foreign().map_or(Ok(()), Err)
    }

    fn fits(&self, with: &Installation) -> Result<(), Error> {
        let version = fs::read_to_string(self.data.join("PG_VERSION"));
        let damaged = |cause: String| Error::DamagedCluster {
            path: self.data.clone(),
            cause,
        };
        let version = match version {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(self.foreign().unwrap_or_else(|| damaged(error.to_string())));
            }
            Err(error) => return Err(damaged(format!("its PG_VERSION: {error}"))),
        };
        let found = version.trim();
        let found = found
            .parse()
            .map_err(|_| damaged(format!("its PG_VERSION says \"{found}\"")))?;
        let ours = with.major_version();
        if found != ours {
            let path = self.data.clone();
            return Err(Error::DifferentMajor { path, found, ours });
        }
        Ok(())
    }

    #[cfg(unix)]
    fn repair(&self) -> Result<(), Error> {
        use std::os::unix::fs::MetadataExt;
        if let Some(foreign) = self.foreign() {
            return Err(foreign);
        }
        let found = fs::metadata(&self.data).map_err(because("read", &self.data))?;
        if let Some(account) = &self.account
            && found.uid() != account.uid
        {
            tracing::warn!(
                account = account.name,
                "the database's files change their owner"
            );
            account.own(&self.data)?;
        }
        // The server insists on one of these two.
        if ![0o700, 0o750].contains(&(found.mode() & 0o777)) {
            tracing::warn!(path = %self.data.display(), "making the database private again");
            private(&self.data)?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn repair(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The error for a cluster that is somebody else's, unless we are root.
    fn foreign(&self) -> Option<Error> {
        #[cfg(unix)]
        if self.account.is_none() {
            use std::os::unix::fs::MetadataExt;
            let owner = fs::metadata(&self.data).ok()?.uid();
            let path = self.data.clone();
            return (owner != rustix::process::geteuid().as_raw())
                .then_some(Error::ForeignDataDir { path, owner });
        }
        None
    }

    /// Sets the role's password through a server without network or clients.
    async fn set_password(
        &self,
        with: &Installation,
        password: &SecretString,
    ) -> Result<(), Error> {
        let failed = |cause: String| Error::StartFailed {
            cause: format!("its password could not be set anew: {cause}"),
        };
        let mut single = command(
            &with.program("postgres"),
            self.account.as_ref(),
            OnDeath::Kill,
        );
        single.arg("--single").arg("-D").arg(&self.data);
        single.args(["-c", "exit_on_error=on"]);
        for (name, value) in settings::common() {
            single.arg("-c").arg(format!("{name}={value}"));
        }
        let mut single = single
            .arg(DATABASE)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        if let Some(mut input) = single.stdin.take() {
            // Only letters and digits, so it needs no quoting; standard input is nobody else's.
            let statement = format!(
                "ALTER ROLE {USER} PASSWORD '{}';\n",
                password.expose_secret()
            );
            let sent = input.write_all(statement.as_bytes()).await;
            sent.map_err(|error| failed(error.to_string()))?;
        }
        let output = single.wait_with_output().await;
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed(last_lines(&output)))
    }

    fn password_for_initdb(&self) -> PathBuf {
        self.root.join("password.initdb")
    }

    fn hand_over(&self, path: &Path) -> Result<(), Error> {
        #[cfg(unix)]
        if let Some(account) = &self.account {
            return account.own(path);
        }
        let _ = path;
        Ok(())
    }
}

/// Absent or empty: an empty directory may be a volume that was prepared for us.
fn is_absent(data: &Path) -> Result<bool, Error> {
    match fs::read_dir(data) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        Err(error) => Err(because("read", data)(error)),
    }
}

/// What went wrong stands at the end. `postgres --single` echoes no statement there.
fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(because("make private", path))
}

#[cfg(not(unix))]
fn private(_path: &Path) -> Result<(), Error> {
    Ok(())
}

/// Makes a rename in `directory` last through a power cut.
#[cfg(unix)]
fn sync(directory: &Path) -> Result<(), Error> {
    fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(because("write out", directory))
}

#[cfg(not(unix))]
fn sync(_directory: &Path) -> Result<(), Error> {
    Ok(())
}
