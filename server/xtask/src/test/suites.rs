//! The suites themselves: which command runs each and what it is given.

use std::process::Command;

use anyhow::{Result, bail};

use super::failure::Failure;
use super::tally::Tally;
use super::{Prepared, Suite};
use crate::{command, node, system};

pub(super) fn run(suite: Suite, prepared: &Prepared<'_>) -> Result<Tally> {
    match suite {
        Suite::Rust => rust(prepared),
        Suite::Ui => ui(prepared),
        Suite::E2e => e2e(prepared),
        Suite::Clients => node_suite(prepared, "server/app/tests/clients"),
        Suite::Identity => node_suite(prepared, "server/app/tests/identity"),
        Suite::Api => node_suite(prepared, "server/app/tests/api"),
        Suite::Operate => node_suite(prepared, "server/app/tests/operate"),
        Suite::Conformance => conformance(prepared),
        Suite::Docs => docs(prepared),
        Suite::Desktop => desktop(prepared),
        Suite::Helm => helm(prepared),
    }
}

fn rust(prepared: &Prepared<'_>) -> Result<Tally> {
    let mut cargo = if command::exists("cargo-nextest") {
        let mut nextest = prepared.workspace.cargo("nextest");
        nextest.arg("run");
        nextest
    } else {
        let mut test = prepared.workspace.cargo("test");
        test.arg("--no-fail-fast");
        test
    };
    cargo
        .args(prepared.packages)
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres);
    if let Some(bao) = &prepared.bao {
        cargo.env("ARCHESTRA_TEST_BAO", bao);
    }
    listen(&mut cargo)
}

fn ui(prepared: &Prepared<'_>) -> Result<Tally> {
    let ui = prepared.workspace.ui();
    command::quiet(node::npm(&ui).args(["run", "check"]))?;
    listen(node::npm(&ui).args(["run", "test"]))
}

/// Playwright over the real program, which it starts itself.
fn e2e(prepared: &Prepared<'_>) -> Result<Tally> {
    // Without an engine it says why, and the walks with containers say that they are skipped.
    let images = prepared.workspace.binary("debug", "mcp-images");
    Command::new(images).status()?;
    let mut playwright = node::npm(&prepared.workspace.ui());
    playwright
        .args(["run", "e2e"])
        .env(
            "ARCHESTRA_E2E_BINARY",
            prepared.workspace.binary("debug", "archestra"),
        )
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres);
    if let Some(chromium) = system::chromium() {
        playwright.env("ARCHESTRA_E2E_CHROMIUM", chromium);
    }
    if let Some(bao) = &prepared.bao {
        playwright.env("ARCHESTRA_E2E_VAULT", bao);
    }
    listen(&mut playwright)
}

/// The official SDKs and agents, real identity providers, the API from its own description, or what an operator connects,
/// over the real program. A suite starts its own servers.
fn node_suite(prepared: &Prepared<'_>, folder: &str) -> Result<Tally> {
    let folder = prepared.workspace.root.join(folder);
    let mut suite = Command::new("node");
    suite
        .arg("run.mjs")
        .current_dir(folder)
        .env(
            "ARCHESTRA_BIN",
            prepared.workspace.binary("debug", "archestra"),
        )
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres);
    listen(&mut suite)
}

/// The official MCP suites against the gateway and against our client of servers.
fn conformance(prepared: &Prepared<'_>) -> Result<Tally> {
    let workspace = prepared.workspace;
    let folder = workspace.root.join("server/mcp-gateway/tests/conformance");
    let mut suite = Command::new("node");
    suite
        .args(["run.mjs", "test"])
        .arg(workspace.binary("debug", "examples/mcp_gateway"))
        .arg(workspace.binary("debug", "mcp-client-conformance"))
        .current_dir(folder)
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres);
    listen(&mut suite)
}

/// The commands of the documentation, each as it stands there.
fn docs(prepared: &Prepared<'_>) -> Result<Tally> {
    let workspace = prepared.workspace;
    let mut suite = Command::new("node");
    suite
        .arg(workspace.root.join("docs/try/run.mjs"))
        .env("ARCHESTRA_BIN", workspace.binary("debug", "archestra"))
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres)
        .env("CARGO_TARGET_DIR", &workspace.target);
    listen(&mut suite)
}

/// The real window through WebDriver.
fn desktop(prepared: &Prepared<'_>) -> Result<Tally> {
    let folder = prepared.workspace.root.join("src-tauri/e2e");
    if !folder.is_dir() {
        bail!("{} is missing", folder.display());
    }
    let mut suite = Command::new("node");
    suite
        .args(["--test", "--test-concurrency=1"])
        .current_dir(&folder)
        .env(
            "ARCHESTRA_DESKTOP_BINARY",
            prepared.workspace.binary("debug", "desktop"),
        )
        .env("ARCHESTRA_POSTGRES_DIR", &prepared.postgres);
    listen(&mut suite)
}

/// The chart, rendered in every documented way by both Helms and checked against the schemas of Kubernetes. No cluster.
fn helm(prepared: &Prepared<'_>) -> Result<Tally> {
    let workspace = prepared.workspace;
    let mut suite = Command::new(workspace.root.join("packaging/helm/try"));
    suite.env("CARGO_TARGET_DIR", &workspace.target);
    listen(&mut suite)
}

/// The error tells 1 of 400 from a suite that never began.
fn listen(suite: &mut Command) -> Result<Tally> {
    let heard = command::listen(suite)?;
    let tally = Tally::read(&heard.lines);
    if heard.success && tally.passed == 0 {
        bail!("the suite ended well but ran no test");
    }
    if heard.success {
        return Ok(tally);
    }
    Err(Failure::new(tally, &heard.lines).into())
}
