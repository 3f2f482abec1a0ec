//! Where the program keeps its own data.

use std::path::{Path, PathBuf};

use domain::backups::Folder;
use postgres::error::Error;
use postgres::owner::OwnerLock;

use crate::StartError;
use crate::config::Config;

/// As configured, or the platform's place for it. Root's own home can't be used: the database runs as another user.
pub(crate) fn choose(config: &Config) -> Result<PathBuf, StartError> {
    if let Some(configured) = &config.data_dir {
        return std::path::absolute(configured).map_err(|cause| StartError::DataDir {
            path: configured.clone(),
            cause,
        });
    }
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/archestra"));
    }
    dirs::data_local_dir()
        .map(|directory| directory.join("archestra"))
        .ok_or(StartError::NoDataDir)
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
