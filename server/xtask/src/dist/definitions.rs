//! `cargo xtask dist definitions`: what other package managers need to know of a release, filled in from the files that
//! lie in `<target>/dist`. The templates are in `packaging/definitions`.
//!
//! `@VERSION@`, `@DATE@`, `@REPOSITORY@` and `@DOWNLOAD@` stand for themselves, `@SHA256 file@` for the checksum of that
//! file. Without the file there is no checksum, and so no definition.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{download_address, repository, sha256, version};
use crate::command;
use crate::workspace::Workspace;

const CHECKSUM: &str = "@SHA256 ";

pub(super) fn fill(workspace: &Workspace) -> Result<()> {
    let version = version(workspace)?;
    let dist = workspace.target.join("dist");
    let values = [
        ("@DOWNLOAD@", download_address(&version)),
        ("@REPOSITORY@", repository()),
        (
            "@DATE@",
            command::output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?
                .trim()
                .to_owned(),
        ),
        ("@VERSION@", version),
    ];
    let templates = workspace.root.join("packaging/definitions");
    let mut left_out = Vec::new();
    for template in below(&templates)? {
        let place = template.strip_prefix(&templates)?;
        let mut text = fs::read_to_string(&template)?;
        for (name, value) in &values {
            text = text.replace(name, value);
        }
        match with_checksums(&text, |name| sha256_of(&dist, name)) {
            Ok(text) => {
                let to = dist.join("definitions").join(place);
                fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
                fs::write(&to, text)?;
                println!("{}", to.display());
            }
            Err(error) => left_out.push(format!("{}: {error}", place.display())),
        }
    }
    if !left_out.is_empty() {
        bail!("these could not be filled in:\n{}", left_out.join("\n"));
    }
    Ok(())
}

fn below(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(below(&path)?);
        } else if path.extension().is_none_or(|extension| extension != "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn sha256_of(dist: &Path, name: &str) -> Result<String> {
    let file = dist.join(name);
    if !file.is_file() {
        bail!("there is no {name} in {}", dist.display());
    }
    sha256(&file)
}

fn with_checksums(text: &str, sum: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(CHECKSUM) {
        let (name, after) = after
            .split_once('@')
            .context("a placeholder does not end")?;
        filled.push_str(before);
        filled.push_str(&sum(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests;
