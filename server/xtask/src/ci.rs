//! `cargo xtask ci`: everything that must hold before a change is merged, the quick checks first.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{check, codegen, command, node, system, test, tidy};

const CARGO_DENY: &str = "0.20.2";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    progress.step("tidy", || tidy::run(workspace))?;
    progress.step("cargo fmt --check", || check::format(workspace))?;
    deny(workspace, &progress)?;
    system::ensure(&[system::WINDOW_BUILD], &progress)?;
    // The server embeds the built UI, so the crate that embeds it compiles only after this.
    node::require()?;
    node::build_ui(workspace, &progress)?;
    progress.step("clippy", || check::clippy(workspace, test::EVERYTHING))?;
    progress.step("codegen: generated files are current", || {
        codegen::check(workspace, &[test::EVERYTHING, test::PROGRAMS].concat())
    })?;
    test::run(workspace, &[])
}

/// Licences, sources and fences always; advisories when their database, which lies on GitHub, can be reached.
fn deny(workspace: &Workspace, progress: &Progress) -> Result<()> {
    let tool = cargo_deny(workspace, progress)?;
    let cargo_deny = |what: &[&str]| {
        let mut deny = Command::new(&tool);
        deny.current_dir(&workspace.root).args(what);
        deny
    };
    progress.step("cargo deny: licences, sources, fences", || {
        command::quiet(&mut cargo_deny(&["check", "licenses", "sources", "bans"]))
    })?;
    if command::quiet(&mut cargo_deny(&["fetch", "db"])).is_err() {
        progress.line(
            "cargo deny: the advisory database cannot be reached: advisories were NOT checked",
        );
        return Ok(());
    }
    progress.step("cargo deny: advisories", || {
        command::quiet(&mut cargo_deny(&["check", "advisories"]))
    })
}

/// The one on the path, or our own: without optimisation it compiles in 40 s and still checks in 2 s.
fn cargo_deny(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    if command::exists("cargo-deny") {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let root = workspace.target.join("tools");
    let tool = root.join("bin/cargo-deny");
    if !tool.is_file() {
        progress.step("cargo install cargo-deny", || {
            let mut install = workspace.cargo("install");
            install
                .args([
                    "--quiet",
                    "--locked",
                    "--version",
                    CARGO_DENY,
                    "cargo-deny",
                    "--root",
                ])
                .arg(&root)
                .env("CARGO_TARGET_DIR", root.join("target"))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off");
            command::run(&mut install)
        })?;
    }
    Ok(tool)
}
