//! A directory for the unix socket whose path is short enough.
//!
//! The address of a unix socket holds 108 bytes on Linux and 104 on macOS; data directories are
//! often longer. Then the socket lives in a private directory under the runtime or the temporary
//! directory, with a name that follows from the data directory.

use crate::account::Account;
use crate::error::{Error, because};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// Only a part of the socket's file name; nothing listens on TCP.
pub(crate) const PORT: u16 = 5432;

const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Returns `preferred` or a shorter stand-in: existing, private to `account` (or to us), and not a
/// trap laid by another user of the machine.
pub(crate) fn directory(preferred: &Path, account: Option<&Account>) -> Result<PathBuf, Error> {
    if fits(preferred) {
        prepare(preferred, account).map_err(because("make private", preferred))?;
        return Ok(preferred.to_owned());
    }
    let mut name = DefaultHasher::new();
    preferred.hash(&mut name);
    let name = format!("archestra-{:016x}", name.finish());
    let mut refused = because("find a short path for the socket of", preferred)(
        io::ErrorKind::InvalidFilename.into(),
    );
    for base in bases(account) {
        let candidate = base.join(&name);
        if !fits(&candidate) {
            continue;
        }
        match prepare(&candidate, account) {
            Ok(()) => return Ok(candidate),
            Err(error) => refused = because("make private", &candidate)(error),
        }
    }
    Err(refused)
}

/// Removes the socket of an earlier server and the lock file beside it, which bars the next server
/// as long as any process bears the earlier one's number. To be called when that server is gone.
pub(crate) fn remove_stale(directory: &Path) {
    for name in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
        let _ = fs::remove_file(directory.join(name));
    }
}

fn fits(directory: &Path) -> bool {
    let file = directory.join(format!(".s.PGSQL.{PORT}"));
    file.as_os_str().len() <= LONGEST
}

/// A user's own runtime directory, where the system has one, is out of others' reach altogether.
fn bases(account: Option<&Account>) -> Vec<PathBuf> {
    let temporary = [std::env::temp_dir(), PathBuf::from("/tmp")];
    let runtime = match account {
        Some(_) => PathBuf::from("/run"),
        None => format!("/run/user/{}", rustix::process::geteuid().as_raw()).into(),
    };
    let mut bases = vec![runtime];
    bases.extend(temporary);
    bases.retain(|base| {
        base.is_dir() && account.is_none_or(|account| account.closed_at(base).is_none())
    });
    bases
}

fn prepare(directory: &Path, account: Option<&Account>) -> io::Result<()> {
    let owner = account.map_or(rustix::process::geteuid().as_raw(), |account| account.uid);
    if !is_owned(directory, owner)? {
        // Of an earlier account, or a trap. Only who may remove it may use its name.
        fs::remove_dir_all(directory)?;
        fs::DirBuilder::new().mode(0o700).create(directory)?;
        if let Some(account) = account {
            chown(directory, Some(account.uid), Some(account.gid))?;
        }
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

/// Creates the directory if it is missing. A link is not followed.
fn is_owned(directory: &Path, owner: u32) -> io::Result<bool> {
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(directory)?;
    Ok(found.is_dir() && found.uid() == owner)
}

#[cfg(test)]
mod tests;
