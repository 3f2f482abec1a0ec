//! `cargo xtask dist`: what is handed to people. So far the desktop packages, with PostgreSQL inside; how they look is in
//! `src-tauri/tauri.conf.json` and `packaging/desktop`.

mod notices;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, postgresql, system};

/// Below it Tauri's bundler leaves its packages, in a folder per kind.
const BUNDLES: &str = "release/bundle";
const PACKAGES: [&str; 6] = ["deb", "rpm", "AppImage", "dmg", "msi", "exe"];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["desktop"] => desktop(workspace, kinds_built_offline()?),
        ["desktop", "--appimage"] if cfg!(target_os = "linux") => desktop(workspace, "appimage"),
        _ => bail!("`cargo xtask dist` knows `desktop`, and on Linux `desktop --appimage`"),
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

fn desktop(workspace: &Workspace, kinds: &str) -> Result<()> {
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
                .arg(with_resources(&postgres, &licences))
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

/// Where these lie depends on the machine, so that part of the configuration is written here.
fn with_resources(installation: &Path, licences: &Path) -> String {
    let mut resources = serde_json::Map::new();
    resources.insert(installation.display().to_string(), "postgresql".into());
    resources.insert(licences.display().to_string(), "crates-notices.txt".into());
    json!({ "bundle": { "resources": resources } }).to_string()
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
            let is_package = file
                .extension()
                .is_some_and(|extension| PACKAGES.iter().any(|known| extension == *known));
            if let Some(name) = file.file_name().filter(|_| is_package && file.is_file()) {
                let place = folder.join(name);
                fs::copy(&file, &place).with_context(|| place.display().to_string())?;
                collected.push(place);
            }
        }
    }
    collected.sort();
    Ok(collected)
}
