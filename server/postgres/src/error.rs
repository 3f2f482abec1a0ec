//! Why the embedded server could not be had, and what a person can do about it.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL installation found (looked at {}). Reinstall this program, install \
         PostgreSQL {} or newer from your system's packages, name the directory that holds \
         bin/postgres in ARCHESTRA_POSTGRES_DIR, or set ARCHESTRA_DATABASE_URL",
        list(.tried),
        crate::installation::OLDEST_MAJOR
    )]
    InstallationNotFound { tried: Vec<PathBuf> },
    #[error("the PostgreSQL installation in {path} cannot be used: {cause}")]
    InstallationUnusable { path: PathBuf, cause: String },
    #[error(
        "{data_dir} is in use by {holder}. Stop that process, or choose another data directory for \
         this one"
    )]
    DataDirInUse { data_dir: PathBuf, holder: String },
    #[error(
        "the database runs as the unprivileged user \"{account}\", who may not enter {closed_at} \
         and so cannot reach {path}. Choose a data directory outside (for root: \
         /var/lib/archestra), or let that user through: chmod o+x {closed_at}"
    )]
    Unreachable {
        path: PathBuf,
        closed_at: PathBuf,
        account: String,
    },
    #[error(
        "{path} belongs to user id {owner}, not to the user who started this program. Start it as \
         that user or as root, or choose another data directory"
    )]
    ForeignDataDir { path: PathBuf, owner: u32 },
    #[error(
        "the database in {path} was made by PostgreSQL {found}, this installation is PostgreSQL \
         {ours}, and the two cannot read each other's files. Nothing was changed. Start with an \
         installation of PostgreSQL {found} (or the version of this program that came with it), or \
         choose another data directory to begin an empty database"
    )]
    DifferentMajor {
        path: PathBuf,
        found: u32,
        ours: u32,
    },
    #[error(
        "{path} is not a complete PostgreSQL database: {cause}. Restore it from a backup, or move \
         it away to begin an empty database"
    )]
    DamagedCluster { path: PathBuf, cause: String },
    #[error(
        "PostgreSQL refuses to run as root, and there is no {wanted} to run it as. Create one \
         (useradd --system archestra), or start this program as an ordinary user"
    )]
    NoAccount { wanted: String },
    #[error("the database could not be created: {cause}")]
    CreationFailed { cause: String },
    #[error("the database did not start: {cause}")]
    StartFailed { cause: String },
    #[error("could not {action} {path}: {source}")]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

pub(crate) fn because(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    shown.join(", ")
}
