//! `cargo xtask tidy`: the rules of STYLE.md that a machine can check, over every file that git knows or would add.
//! What clippy, rustfmt, cargo-deny and eslint check is left to them.

mod edges;
mod exceptions;
mod rust_files;
mod tree;
mod web_files;

use std::fmt;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::workspace::Workspace;

/// A broken rule. `rule` is the name that `exceptions.rs` uses.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    rule: &'static str,
    path: String,
    line: Option<usize>,
    text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {} [{}]", self.text, self.rule)
    }
}

/// A text file of the repository, its path relative to the root and with forward slashes.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    fn extension(&self) -> &str {
        self.path
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }
}

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let findings = inspect(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!(
            "tidy found {} broken rules (STYLE.md explains them)",
            findings.len()
        );
    }
    println!("tidy: all rules hold");
    Ok(())
}

fn inspect(workspace: &Workspace) -> Result<Vec<Finding>> {
    let files = read_files(workspace)?;
    let mut findings = edges::check(&workspace.packages);
    for file in &files {
        if is_generated(file) {
            continue;
        }
        rust_files::check(file, &mut findings);
        web_files::check(file, &mut findings);
    }
    tree::check(&files, &mut findings);
    Ok(exceptions::apply(findings))
}

/// Written by a tool from something that is itself checked.
fn is_generated(file: &SourceFile) -> bool {
    const GENERATED: [&str; 3] = [
        "ui/src/api/openapi.json",
        "ui/src/api/schema.d.ts",
        "ui/src/route-tree.gen.ts",
    ];
    GENERATED.contains(&file.path.as_str()) || file.extension() == "snap"
}

fn read_files(workspace: &Workspace) -> Result<Vec<SourceFile>> {
    let listed = command::output(
        Command::new("git")
            .args([
                "ls-files",
                "--cached",
                "--others",
                "--exclude-standard",
                "-z",
            ])
            .current_dir(&workspace.root),
    )
    .context("tidy asks git which files belong to the repository")?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file that is deleted but not yet committed is listed, and a picture is not text: neither is for us.
        if let Ok(text) = fs::read_to_string(workspace.root.join(path)) {
            files.push(SourceFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Lines that are neither blank nor a comment.
fn code_lines(text: &str) -> usize {
    let mut in_block = false;
    let mut count = 0;
    for line in text.lines() {
        let line = line.trim();
        if in_block || line.starts_with("/*") {
            in_block = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests;
