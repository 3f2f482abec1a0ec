//! `archestra doctor` and `archestra healthy`: what was found, on the screen or for programs.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};

use super::{commands, print};
use crate::config::{Config, ConfigError, Environment};
use crate::doctor::{self, Finding, Level, http};

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

pub(super) fn healthy(config: &Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // A second call finds it done.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cause = match runtime.block_on(http::local(config, "/ready")) {
        Ok(answer) if answer.status == 200 => return print("ready"),
        Ok(answer) => unready(&answer),
        Err(cause) => format!("nothing answers at port {}: {cause}", config.api_port()),
    };
    print(&cause)?;
    Ok(ExitCode::FAILURE)
}

fn unready(answer: &http::Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let detail = body
        .pointer("/checks/database/detail")
        .and_then(Value::as_str);
    match (detail, body["status"].as_str()) {
        (Some(detail), _) => format!("not ready: {detail}"),
        (None, Some(status)) => format!("not ready: {status}"),
        (None, None) => format!("something else answers at this port ({})", answer.status),
    }
}
