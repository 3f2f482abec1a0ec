//! `cargo xtask check`: what is worth knowing before every commit, in seconds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, tidy};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    progress.step("tidy", || tidy::run(workspace))?;
    progress.step("cargo fmt --check", || format(workspace))?;
    let changed = changed_packages(workspace)?;
    if changed.is_empty() {
        progress.line("clippy: no crate has changed since the last commit");
        return Ok(());
    }
    let names = changed.iter().cloned().collect::<Vec<_>>().join(", ");
    progress.step(&format!("clippy: {names}"), || {
        let mut selection = Vec::new();
        for name in &changed {
            selection.extend(["--package", name]);
        }
        clippy(workspace, &selection)
    })
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

/// Packages with a file that differs from the last commit.
fn changed_packages(workspace: &Workspace) -> Result<BTreeSet<String>> {
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
    let changed: Vec<_> = status
        .lines()
        .filter_map(|line| line.get(3..))
        .map(|path| workspace.root.join(path.trim_matches('"')))
        .collect();
    let mut names = BTreeSet::new();
    for package in &workspace.packages {
        let folder = package["manifest_path"]
            .as_str()
            .and_then(|manifest| Path::new(manifest).parent());
        if let (Some(folder), Some(name)) = (folder, package["name"].as_str())
            && changed.iter().any(|path| path.starts_with(folder))
        {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}
