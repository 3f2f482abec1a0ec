//! Where the program keeps its own data.

use std::path::{Path, PathBuf};

use domain::backups::Folder;
use postgres::error::Error;
use postgres::owner::OwnerLock;
use postgres::server::usual_directory;

use crate::StartError;
use crate::config::Config;

/// As configured, or the platform's place for it. Root's own home can't be used: the database runs as another user.
pub(crate) fn choose(config: &Config) -> Result<PathBuf, StartError> {
    if let Some(configured) = &config.data_dir {
        return absolute(configured);
    }
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/archestra"));
    }
    dirs::data_local_dir()
        .map(|directory| directory.join("archestra"))
        .ok_or(StartError::NoDataDir)
}

/// Where the program's own PostgreSQL is: as configured, but that a database which is in the data directory stays there.
pub(crate) fn postgres(config: &Config, directory: &Path) -> Result<PathBuf, StartError> {
    let usual = usual_directory(directory);
    let Some(configured) = &config.postgres_data_dir else {
        return Ok(usual);
    };
    let holds_database = |directory: &Path| directory.join("data/PG_VERSION").is_file();
    if holds_database(&usual) && !holds_database(configured) {
        return Ok(usual);
    }
    absolute(configured)
}

fn absolute(path: &Path) -> Result<PathBuf, StartError> {
    std::path::absolute(path).map_err(|cause| StartError::DataDir {
        path: path.to_owned(),
        cause,
    })
}

/// Where backups lie.
pub(crate) fn backups(directory: &Path) -> Folder {
    Folder::new(directory.join("backups"))
}

/// Makes the directory if it is missing, and keeps every other program out of it.
pub(crate) fn own(directory: &Path) -> Result<OwnerLock, StartError> {
    OwnerLock::acquire(directory).map_err(|error| match error {
        Error::Io { path, source, .. } => StartError::DataDir {
            path,
            cause: source,
        },
        other => other.into(),
    })
}

#[cfg(test)]
mod tests;
