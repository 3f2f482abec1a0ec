//! Requests of 2026-07-28, which need no session: by wrk for the load, one at a time to prepare it.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::super::process::Outcome;
use crate::command;

const META: &str = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// One request, over and over.
pub(super) struct Load {
    body: String,
    headers: Vec<(&'static str, String)>,
}

impl Load {
    pub(super) fn call(tool: &str, token: Option<&str>) -> Self {
        let params = format!(r#"{{"name":"{tool}","arguments":{{}},"_meta":{META}}}"#);
        let mut load = Self::new("tools/call", &params, token);
        load.headers.push(("mcp-name", tool.to_owned()));
        load
    }

    /// In the last version with a session.
    pub(super) fn earlier_call(tool: &str) -> Self {
        let params = format!(r#"{{"name":"{tool}","arguments":{{}}}}"#);
        let mut load = Self::new("tools/call", &params, None);
        for (name, value) in &mut load.headers {
            if *name == "mcp-protocol-version" {
                "2025-11-25".clone_into(value);
            }
        }
        load
    }

    pub(super) fn list(token: &str) -> Self {
        Self::new("tools/list", &format!(r#"{{"_meta":{META}}}"#), Some(token))
    }

    fn new(method: &str, params: &str, token: Option<&str>) -> Self {
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
            ("mcp-protocol-version", "2026-07-28".to_owned()),
            ("mcp-method", method.to_owned()),
        ];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        Self {
            body: format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#),
            headers,
        }
    }

    pub(super) fn run(
        &self,
        folder: &Path,
        port: u16,
        path: &str,
        concurrency: u32,
        seconds: u32,
    ) -> Result<Outcome> {
        self.check(port, path)?;
        let script = folder.join("gateway.lua");
        fs::write(&script, self.script())?;
        let output = command::output(
            Command::new("wrk")
                .args(["--threads", "1", "--timeout", "30s"])
                .args(["--connections", &concurrency.to_string()])
                .args(["--duration", &format!("{seconds}s")])
                .arg("--script")
                .arg(&script)
                .arg(format!("http://127.0.0.1:{port}{path}")),
        )?;
        outcome(&output)
    }

    /// What is to be measured must work, or the fastest error wins.
    fn check(&self, port: u16, path: &str) -> Result<()> {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = send(port, "POST", path, &headers, &self.body)?;
        if answer.status != 200
            || !answer.body.contains("\"result\"")
            || answer.body.contains("\"isError\":true")
        {
            bail!(
                "port {port}{path} answered {}: {:.400}",
                answer.status,
                answer.body
            );
        }
        Ok(())
    }

    fn script(&self) -> String {
        let mut script = format!("wrk.method = \"POST\"\nwrk.body = [[{}]]\n", self.body);
        for (name, value) in &self.headers {
            let _ = writeln!(script, "wrk.headers[\"{name}\"] = \"{value}\"");
        }
        script.push_str(
            r#"function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.1f %.1f %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"#,
        );
        script
    }
}

fn outcome(output: &str) -> Result<Outcome> {
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .context("wrk printed no result")?;
    let numbers: Vec<f64> = line
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    let [requests, microseconds, p50_us, p99_us, failures] = numbers[..] else {
        bail!("wrk printed {line}");
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that wrk printed"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

/// One request over a connection of its own.
pub(super) fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(Duration::from_mins(1)))?;
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = String::new();
    reader.read_to_string(&mut body)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.context("no HTTP answer")?,
        head,
        body,
    })
}

/// A request of the admin API; fails with what it said.
pub(super) fn api(
    port: u16,
    cookie: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value> {
    let headers = [("content-type", "application/json"), ("cookie", cookie)];
    let body = body.map_or_else(String::new, Value::to_string);
    let answer = send(port, method, path, &headers, &body)?;
    if !(200..300).contains(&answer.status) {
        bail!(
            "{method} {path} answered {}: {:.600}",
            answer.status,
            answer.body
        );
    }
    Ok(serde_json::from_str(unchunked(&answer).trim()).unwrap_or(json!(null)))
}

/// The body without the lengths of its chunks.
pub(super) fn unchunked(answer: &Answer) -> String {
    if !answer
        .head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked")
    {
        return answer.body.clone();
    }
    let mut whole = String::new();
    let mut rest = answer.body.as_str();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let Ok(length) = usize::from_str_radix(length.trim(), 16) else {
            break;
        };
        if length == 0 || after.len() < length {
            break;
        }
        whole.push_str(&after[..length]);
        rest = after[length..].trim_start_matches("\r\n");
    }
    whole
}
