//! `cargo xtask ci`: everything that must hold before a change is merged, the quick checks first.

use anyhow::Result;

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{check, codegen, command, node, system, test, tidy};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    progress.step("tidy", || tidy::run(workspace))?;
    progress.step("cargo fmt --check", || check::format(workspace))?;
    deny(workspace, &progress)?;
    system::ensure(&[system::WINDOW_BUILD], &progress)?;
    // The server embeds the built UI, so the crate that embeds it compiles only after this.
    node::require()?;
    node::build_ui(workspace, &progress)?;
    progress.step("clippy", || check::clippy(workspace, &["--workspace"]))?;
    progress.step("codegen: generated files are current", || {
        codegen::check(workspace)
    })?;
    test::run(workspace, &[])
}

/// cargo-deny takes minutes to compile, so it is used where it is installed and named where it is not. The fences
/// between our crates do not depend on it: tidy holds them as well.
fn deny(workspace: &Workspace, progress: &Progress) -> Result<()> {
    if !command::exists("cargo-deny") {
        progress.line(
            "cargo-deny is not installed, so licences and advisories were NOT checked \
             (cargo install --locked cargo-deny)",
        );
        return Ok(());
    }
    progress.step("cargo deny", || {
        command::run(workspace.cargo("deny").args([
            "--offline",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))
    })
}
