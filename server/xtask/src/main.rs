//! `cargo xtask`: everything a person or the CI does to this repository, as one small program.
//! It drives cargo, npm and the system's packages; it holds no product logic.
#![expect(
    clippy::disallowed_methods,
    reason = "a task runner reads the environment and starts programs: that is its work"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner talks to its terminal"
)]

mod bench;
mod check;
mod ci;
mod codegen;
mod command;
mod dist;
mod faults;
mod node;
mod openbao;
mod postgresql;
mod progress;
mod run;
mod system;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const USAGE: &str = "\
cargo xtask run [--desktop] [--release] [-- ARGS]   prepare everything, build and start Archestra
cargo xtask test [rust|ui|e2e|clients|identity|api|operate|conformance|docs|desktop|helm]…
                                                   all tests, or the named suites
cargo xtask ci                                      what the CI runs: tidy, fmt, clippy, deny, codegen, test
cargo xtask check                                   the quick part: tidy, fmt, clippy of the changed crates
cargo xtask tidy                                    the rules of STYLE.md that a machine can check
cargo xtask codegen [--check]                       Rust types → openapi.json → schema.d.ts, docs/configuration.md
cargo xtask bench proxy [--json FILE]               what the proxy costs beside nginx and beside no proxy
cargo xtask bench gateway [--json FILE]             what the MCP gateway costs beside no gateway and beside others
cargo xtask faults [NAME]… [--rounds N]             kill, stop, flood and fill up a real server, and count what is left
cargo xtask dist desktop [--appimage]               packages of the window, with PostgreSQL inside
cargo xtask dist server [--program FILE] [--revision N]
                                                    .deb and .rpm of the server, with PostgreSQL inside
cargo xtask dist source|sbom|definitions|feed|checksums
                                                    what a release has beside its packages";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((task, rest)) = arguments.split_first() else {
        bail!("which task?\n\n{USAGE}");
    };
    let workspace = Workspace::find()?;
    match task.as_str() {
        "run" => run::run(&workspace, rest),
        "test" => test::run(&workspace, rest),
        "ci" => ci::run(&workspace),
        "check" => check::run(&workspace),
        "tidy" => tidy::run(&workspace),
        "codegen" => codegen::run(&workspace, rest),
        "faults" => faults::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "dist" => dist::run(&workspace, rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no task `{other}`\n\n{USAGE}"),
    }
}
