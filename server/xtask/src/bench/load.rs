//! Plain calls, by wrk.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::process::Outcome;
use crate::command;

/// A request of the size that a short conversation has.
const BODY: &str = r#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant of a software team. Answer briefly, in plain words, and say so when you do not know. Quote file names as they are. Never invent an API. If a question is not about the project, answer it all the same, in one sentence."},{"role":"user","content":"Where is the configuration read, and which variable names the upstream of the proxy?"},{"role":"assistant","content":"In app/src/config.rs; the variable is ARCHESTRA_OPENAI_BASE_URL."},{"role":"user","content":"And how do I see that it took effect?"}],"temperature":0.2,"max_tokens":256,"stream":false,"user":"bench"}"#;

pub(super) fn run(
    folder: &Path,
    port: u16,
    path: &str,
    concurrency: u32,
    seconds: u32,
) -> Result<Outcome> {
    let script = folder.join("wrk.lua");
    fs::write(&script, script_text())?;
    let output = command::output(
        Command::new("wrk")
            .args(["--threads", "1", "--timeout", "30s"])
            .args(["--connections", &concurrency.to_string()])
            .args(["--duration", &format!("{seconds}s")])
            .arg("--script")
            .arg(&script)
            .arg(format!("http://127.0.0.1:{port}{path}")),
    )?;
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .context("wrk printed no result")?;
    let numbers: Vec<f64> = line
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    let [requests, microseconds, p50_us, p99_us, failures] = numbers[..] else {
        anyhow::bail!("wrk printed {line}");
    };
    Ok(Outcome {
        requests: whole(requests),
        seconds: microseconds / 1e6,
        p50_us,
        p99_us,
        failures: whole(failures),
        first_byte_us: 0.0,
    })
}

fn script_text() -> String {
    format!(
        r#"wrk.method = "POST"
wrk.body = [[{BODY}]]
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer sk-bench"
wrk.headers["user-agent"] = "OpenAI/Python 3.52.0"
wrk.headers["accept"] = "application/json"
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.1f %.1f %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"#
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that wrk printed"
)]
fn whole(number: f64) -> u64 {
    number as u64
}
