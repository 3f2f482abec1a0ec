//! The real program for the suites that talk to it: built once, started on free ports over an empty data directory,
//! stopped like a person would.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const READY_WITHIN: Duration = Duration::from_mins(1);
/// As much of the log as a person reads after a failure.
const LOG_LINES: usize = 60;
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    child: Child,
    data: PathBuf,
    log: PathBuf,
    pub(crate) api_url: String,
    pub(crate) ui_url: String,
}

impl Server {
    /// Starts it and waits until `/ready` says 200.
    pub(crate) fn start(program: &Path, postgres: &Path, name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("archestra-{name}-{}", std::process::id()));
        let data = folder.join("data");
        fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
        let log = folder.join("server.log");
        let output = fs::File::create(&log)?;
        let [api, ui, metrics] = free_ports()?;
        let (api_url, ui_url) = (
            format!("http://localhost:{api}"),
            format!("http://localhost:{ui}"),
        );
        let child = Command::new(program)
            .arg("serve")
            .arg("--data-dir")
            .arg(&data)
            .env("ARCHESTRA_POSTGRES_DIR", postgres)
            .env("ARCHESTRA_API_BASE_URL", &api_url)
            .env("ARCHESTRA_FRONTEND_URL", &ui_url)
            .env("ARCHESTRA_METRICS_PORT", metrics.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self {
            child,
            data: folder,
            log,
            api_url,
            ui_url,
        };
        server.wait_until_ready(api)?;
        Ok(server)
    }

    pub(crate) fn log_end(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let skipped = log.lines().count().saturating_sub(LOG_LINES);
        log.lines().skip(skipped).collect::<Vec<_>>().join("\n")
    }

    fn wait_until_ready(&mut self, port: u16) -> Result<()> {
        let started = Instant::now();
        while !is_ready(port) {
            let ended = self.child.try_wait()?;
            if ended.is_some() || started.elapsed() > READY_WITHIN {
                let log = self.log_end();
                bail!("the server did not become ready ({ended:?}); it said:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Ends it with SIGTERM, so that the database is closed properly, and fails when it does not end in time.
    pub(crate) fn stop(mut self) -> Result<()> {
        let process = self.child.id().to_string();
        if !Command::new("kill")
            .args(["-TERM", &process])
            .status()
            .is_ok_and(|status| status.success())
        {
            self.child.kill()?;
        }
        let started = Instant::now();
        while self.child.try_wait()?.is_none() {
            if started.elapsed() > STOPPED_WITHIN {
                bail!("the server was still running {STOPPED_WITHIN:?} after SIGTERM");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only reached with a living child when a suite failed before it could stop the server.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// Ports that were free a moment ago. All are held until the last is found, so they differ.
fn free_ports() -> Result<[u16; 3]> {
    let listeners = [
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
    ];
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

fn is_ready(port: u16) -> bool {
    let Ok(mut connection) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    let request =
        format!("GET /ready HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let mut answer = [0; 12];
    connection
        .set_read_timeout(Some(Duration::from_secs(5)))
        .is_ok()
        && connection.write_all(request.as_bytes()).is_ok()
        && connection.read_exact(&mut answer).is_ok()
        && answer.ends_with(b" 200")
}
