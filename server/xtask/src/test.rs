//! `cargo xtask test`: every suite, one after the other over one build, with a table at the end. A suite that cannot
//! run is a failure with the reason, never a silent gap.

mod failure;
mod suites;
mod tally;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::test::failure::Failure;
use crate::test::tally::Tally;
use crate::workspace::Workspace;
use crate::{command, node, openbao, postgresql, system};

/// The packages of a complete run.
pub(crate) const EVERYTHING: &[&str] = &["--workspace"];
/// What suites start. The examples bring the features of tests, so that these compile no dependency once more.
pub(crate) const PROGRAMS: &[&str] = &["--bins", "--examples"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Suite {
    Rust,
    Ui,
    E2e,
    Clients,
    Identity,
    Api,
    Operate,
    Conformance,
    Docs,
    Desktop,
    Helm,
}

const ALL: [(Suite, &str); 11] = [
    (Suite::Rust, "rust"),
    (Suite::Ui, "ui"),
    (Suite::E2e, "e2e"),
    (Suite::Clients, "clients"),
    (Suite::Identity, "identity"),
    (Suite::Api, "api"),
    (Suite::Operate, "operate"),
    (Suite::Conformance, "conformance"),
    (Suite::Docs, "docs"),
    (Suite::Desktop, "desktop"),
    (Suite::Helm, "helm"),
];

/// Suites that start the programs that people start.
const OVER_PROGRAMS: [Suite; 8] = [
    Suite::E2e,
    Suite::Clients,
    Suite::Identity,
    Suite::Api,
    Suite::Operate,
    Suite::Conformance,
    Suite::Docs,
    Suite::Desktop,
];

/// One line of the table at the end.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<Tally>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let chosen = choose(arguments)?;
    let has = |suite| chosen.iter().any(|(chosen, _)| *chosen == suite);
    let progress = Progress::start();
    let started = Instant::now();
    let prepared = prepare(workspace, &has, &progress)?;
    let mut outcomes = vec![Outcome {
        name: "prepare",
        took: started.elapsed(),
        result: Ok(Tally::default()),
    }];
    for (suite, name) in chosen {
        progress.line(&format!("suite {name} …"));
        let started = Instant::now();
        let result = suites::run(suite, &prepared);
        let took = started.elapsed();
        if let Err(error) = &result {
            println!("{error:#}");
        }
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        progress.line(&format!(
            "suite {name}: {word} in {:.1} s",
            took.as_secs_f32()
        ));
        outcomes.push(Outcome { name, took, result });
    }
    report(&outcomes)
}

fn choose(arguments: &[String]) -> Result<Vec<(Suite, &'static str)>> {
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| ALL.iter().all(|(_, name)| name != argument))
    {
        let names: Vec<_> = ALL.iter().map(|(_, name)| *name).collect();
        bail!(
            "there is no suite `{unknown}`; there are: {}",
            names.join(", ")
        );
    }
    Ok(ALL
        .into_iter()
        .filter(|(_, name)| {
            arguments.is_empty() || arguments.iter().any(|argument| argument == name)
        })
        .collect())
}

/// What the suites share.
struct Prepared<'a> {
    workspace: &'a Workspace,
    /// The PostgreSQL installation that servers and database tests use.
    postgres: std::path::PathBuf,
    /// What stands for Vault.
    bao: Option<std::path::PathBuf>,
    /// Which packages cargo builds. The same everywhere, or cargo would build shared crates once per selection.
    packages: &'static [&'static str],
}

fn prepare<'a>(
    workspace: &'a Workspace,
    has: &impl Fn(Suite) -> bool,
    progress: &Progress,
) -> Result<Prepared<'a>> {
    node::require()?;
    let mut needs = Vec::new();
    if [Suite::Rust, Suite::E2e, Suite::Clients, Suite::Docs]
        .into_iter()
        .any(has)
    {
        needs.push(system::CONTAINERS);
    }
    if has(Suite::E2e) {
        needs.push(system::BROWSER);
    }
    let with_python = [Suite::Clients, Suite::Api, Suite::Operate, Suite::Helm];
    if with_python.into_iter().any(&has) {
        needs.push(system::CLIENTS);
    }
    if has(Suite::Docs) {
        needs.push(system::DOCUMENTED);
    }
    if has(Suite::Operate) {
        needs.push(system::PROMETHEUS);
    }
    if has(Suite::Desktop) {
        needs.extend([system::WINDOW_BUILD, system::WINDOW_TEST]);
    }
    if has(Suite::Rust) {
        needs.push(system::KEYRING);
    }
    system::ensure(&needs, progress)?;
    let postgres = postgresql::install(workspace, progress)?;
    node::build_ui(workspace, progress)?;
    let packages: &[&str] = if has(Suite::Desktop) {
        EVERYTHING
    } else {
        // The window does not compile without WebKit, which the other suites do not need.
        &["--workspace", "--exclude", "desktop"]
    };
    if OVER_PROGRAMS.into_iter().any(has) {
        progress.step("cargo build", || {
            command::run(workspace.cargo("build").args(packages).args(PROGRAMS))
        })?;
    }
    let bao = if has(Suite::Rust) || has(Suite::E2e) {
        openbao::install(workspace, progress)?
    } else {
        None
    };
    Ok(Prepared {
        workspace,
        postgres,
        bao,
        packages,
    })
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    for outcome in outcomes {
        if let Err(error) = &outcome.result
            && let Some(failure) = error.downcast_ref::<Failure>()
        {
            println!("\nwhat {} said of its failures:", outcome.name);
            println!("{}", failure.said.join("\n"));
        }
    }
    println!("\nsuite       result      time   tests");
    let mut total = Tally::default();
    let mut failed = Vec::new();
    let mut took = Duration::ZERO;
    for outcome in outcomes {
        let (word, tests) = match &outcome.result {
            Ok(tally) => {
                total.add(*tally);
                ("ok", tally.to_string())
            }
            Err(error) => {
                // A suite that died before it could count is one failure, not none.
                let tally = error
                    .downcast_ref::<Failure>()
                    .map_or(Tally::FAILURE, |failure| failure.tally);
                total.add(tally);
                failed.push(outcome.name);
                ("FAILED", tally.to_string())
            }
        };
        took += outcome.took;
        println!(
            "{:11} {word:8} {:7.1} s  {tests}",
            outcome.name,
            outcome.took.as_secs_f32()
        );
    }
    println!("{:20} {:7.1} s", "total", took.as_secs_f32());
    println!("{} passed, {} failed", total.passed, total.failed);
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}
