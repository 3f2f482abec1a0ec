//! `cargo xtask faults`: kills, stops, floods and fills up a real server under load, and counts what is left.
//!
//! Every scenario drives the built program over HTTP with its own PostgreSQL in a directory of its own; only the
//! provider is played by this process. Nothing here knows how the server works inside: what was lost is told by
//! comparing what clients got with what the API lists.

mod balancer;
mod books;
mod client;
mod database_away;
mod disk_full;
mod exact;
mod kill_postgres;
mod kill_server;
mod load;
mod malformed;
mod prober;
mod provider;
mod rolling;
mod signals;
mod site;
mod slow_loris;
mod stale;
mod starts;
mod steady;
mod stop;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use site::Stage;

type Scenario = fn(&Stage, usize) -> Result<()>;

/// Name, rounds by default, what it does.
const SCENARIOS: [(&str, usize, Scenario); 9] = [
    ("kill-server", 50, kill_server::run),
    ("kill-postgres", 50, kill_postgres::run),
    ("database-away", 30, database_away::run),
    ("slow-loris", 13, slow_loris::run),
    ("malformed", 300, malformed::run),
    ("disk-full", 1, disk_full::run),
    ("starts", 1, starts::run),
    ("stop", 10, stop::run),
    ("rolling", 10, rolling::run),
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (names, rounds) = read_arguments(arguments)?;
    let stage = Stage::prepare(
        program(workspace)?,
        &crate::postgresql::install(workspace, &Progress::start())?,
    )?;
    println!("program: {}", stage.program.display());
    let mut failed = Vec::new();
    for (name, usual, scenario) in SCENARIOS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        println!("\n== {name}");
        let begun = Instant::now();
        let result = scenario(&stage, rounds.unwrap_or(usual));
        let seconds = begun.elapsed().as_secs();
        match result {
            Ok(()) => println!("== {name}: passed in {seconds} s"),
            Err(error) => {
                println!("== {name}: FAILED after {seconds} s\n{error:#}");
                failed.push(name);
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    let kept = stage.keep();
    bail!(
        "failed: {}; logs and data are in {}",
        failed.join(", "),
        kept.display()
    )
}

fn read_arguments(arguments: &[String]) -> Result<(Vec<String>, Option<usize>)> {
    let known = SCENARIOS.map(|(name, ..)| name);
    let mut names = Vec::new();
    let mut rounds = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            rounds = Some(number.context("--rounds takes a number")?);
        } else if known.contains(&argument.as_str()) {
            names.push(argument.clone());
        } else {
            bail!(
                "`cargo xtask faults` knows --rounds N and {}, not `{argument}`",
                known.join(", ")
            );
        }
    }
    Ok((names, rounds))
}

/// What `ARCHESTRA_BIN` names, else the release build, else the debug build.
fn program(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("ARCHESTRA_BIN") {
        return Ok(named.into());
    }
    let built = ["release", "debug"].map(|profile| workspace.binary(profile, "archestra"));
    built
        .into_iter()
        .find(|program| program.exists())
        .context("build the program first: `cargo build --release -p app`")
}

/// Findings of one scenario, all of them told at the end.
#[derive(Default)]
struct Verdict(Vec<String>);

impl Verdict {
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            let finding = otherwise();
            println!("   ! {finding}");
            self.0.push(finding);
        }
    }

    fn into_result(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        bail!("{}", self.0.join("\n"))
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}
