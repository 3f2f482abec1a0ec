//! `cargo xtask dist desktop`: packages of the window, with PostgreSQL inside; how they look is in
//! `src-tauri/tauri.conf.json` and `packaging/desktop`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::notices;
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, postgresql, system};

/// Below it Tauri's bundler leaves its packages, in a folder per kind.
const BUNDLES: &str = "release/bundle";
/// With the updater's signatures, and the archive that it takes on macOS.
const PACKAGES: [&str; 8] = [
    ".deb",
    ".rpm",
    ".AppImage",
    ".dmg",
    ".msi",
    ".exe",
    ".app.tar.gz",
    ".sig",
];

pub(super) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    match arguments {
        [] => build(workspace, kinds_built_offline()?),
        ["--appimage"] if cfg!(target_os = "linux") => build(workspace, "appimage"),
        _ => bail!("`cargo xtask dist desktop` knows `--appimage`, on Linux"),
    }
}

/// The kinds of package this system can build without downloading tools.
fn kinds_built_offline() -> Result<&'static str> {
    match std::env::consts::OS {
        "linux" => Ok("deb,rpm"),
        "macos" => Ok("app,dmg"),
        "windows" => Ok("msi,nsis"),
        other => bail!("there is no desktop package for {other}"),
    }
}

fn build(workspace: &Workspace, kinds: &str) -> Result<()> {
    let progress = Progress::start();
    node::require()?;
    system::ensure(&[system::WINDOW_BUILD], &progress)?;
    let postgres = postgresql::install(workspace, &progress)?;
    node::build_ui(workspace, &progress)?;
    let shell = workspace.root.join("src-tauri");
    node::install(&shell, "bundler", &progress)?;
    let folder = workspace.target.join("dist");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let licences = folder.join("crates-notices.txt");
    fs::write(&licences, notices::of_crates(workspace, "desktop")?)?;
    let bundles = workspace.target.join(BUNDLES);
    if bundles.exists() {
        // What an older version left there must not be taken for this one's.
        fs::remove_dir_all(&bundles).with_context(|| bundles.display().to_string())?;
    }
    progress.step(&format!("cargo build --release and {kinds}"), || {
        command::run(
            node::npm(&shell)
                .args(["run", "--silent", "tauri", "--", "build", "--ci"])
                .args(["--bundles", kinds, "--config"])
                .arg(configuration(&postgres, &licences))
                .env("CARGO_TARGET_DIR", &workspace.target),
        )
    })?;
    let packages = collect(&bundles, &folder)?;
    if packages.is_empty() {
        bail!("the bundler left no package in {}", bundles.display());
    }
    for package in packages {
        let size = fs::metadata(&package)?.len() / 1_000_000;
        progress.line(&format!("{} ({size} MB)", package.display()));
    }
    Ok(())
}

/// What is not the same for every build: where resources lie, and the key of the updates it may take.
fn configuration(installation: &Path, licences: &Path) -> String {
    let mut resources = serde_json::Map::new();
    resources.insert(installation.display().to_string(), "postgresql".into());
    resources.insert(licences.display().to_string(), "crates-notices.txt".into());
    let mut configuration = json!({ "bundle": { "resources": resources } });
    let key = std::env::var("ARCHESTRA_UPDATER_PUBLIC_KEY").unwrap_or_default();
    if !key.is_empty() {
        configuration["bundle"]["createUpdaterArtifacts"] = true.into();
        configuration["plugins"]["updater"] = json!({
            "pubkey": key,
            "endpoints": [format!("{}/releases/latest/download/latest.json", super::repository())],
        });
    }
    configuration.to_string()
}

/// Copies the packages side by side into one folder, replacing older ones.
fn collect(bundles: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut collected = Vec::new();
    for kind in fs::read_dir(bundles).with_context(|| bundles.display().to_string())? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for file in fs::read_dir(&kind)? {
            let file = file?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if file.is_file() && PACKAGES.iter().any(|end| name.ends_with(end)) {
                let place = folder.join(with_machine(&name));
                fs::copy(&file, &place).with_context(|| place.display().to_string())?;
                collected.push(place);
            }
        }
    }
    collected.sort();
    Ok(collected)
}

/// The archive for macOS is the same name on every machine otherwise.
fn with_machine(name: &str) -> String {
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        other => other,
    };
    name.replace(
        ".app.tar.gz",
        &format!("_{}_{machine}.app.tar.gz", env!("CARGO_PKG_VERSION")),
    )
}
