//! `cargo xtask run`: from a bare clone to a running Archestra. What is already done is not done again.

use std::process::Command;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, postgresql, system};

struct Options {
    desktop: bool,
    release: bool,
    /// What follows `--` goes to `archestra serve`, or to the window's program.
    passed_on: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let options = read_options(arguments)?;
    let progress = Progress::start();
    node::require()?;
    if options.desktop {
        system::ensure(&[system::WINDOW_BUILD], &progress)?;
    }
    let postgres = postgresql::install(workspace, &progress)?;
    node::build_ui(workspace, &progress)?;
    let program = build(workspace, &options, &progress)?;
    progress.line("starting; Ctrl-C stops it");
    let mut archestra = Command::new(program);
    if !options.desktop {
        archestra.arg("serve");
    }
    archestra
        .args(&options.passed_on)
        .env("ARCHESTRA_POSTGRES_DIR", postgres);
    replace_by(&mut archestra)
}

fn read_options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        desktop: false,
        release: false,
        passed_on: Vec::new(),
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--desktop" => options.desktop = true,
            "--release" => options.release = true,
            "--" => options.passed_on.extend(arguments.by_ref().cloned()),
            other => bail!(
                "`cargo xtask run` knows --desktop and --release, not `{other}`; what the program itself shall get \
                 stands after `--`"
            ),
        }
    }
    Ok(options)
}

fn build(
    workspace: &Workspace,
    options: &Options,
    progress: &Progress,
) -> Result<std::path::PathBuf> {
    let (package, name) = if options.desktop {
        ("desktop", "desktop")
    } else {
        ("app", "archestra")
    };
    let mut cargo = workspace.cargo("build");
    cargo.args(["--package", package, "--bin", name]);
    let profile = if options.release {
        cargo.arg("--release");
        "release"
    } else {
        "debug"
    };
    let what = format!("{name}: cargo build ({profile})");
    progress.step(&what, || command::run(&mut cargo))?;
    Ok(workspace.binary(profile, name))
}

/// The program takes this process's place, so Ctrl-C and exit codes are its own.
#[cfg(unix)]
fn replace_by(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    bail!("cannot start {}: {error}", command.get_program().display());
}

#[cfg(not(unix))]
fn replace_by(command: &mut Command) -> Result<()> {
    command::run(command)
}
