//! As whom the server runs: PostgreSQL refuses root.
//!
//! Started by an ordinary user it runs as that user. Started by root it runs as an unprivileged
//! account of the system, which then owns the cluster and must be able to reach it.

use crate::error::{Error, because};
use crate::server::RunAs;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// In this order, when nothing else is asked for.
const USUAL: [&str; 3] = ["archestra", "postgres", "nobody"];

/// `None`: run as whoever runs this program.
#[cfg(unix)]
pub(crate) fn choose(run_as: &RunAs, cluster: &Path) -> Result<Option<Account>, Error> {
    use std::os::unix::fs::MetadataExt;
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let users: Vec<Account> = users.lines().filter_map(parse).collect();
    let named = |name: &str| users.iter().find(|user| user.name == name);
    let (found, wanted) = match run_as {
        RunAs::User(name) => (named(name), format!("unprivileged user \"{name}\"")),
        RunAs::Auto => {
            // A cluster keeps its account, also when a better one has since appeared.
            let owner = std::fs::metadata(cluster).ok().map(|data| data.uid());
            let owner = users.iter().find(|user| Some(user.uid) == owner);
            let usual = || USUAL.iter().find_map(|name| named(name));
            let wanted = format!("user {}", USUAL.join(" or "));
            (owner.filter(|owner| owner.uid != 0).or_else(usual), wanted)
        }
    };
    match found {
        Some(account) if account.uid != 0 => Ok(Some(account.clone())),
        _ => Err(Error::NoAccount { wanted }),
    }
}

#[cfg(not(unix))]
pub(crate) fn choose(_run_as: &RunAs, _cluster: &Path) -> Result<Option<Account>, Error> {
    Ok(None)
}

/// One line of passwd(5).
#[cfg(unix)]
fn parse(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name, uid, gid })
}

#[cfg(unix)]
impl Account {
    /// The outermost directory on the way to `path`, itself included, that the account may not
    /// enter. Goes by the mode bits; a file counts when it may not be executed.
    pub(crate) fn closed_at(&self, path: &Path) -> Option<PathBuf> {
        use std::os::unix::fs::MetadataExt;
        let path = path.canonicalize().ok()?;
        let mut steps: Vec<&Path> = path.ancestors().collect();
        steps.reverse();
        let closed = steps.into_iter().find(|step| {
            std::fs::metadata(step).is_ok_and(|found| {
                let execute = match (found.uid() == self.uid, found.gid() == self.gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                found.mode() & execute == 0
            })
        });
        closed.map(Path::to_owned)
    }

    /// Lets the account through a directory of root's, and nobody else.
    pub(crate) fn let_through(&self, directory: &Path) -> Result<(), Error> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        if self.closed_at(directory).as_deref() != Some(directory) {
            return Ok(());
        }
        let found = std::fs::metadata(directory).map_err(because("read", directory))?;
        if found.uid() != 0 {
            return Ok(());
        }
        chown(directory, None, Some(self.gid))
            .map_err(because("change the group of", directory))?;
        let open = std::fs::Permissions::from_mode(found.mode() & 0o7777 | 0o010);
        std::fs::set_permissions(directory, open).map_err(because("open", directory))
    }

    /// Makes the account the owner of `path` and of all in it.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        let own = |path: &Path| {
            std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
                .map_err(because("change the owner of", path))
        };
        if std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
            let entries = std::fs::read_dir(path).map_err(because("read", path))?;
            for entry in entries {
                self.own(&entry.map_err(because("read", path))?.path())?;
            }
        }
        own(path)
    }

    pub(crate) fn unreachable(&self, path: &Path, closed_at: PathBuf) -> Error {
        Error::Unreachable {
            path: path.to_owned(),
            closed_at,
            account: self.name.clone(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
