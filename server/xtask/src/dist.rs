//! `cargo xtask dist`: what is handed to people, and what goes with it. All of it lies in `<target>/dist`.

mod definitions;
mod desktop;
mod notices;
mod release;
#[cfg(target_os = "linux")]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::command;

use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((what, rest)) = words.split_first() else {
        bail!(
            "`cargo xtask dist` of what? It knows desktop, server, source, sbom, definitions, feed and checksums"
        );
    };
    match (*what, rest) {
        ("desktop", rest) => desktop::run(workspace, rest),
        #[cfg(target_os = "linux")]
        ("server", rest) => server::run(workspace, rest),
        ("source", []) => release::source(workspace),
        ("sbom", []) => release::sbom(workspace),
        ("definitions", []) => definitions::fill(workspace),
        ("feed", []) => release::feed(workspace),
        ("checksums", []) => release::checksums(workspace),
        _ => bail!(
            "`cargo xtask dist` knows desktop, server, source, sbom, definitions, feed and checksums, not `{}`",
            words.join(" ")
        ),
    }
}

/// The version of everything here.
fn version(workspace: &Workspace) -> Result<String> {
    let app = workspace.packages.iter().find(|one| one["name"] == "app");
    let version = app.and_then(|app| app["version"].as_str());
    Ok(version
        .context("cargo metadata names no version of `app`")?
        .to_owned())
}

/// Where the packages of this version can be fetched once it is released.
fn download_address(version: &str) -> String {
    format!("{}/releases/download/v{version}", repository())
}

/// The repository that is being released: GitHub's own word for it, where its runner does this.
fn repository() -> String {
    let name = std::env::var("GITHUB_REPOSITORY");
    format!(
        "https://github.com/{}",
        name.as_deref().unwrap_or("archestra-ai/archestra")
    )
}

/// What lies in `<target>/dist`, by name, without what is about the other files.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with("SHA256SUMS") && name != "crates-notices.txt" {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn sha256(file: &Path) -> Result<String> {
    let printed = command::output(Command::new("sha256sum").arg(file))?;
    let sum = printed.split_whitespace().next();
    Ok(sum
        .context("`sha256sum` printed nothing")?
        .trim_start_matches('\\')
        .to_owned())
}
