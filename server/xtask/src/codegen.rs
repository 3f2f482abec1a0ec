//! `cargo xtask codegen`: the Rust request and response types become openapi.json, and that becomes schema.d.ts, the
//! only contract the UI knows. Both files are committed.

use std::fs;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node};

const GENERATED: [&str; 2] = ["src/api/openapi.json", "src/api/schema.d.ts"];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    match arguments {
        [] => {
            generate(workspace)?;
            Ok(())
        }
        [only] if only == "--check" => check(workspace),
        _ => bail!("`cargo xtask codegen` knows --check only"),
    }
}

/// Fails when a committed file is not what the sources generate, and leaves the committed file as it was.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    let committed: Vec<_> = GENERATED
        .iter()
        .map(|file| fs::read_to_string(ui.join(file)))
        .collect();
    generate(workspace)?;
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

fn generate(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    node::require()?;
    let ui = workspace.ui();
    node::install(&ui, "UI", &progress)?;
    progress.step("openapi.json from the server", || {
        let openapi = command::output(workspace.cargo("run").args([
            "--quiet",
            "--package",
            "app",
            "--bin",
            "archestra",
            "--",
            "openapi",
        ]))?;
        fs::write(ui.join(GENERATED[0]), openapi)?;
        Ok(())
    })?;
    progress.step("schema.d.ts from openapi.json", || {
        command::quiet(node::npm(&ui).args(["run", "codegen"]))
    })
}
