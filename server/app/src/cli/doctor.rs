//! `archestra doctor` and `archestra healthy`: what was found, on the screen or for programs.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{commands, print};
use crate::config::{Config, ConfigError, Environment};
use crate::doctor::{self, Finding, Level, http};

/// Container engines and the like give a question of this sort three seconds.
const HEALTHY_WITHIN: Duration = Duration::from_secs(2);

pub(super) fn doctor(
    environment: &Environment,
    config: Result<Config, ConfigError>,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let runtime = commands::runtime()?;
    let findings = runtime.block_on(doctor::run(environment, config));
    // What hangs (a name server, a share) must not hold up the end.
    runtime.shutdown_background();
    let milliseconds = begun.elapsed().as_millis();
    print(&if as_json {
        let mut report = report(&findings);
        report["milliseconds"] = json!(u64::try_from(milliseconds).unwrap_or(u64::MAX));
        serde_json::to_string_pretty(&report)?
    } else {
        format!(
            "{}\n{} in {milliseconds} ms",
            screen(&findings)?,
            counted(&findings)
        )
    })?;
    let is_well = worst(&findings) != Level::Fault;
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(super) fn report(findings: &[Finding]) -> Value {
    json!({ "status": worst(findings), "version": crate::VERSION, "findings": findings })
}

fn worst(findings: &[Finding]) -> Level {
    findings
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(Level::Ok)
}

fn screen(findings: &[Finding]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.level {
            Level::Ok => "ok   ",
            Level::Warning => "WARN ",
            Level::Fault => "FAULT",
        };
        writeln!(text, "{mark}  {:<16} {}", finding.name, finding.found)?;
        if !finding.why.is_empty() {
            writeln!(text, "{:>24}{}", "why  ", finding.why)?;
        }
        if !finding.fix.is_empty() {
            writeln!(text, "{:>24}{}", "fix  ", finding.fix)?;
        }
    }
    Ok(text)
}

fn counted(findings: &[Finding]) -> String {
    let count = |level| {
        findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    let plural =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}",
        plural(count(Level::Fault), "fault"),
        plural(count(Level::Warning), "warning")
    )
}

/// Without its database a server still answers, and nobody gains from a restart: that is for `/ready` to say.
pub(super) fn healthy(config: &Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // A second call finds it done.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let asked = async {
        let answer = tokio::time::timeout(HEALTHY_WITHIN, http::local(config, "/health"));
        answer
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {HEALTHY_WITHIN:?}")))
    };
    let port = config.api_port();
    let cause = match runtime.block_on(asked) {
        Ok(answer) if answer.status == 200 => return print("healthy"),
        Ok(answer) => format!("something else answers at port {port} ({})", answer.status),
        Err(cause) => format!("nothing answers at port {port}: {cause}"),
    };
    print(&cause)?;
    Ok(ExitCode::FAILURE)
}
