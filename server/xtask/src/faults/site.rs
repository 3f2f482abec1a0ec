//! Where the scenarios play: a directory, an installation of PostgreSQL that may be damaged, and servers to start in it.

use std::fs::{self, File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::client::{Answer, Client};
use super::signals;

const START_PATIENCE: Duration = Duration::from_mins(1);
const STOP_PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) program: PathBuf,
    /// A copy, because scenarios take its programs away.
    pub(crate) installation: PathBuf,
    root: PathBuf,
    kept: std::cell::Cell<bool>,
    servers: AtomicUsize,
}

impl Stage {
    pub(crate) fn prepare(program: PathBuf, installation: &Path) -> Result<Self> {
        ensure!(program.exists(), "{} is not there", program.display());
        let root = PathBuf::from(format!("/tmp/archestra-faults-{}", std::process::id()));
        // Anybody may enter it: as root, PostgreSQL runs as another user.
        fs::create_dir(&root)?;
        let copy = root.join("postgresql");
        let copied = Command::new("cp")
            .arg("-al")
            .arg(installation)
            .arg(&copy)
            .status()?;
        if !copied.success() {
            let copied = Command::new("cp")
                .arg("-a")
                .arg(installation)
                .arg(&copy)
                .status()?;
            ensure!(
                copied.success(),
                "the PostgreSQL installation could not be copied"
            );
        }
        Ok(Self {
            program,
            installation: copy,
            root,
            kept: false.into(),
            servers: AtomicUsize::new(0),
        })
    }

    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Leaves everything where it is, for a look at it.
    pub(crate) fn keep(&self) -> &Path {
        self.kept.set(true);
        &self.root
    }

    /// A server in a directory of its own, ready, its administrator's API key at hand.
    pub(crate) fn start(&self, name: &str, provider: u16) -> Result<Server> {
        self.start_with(&self.directory(name), provider, &[])
    }

    pub(crate) fn start_with(
        &self,
        data_dir: &Path,
        provider: u16,
        variables: &[(&str, &str)],
    ) -> Result<Server> {
        let mut server = self.server(data_dir, provider, variables)?;
        server.spawn()?;
        server.wait_until_ready()?;
        server.create_key()?;
        Ok(server)
    }

