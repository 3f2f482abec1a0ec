//! A second place for the binaries, for when root started us from where the server's account cannot
//! go: a checkout in root's home, say. Hard links where the file system allows, else
//! copies.

use crate::account::Account;
use crate::error::{Error, because};
use crate::installation::Installation;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

const PREFIX: &str = "installation-";

/// Returns the installation itself when `account` reaches it, else one below `root`, which is made
/// if it is missing or stale.
pub(crate) fn reachable(
    installation: &Installation,
    account: &Account,
    root: &Path,
) -> Result<Installation, Error> {
    let program = installation.program("postgres");
    let Some(closed_at) = account.closed_at(&program) else {
        remove_old(root, "");
        return Ok(installation.clone());
    };
    let source = installation.bin_dir().parent();
    // Without its own lib and share beside bin, as Debian builds it, a copy would not start.
    let Some(source) = source.filter(|source| source.join("share").is_dir()) else {
        return Err(account.unreachable(&program, closed_at));
    };
    let found = fs::metadata(&program).map_err(because("read", &program))?;
    let mut key = DefaultHasher::new();
    (
        source,
        found.ino(),
        found.len(),
        found.mtime(),
        found.mtime_nsec(),
    )
        .hash(&mut key);
    let name = format!("{PREFIX}{:016x}", key.finish());
    let staged = root.join(&name);
    remove_old(root, &name);
    if !staged.is_dir() {
        tracing::info!(
            from = %source.display(), to = %staged.display(), account = account.name,
            "copying the PostgreSQL binaries to where the database's account can run them"
        );
        let side = root.join(format!("{name}.partial"));
        let _ = fs::remove_dir_all(&side);
        place(source, &side)?;
        fs::rename(&side, &staged).map_err(because("put in place", &staged))?;
    }
    Ok(installation.moved_to(staged.join("bin")))
}

fn place(from: &Path, to: &Path) -> Result<(), Error> {
    fs::DirBuilder::new()
        .mode(0o755)
        .create(to)
        .map_err(because("create", to))?;
    for entry in fs::read_dir(from).map_err(because("read", from))? {
        let from = entry.map_err(because("read", from))?.path();
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            place(&from, &to)?;
        } else if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).map_err(because("copy to", &to))?;
        }
    }
    Ok(())
}

/// Old copies are only space; failing to remove one harms nothing.
fn remove_old(root: &Path, keep: &str) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name != keep {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
