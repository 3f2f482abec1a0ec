//! Node and the web UI: packages and build, each repeated only when what it is made of has changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::progress::Progress;
use crate::workspace::Workspace;

const OLDEST_NODE: (u32, u32) = (20, 19);
/// Folders of `ui/` that the build does not read.
const NOT_SOURCES: [&str; 5] = [
    "node_modules",
    "dist",
    "e2e",
    "test-results",
    "playwright-report",
];

/// Fails with what to install when Node or npm is missing or too old.
pub(crate) fn require() -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let how = format!(
        "Node.js {major}.{minor} or newer with npm builds the web UI and brings PostgreSQL. \
         Install it and run this again:\n  \
         Linux     https://nodejs.org/en/download (Debian 13 and newer: apt-get install nodejs npm)\n  \
         macOS     brew install node\n  \
         Windows   winget install OpenJS.NodeJS.LTS"
    );
    let Ok(version) = command::output(Command::new("node").arg("--version")) else {
        bail!("`node` does not run. {how}");
    };
    if node_version(&version).is_none_or(|found| found < OLDEST_NODE) {
        bail!("`node` is {}, which is too old. {how}", version.trim());
    }
    if !command::exists(npm_program()) {
        bail!("`npm` does not run. {how}");
    }
    Ok(())
}

/// npm, quiet but for errors, in a folder of the repository.
pub(crate) fn npm(folder: &Path) -> Command {
    let mut npm = Command::new(npm_program());
    npm.args([
        "--loglevel=error",
        "--no-fund",
        "--no-audit",
        "--no-update-notifier",
    ])
    .current_dir(folder);
    npm
}

/// `npm ci`, unless `node_modules` already holds what package-lock.json names.
pub(crate) fn install(folder: &Path, what: &str, progress: &Progress) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.xtask-installed");
    let wanted = fingerprint(&[lock, folder.join("package.json")])?;
    if is_stamped(&stamp, &wanted) {
        progress.line(&format!("{what}: packages are up to date"));
        return Ok(());
    }
    progress.step(&format!("{what}: npm ci"), || {
        command::quiet(npm(folder).arg("ci"))?;
        write_stamp(&stamp, &wanted)
    })
}

/// The UI's packages and its built files in `ui/dist`, which the server embeds.
pub(crate) fn build_ui(workspace: &Workspace, progress: &Progress) -> Result<()> {
    let ui = workspace.ui();
    install(&ui, "UI", progress)?;
    let mut sources = Vec::new();
    collect_sources(&ui, &mut sources)?;
    sources.sort();
    let wanted = fingerprint(&sources)?;
    // Inside node_modules, so that it goes away with the packages that built the files.
    let stamp = ui.join("node_modules/.xtask-built");
    if is_stamped(&stamp, &wanted) && ui.join("dist/index.html").is_file() {
        progress.line("UI: build is up to date");
        return Ok(());
    }
    progress.step("UI: build", || {
        command::quiet(npm(&ui).args(["run", "build"]))?;
        write_stamp(&stamp, &wanted)
    })
}

fn npm_program() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn node_version(printed: &str) -> Option<(u32, u32)> {
    let mut parts = printed.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn collect_sources(folder: &Path, sources: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !NOT_SOURCES.iter().any(|left_out| name == *left_out) {
                collect_sources(&entry.path(), sources)?;
            }
        } else {
            sources.push(entry.path());
        }
    }
    Ok(())
}

/// Names and contents, so that a fresh checkout with new times is not a change.
pub(crate) fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

pub(crate) fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == wanted)
}

pub(crate) fn write_stamp(stamp: &Path, wanted: &str) -> Result<()> {
    fs::write(stamp, wanted).with_context(|| stamp.display().to_string())
}

#[cfg(test)]
mod tests;
