//! The licence texts of the crates a program is made of, which their licences ask to be passed on with it. Those of the
//! UI's packages are in the UI itself, those of PostgreSQL in `packaging/desktop/notices.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;
use crate::workspace::Workspace;

const LICENCE_FILES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];
const RULE: &str =
    "\n\n================================================================================\n";

/// Of everything from outside that `program` (a crate of ours) links on this system, one text each.
pub(super) fn of_crates(workspace: &Workspace, program: &str) -> Result<String> {
    let metadata = command::output(workspace.cargo("metadata").args([
        "--format-version=1",
        "--locked",
        "--filter-platform",
        &host(workspace)?,
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let linked = linked(&metadata, program).context("cargo metadata is not understood")?;
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let is_ours = package["source"].is_null();
        if is_ours || !linked.contains(text(&package["id"])) {
            continue;
        }
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        let files = licence_files(Path::new(text(&package["manifest_path"])))?;
        if files.is_empty() {
            without.insert(format!("{name}: {}", text(&package["license"])));
        }
        for file in files {
            let licence = fs::read(&file).with_context(|| file.display().to_string())?;
            let licence = String::from_utf8_lossy(&licence).trim().replace('\r', "");
            texts.entry(licence).or_default().insert(name.clone());
        }
    }
    Ok(render(&texts, &without))
}

fn host(workspace: &Workspace) -> Result<String> {
    let version = command::output(
        std::process::Command::new("rustc")
            .arg("-vV")
            .current_dir(&workspace.root),
    )?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// The ids of the packages that the program reaches by dependencies that end up in it.
fn linked<'a>(metadata: &'a Value, program: &str) -> Option<BTreeSet<&'a str>> {
    let nodes = metadata["resolve"]["nodes"].as_array()?;
    let dependencies: BTreeMap<&str, &Value> = nodes
        .iter()
        .map(|node| (text(&node["id"]), &node["deps"]))
        .collect();
    let mut packages = metadata["packages"].as_array()?.iter();
    let start = packages.find(|package| package["name"] == program)?;
    let mut waiting = vec![text(&start["id"])];
    let mut linked = BTreeSet::new();
    while let Some(package) = waiting.pop() {
        if !linked.insert(package) {
            continue;
        }
        for dependency in dependencies.get(package)?.as_array()? {
            let kinds = dependency["dep_kinds"].as_array()?;
            if kinds.iter().any(|kind| kind["kind"].is_null()) {
                waiting.push(text(&dependency["pkg"]));
            }
        }
    }
    Some(linked)
}

fn licence_files(manifest: &Path) -> Result<Vec<PathBuf>> {
    let folder = manifest.parent().context("a manifest lies in a folder")?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        if path.is_file() && LICENCE_FILES.iter().any(|start| name.starts_with(start)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn render(texts: &BTreeMap<String, BTreeSet<String>>, without: &BTreeSet<String>) -> String {
    let mut page = "The licences of the Rust crates in this program.\n".to_owned();
    if !without.is_empty() {
        page.push_str("\nThese come without a text of their own; the licence they name:\n");
        for line in without {
            page.push_str("  ");
            page.push_str(line);
            page.push('\n');
        }
    }
    for (licence, names) in texts {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // Writing to a string does not fail.
        let _ = write!(page, "{RULE}{}{RULE}\n{licence}", names.join(", "));
    }
    page.push('\n');
    page
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