    /// Not started yet.
    pub(crate) fn server(
        &self,
        data_dir: &Path,
        provider: u16,
        variables: &[(&str, &str)],
    ) -> Result<Server> {
        let [api, ui, metrics] = free_ports()?;
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        let mut environment: Vec<(String, String)> = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("ARCHESTRA_DATA_DIR", data_dir.display().to_string()),
            (
                "ARCHESTRA_POSTGRES_DIR",
                self.installation.display().to_string(),
            ),
            ("ARCHESTRA_API_BASE_URL", format!("http://localhost:{api}")),
            ("ARCHESTRA_FRONTEND_URL", format!("http://localhost:{ui}")),
            ("ARCHESTRA_METRICS_PORT", metrics.to_string()),
            (
                "ARCHESTRA_OPENAI_BASE_URL",
                format!("http://127.0.0.1:{provider}/v1"),
            ),
            (
                "ARCHESTRA_ANTHROPIC_BASE_URL",
                format!("http://127.0.0.1:{provider}"),
            ),
            (
                "ARCHESTRA_GEMINI_BASE_URL",
                format!("http://127.0.0.1:{provider}"),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        environment.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Ok(Server {
            program: self.program.clone(),
            environment,
            data_dir: data_dir.to_owned(),
            log: self.root.join(format!("server-{number}.log")),
            port: api,
            child: None,
            key: String::new(),
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.kept.get() {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// One server, over all its lives. It is killed when dropped.
pub(crate) struct Server {
    program: PathBuf,
    environment: Vec<(String, String)>,
    pub(crate) data_dir: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) port: u16,
    child: Option<Child>,
    key: String,
}

impl Server {
    pub(crate) fn spawn(&mut self) -> Result<()> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)?;
        self.child = Some(self.command(log)?.spawn()?);
        Ok(())
    }

    fn command(&self, log: File) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .arg("serve")
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// Starts, and waits for the end of a start that must fail: how it ended and what it said.
    pub(crate) fn start_in_vain(&mut self) -> Result<(ExitStatus, String)> {
        let before = self.said().len();
        self.spawn()?;
        let status = self.wait_for_end(START_PATIENCE)?;
        Ok((status, self.said().split_off(before)))
    }

    /// How long it took to be ready.
    pub(crate) fn wait_until_ready(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        while !self.is_ready() {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                self.child = None;
                bail!("the server ended with {status}:\n{}", tail(&self.said()));
            }
            ensure!(
                begun.elapsed() < START_PATIENCE,
                "not ready after {START_PATIENCE:?}:\n{}",
                tail(&self.said())
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(begun.elapsed())
    }

    pub(crate) fn is_ready(&self) -> bool {
        let mut client = Client::new(self.port, Duration::from_secs(3));
        client
            .send("GET", "/ready", &[], &[])
            .is_ok_and(|answer| answer.status == 200)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to stop, waits, and says how long that took.
    pub(crate) fn stop(&mut self) -> Result<(ExitStatus, Duration)> {
        let begun = Instant::now();
        signals::send("TERM", &[self.process()]);
        Ok((self.wait_for_end(STOP_PATIENCE)?, begun.elapsed()))
    }

    fn wait_for_end(&mut self, patience: Duration) -> Result<ExitStatus> {
        let begun = Instant::now();
        let child = self.child.as_mut().context("no server runs")?;
        loop {
            if let Some(status) = child.try_wait()? {
                self.child = None;
                return Ok(status);
            }
            ensure!(
                begun.elapsed() < patience,
                "it still runs after {patience:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything it has logged so far.
    pub(crate) fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.data_dir.join("postgres/data")
    }

    pub(crate) fn postmaster(&self) -> Option<u32> {
        let lock = fs::read_to_string(self.cluster().join("postmaster.pid")).ok()?;
        lock.lines().next()?.trim().parse().ok()
    }

    /// Files and bytes of calls that wait on disk.
    pub(crate) fn spool(&self) -> (usize, u64) {
        let entries = fs::read_dir(self.data_dir.join("spool"))
            .into_iter()
            .flatten()
            .flatten();
        let sizes: Vec<u64> = entries
            .filter_map(|entry| Some(entry.metadata().ok()?.len()))
            .collect();
        (sizes.len(), sizes.iter().sum())
    }

    fn create_key(&mut self) -> Result<()> {
        let mut client = Client::new(self.port, Duration::from_secs(20));
        let account = br#"{"email":"admin@localhost.ai","password":"password"}"#;
        let answer = client.send("POST", "/api/auth/sign-in/email", &[], account);
        let answer = answer.map_err(|broken| anyhow::anyhow!("sign-in: {broken}"))?;
        let cookie =
            super::client::header(&answer.head, "set-cookie").context("sign-in set no cookie")?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let path = "/api/auth/api-key/create";
        let answer = client.send(
            "POST",
            path,
            &[("cookie", &cookie)],
            br#"{"name":"faults"}"#,
        );
        let answer = answer.map_err(|broken| anyhow::anyhow!("creating a key: {broken}"))?;
        let created: Value = serde_json::from_slice(&answer.body)?;
        let key = created["key"].as_str();
        key.with_context(|| format!("no key: {created}"))?
            .clone_into(&mut self.key);
        Ok(())
    }

    /// One key opens every server of a database.
    pub(crate) fn take_key_of(&mut self, other: &Self) {
        self.key.clone_from(&other.key);
    }

    /// The way into its own PostgreSQL, for another server to use.
    pub(crate) fn database_url(&self) -> Result<String> {
        let root = self.data_dir.join("postgres");
        let password = fs::read_to_string(root.join("password"))?;
        let socket = root.join("socket");
        ensure!(Path::exists(&socket), "no socket in {}", socket.display());
        Ok(format!(
            "postgresql://archestra:{}@localhost/postgres?host={}",
            password.trim(),
            socket.display()
        ))
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        let mut client = Client::new(self.port, Duration::from_mins(1));
        let answer = client.send("GET", path, &[("authorization", &self.key)], &[]);
        answer.map_err(|broken| anyhow::anyhow!("GET {path}: {broken}"))
    }

    /// A change; fails with what the server said.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let mut client = Client::new(self.port, Duration::from_mins(1));
        let body = body.to_string();
        let key = [("authorization", self.key.as_str())];
        let answer = client.send(method, path, &key, body.as_bytes());
        let answer = answer.map_err(|broken| anyhow::anyhow!("{method} {path}: {broken}"))?;
        ensure!(
            answer.status == 200,
            "{method} {path}: {} {}",
            answer.status,
            answer.text()
        );
        Ok(serde_json::from_slice(&answer.body)?)
    }

    pub(crate) fn get_json(&self, path: &str) -> Result<Value> {
        let answer = self.get(path)?;
        ensure!(
            answer.status == 200,
            "GET {path}: {} {}",
            answer.status,
            answer.text()
        );
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// Waits for something that another process does.
pub(crate) fn wait_until(
    what: &str,
    patience: Duration,
    mut holds: impl FnMut() -> bool,
) -> Result<Duration> {
    let begun = Instant::now();
    while !holds() {
        ensure!(
            begun.elapsed() < patience,
            "never within {patience:?}: {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(begun.elapsed())
}
