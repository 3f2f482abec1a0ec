//! `cargo xtask codegen`: the Rust request and response types become openapi.json, and that becomes schema.d.ts, the
//! only contract the UI knows. Both files are committed.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node};

/// What cargo builds when nothing else is to follow.
const ONE_PACKAGE: &[&str] = &["--package", "app"];
const GENERATED: [&str; 2] = ["src/api/openapi.json", "src/api/schema.d.ts"];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    match arguments {
        [] => generate(workspace, ONE_PACKAGE),
        [only] if only == "--check" => check(workspace, ONE_PACKAGE),
        _ => bail!("`cargo xtask codegen` knows --check only"),
    }
}

/// Fails when a committed file is not what the sources generate, and leaves the committed file as it was.
/// `packages` are those that the next step builds too, or cargo would build what they share once more.
pub(crate) fn check(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let ui = workspace.ui();
    let committed: Vec<_> = GENERATED
        .iter()
        .map(|file| fs::read_to_string(ui.join(file)))
        .collect();
    generate(workspace, packages)?;
    let mut stale = Vec::new();
    for (file, committed) in GENERATED.iter().zip(committed) {
        let committed = committed.unwrap_or_default();
        if fs::read_to_string(ui.join(file))? != committed {
            fs::write(ui.join(file), committed)?;
            stale.push(format!("ui/{file}"));
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

fn generate(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let progress = Progress::start();
    node::require()?;
    let ui = workspace.ui();
    node::install(&ui, "UI", &progress)?;
    progress.step("cargo build", || {
        command::run(workspace.cargo("build").args(packages).arg("--bins"))
    })?;
    progress.step("openapi.json, schema.d.ts", || {
        let server = workspace.binary("debug", "archestra");
        let openapi = command::output(Command::new(server).arg("openapi"))?;
        fs::write(ui.join(GENERATED[0]), openapi)?;
        command::quiet(node::npm(&ui).args(["run", "codegen"]))
    })
}
