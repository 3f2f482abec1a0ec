//! The server under test, with a PostgreSQL of its own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const READY_WITHIN: Duration = Duration::from_mins(1);
/// For a server that nobody else can reach.
const METRICS_SECRET: &str = "bench";
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

pub(super) struct Server {
    child: Child,
    pub(super) port: u16,
    metrics: u16,
}

impl Server {
    /// Also says how long it took from the start of the process to `/ready`.
    pub(super) fn start(
        binary: &Path,
        postgres: &Path,
        folder: &Path,
        calls: u16,
        streams: u16,
    ) -> Result<(Self, Duration)> {
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        let environment = [
            ("ARCHESTRA_OPENAI_BASE_URL", at(calls)),
            ("ARCHESTRA_ANTHROPIC_BASE_URL", at(streams)),
        ];
        let environment = environment
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        Self::start_with(binary, postgres, folder, &environment)
    }

    pub(super) fn start_with(
        binary: &Path,
        postgres: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<(Self, Duration)> {
        let (port, metrics) = (free_port()?, free_port()?);
        let log = fs::File::create(folder.join("server.log"))?;
        let started = Instant::now();
        let child = Command::new(binary)
            .arg("serve")
            .arg("--data-dir")
            .arg(folder.join("data"))
            .env("ARCHESTRA_POSTGRES_DIR", postgres)
            .env("ARCHESTRA_API_BASE_URL", format!("http://localhost:{port}"))
            .env(
                "ARCHESTRA_FRONTEND_URL",
                format!("http://localhost:{}", free_port()?),
            )
            .env("ARCHESTRA_METRICS_PORT", metrics.to_string())
            .env("ARCHESTRA_METRICS_SECRET", METRICS_SECRET)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| binary.display().to_string())?;
        let mut server = Self {
            child,
            port,
            metrics,
        };
        while get(port, "/ready").is_none_or(|answer| !answer.starts_with("HTTP/1.1 200")) {
            let ended = server.child.try_wait()?;
            if ended.is_some() || started.elapsed() > READY_WITHIN {
                let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                bail!("the server did not become ready ({ended:?}); it said:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok((server, started.elapsed()))
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Calls that were recorded nowhere, by the server's own count.
    pub(super) fn lost_records(&self) -> Result<u64> {
        let metrics = get(self.metrics, "/metrics").context("no answer from /metrics")?;
        let lost = metrics
            .lines()
            .find_map(|line| line.strip_prefix("archestra_recorder_lost_total "));
        Ok(lost
            .context("/metrics does not say how many records were lost")?
            .trim()
            .parse()?)
    }

    pub(super) fn stop(&mut self) {
        terminate(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// SIGTERM, so that children are ended too; by force if that takes too long.
pub(super) fn terminate(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    let started = Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        if started.elapsed() > STOPPED_WITHIN {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

pub(super) fn is_listening(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn get(port: u16, path: &str) -> Option<String> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    connection
        .set_read_timeout(Some(Duration::from_secs(5)))
        .ok()?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {METRICS_SECRET}\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    Some(answer)
}
