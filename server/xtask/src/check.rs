//! `cargo xtask check`: what is worth knowing before every commit, in seconds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, tidy};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    progress.step("tidy", || tidy::run(workspace))?;
    progress.step("cargo fmt --check", || format(workspace))?;
    let changed = changed_files(workspace)?;
    let packages = packages_of(workspace, &changed);
    if packages.is_empty() {
        progress.line("clippy: no crate has changed since the last commit");
    } else {
        let names = packages.iter().copied().collect::<Vec<_>>().join(", ");
        progress.step(&format!("clippy: {names}"), || {
            let selection: Vec<_> = packages
                .iter()
                .flat_map(|name| ["--package", name])
                .collect();
            clippy(workspace, &selection)
        })?;
    }
    let ui = workspace.ui();
    if changed.iter().any(|path| path.starts_with(&ui)) {
        node::install(&ui, "UI", &progress)?;
        progress.step("UI: eslint and tsc", || {
            command::quiet(node::npm(&ui).args(["run", "check"]))
        })?;
    }
    Ok(())
}

pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    command::run(workspace.cargo("fmt").args(["--all", "--check"]))
}

pub(crate) fn clippy(workspace: &Workspace, selection: &[&str]) -> Result<()> {
    command::run(workspace.cargo("clippy").args(selection).args([
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

/// What differs from the last commit.
fn changed_files(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let status = command::output(
        Command::new("git")
            .args([
                "status",
                "--porcelain",
                "--untracked-files=all",
                "--no-renames",
            ])
            .current_dir(&workspace.root),
    )?;
    Ok(status
        .lines()
        .filter_map(|line| line.get(3..))
        .map(|path| workspace.root.join(path.trim_matches('"')))
        .collect())
}

fn packages_of<'a>(workspace: &'a Workspace, changed: &[PathBuf]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for package in &workspace.packages {
        let manifest = package["manifest_path"].as_str().map(Path::new);
        if let (Some(folder), Some(name)) =
            (manifest.and_then(Path::parent), package["name"].as_str())
            && changed.iter().any(|path| path.starts_with(folder))
        {
            names.insert(name);
        }
    }
    names
}
