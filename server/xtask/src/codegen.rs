//! `cargo xtask codegen`: the Rust request and response types become openapi.json, and that becomes schema.d.ts, the
//! only contract the UI knows; the table of variables becomes docs/configuration.md. All three are committed.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node};

/// What cargo builds when nothing else is to follow.
const ONE_PACKAGE: &[&str] = &["--package", "app", "--bins"];
const OPENAPI: &str = "ui/src/api/openapi.json";
const CONFIGURATION: &str = "docs/configuration.md";
const GENERATED: [&str; 3] = [OPENAPI, "ui/src/api/schema.d.ts", CONFIGURATION];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    match arguments {
        [] => generate(workspace, ONE_PACKAGE),
        [only] if only == "--check" => check(workspace, ONE_PACKAGE),
        _ => bail!("`cargo xtask codegen` knows --check only"),
    }
}

/// Fails when a committed file is not what the sources generate, and leaves the committed file as it was.
/// `selection` is what the next step builds too, or cargo would build what both share once more.
pub(crate) fn check(workspace: &Workspace, selection: &[&str]) -> Result<()> {
    let committed: Vec<_> = GENERATED
        .iter()
        .map(|file| fs::read_to_string(workspace.root.join(file)))
        .collect();
    generate(workspace, selection)?;
    let mut stale = Vec::new();
    for (file, committed) in GENERATED.iter().zip(committed) {
        let committed = committed.unwrap_or_default();
        let path = workspace.root.join(file);
        if fs::read_to_string(&path)? != committed {
            fs::write(path, committed)?;
            stale.push(*file);
        }
    }
    if !stale.is_empty() {
        bail!(
            "stale: {}; run `cargo xtask codegen` and commit",
            stale.join(", ")
        );
    }
    Ok(())
}

fn generate(workspace: &Workspace, selection: &[&str]) -> Result<()> {
    let progress = Progress::start();
    node::require()?;
    let ui = workspace.ui();
    node::install(&ui, "UI", &progress)?;
    progress.step("cargo build", || {
        command::run(workspace.cargo("build").args(selection))
    })?;
    progress.step("openapi.json, schema.d.ts, configuration.md", || {
        let server = workspace.binary("debug", "archestra");
        for (file, words) in [
            (OPENAPI, &["openapi"][..]),
            (CONFIGURATION, &["config", "--markdown"]),
        ] {
            let printed = command::output(Command::new(&server).args(words))?;
            fs::write(workspace.root.join(file), printed)?;
        }
        command::quiet(node::npm(&ui).args(["run", "codegen"]))
    })
}
