//! The real program as a process of its own, with a PostgreSQL of its own, to be killed and frozen.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use reqwest::{Client, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::provider::FakeProvider;
use testkit::wait;

use crate::harness::{EMAIL, PASSWORD, answer, browser};

pub(crate) struct Program {
    child: Option<Child>,
    environment: Vec<(&'static str, String)>,
    pub(crate) port: u16,
    key: String,
    directory: TempDir,
    client: Client,
}

impl Program {
    /// Ready, with an API key of its administrator.
    pub(crate) async fn start(provider: &FakeProvider) -> Self {
        let mut program = Self::prepare(provider);
        program.spawn();
        program.wait_until_ready().await;
        let sign_in = json!({ "email": EMAIL, "password": PASSWORD });
        program.post("/api/auth/sign-in/email", &sign_in).await;
        let created = program
            .post("/api/auth/api-key/create", &json!({ "name": "x" }))
            .await;
        created["key"]
            .as_str()
            .unwrap()
            .clone_into(&mut program.key);
        program
    }

    pub(crate) fn prepare(provider: &FakeProvider) -> Self {
        // As root the database runs as another user, who must be able to enter.
        let directory = tempfile::Builder::new().tempdir_in("/tmp").unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let [port, ui, metrics] = free_ports();
        let environment = vec![
            ("PATH", "/usr/bin:/bin".to_owned()),
            (
                "ARCHESTRA_DATA_DIR",
                directory.path().join("data").display().to_string(),
            ),
            ("ARCHESTRA_API_BASE_URL", format!("http://localhost:{port}")),
            ("ARCHESTRA_FRONTEND_URL", format!("http://localhost:{ui}")),
            ("ARCHESTRA_METRICS_PORT", metrics.to_string()),
            (
                "ARCHESTRA_OPENAI_BASE_URL",
                format!("{}v1", provider.url().unwrap()),
            ),
        ];
        Self {
            child: None,
            environment,
            port,
            key: String::new(),
            directory,
            client: browser(),
        }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value));
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "killed with the test, if not by it"
    )]
    pub(crate) fn spawn(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_archestra"))
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
    }

    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let each = self.environment.iter();
        each.map(|(name, value)| (*name, value.as_str()))
    }

    /// The program on the same data, to be told what to do.
    #[expect(clippy::disallowed_methods, reason = "whoever asks waits for its end")]
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archestra"));
        command.env_clear().envs(self.environment.iter().cloned());
        command
    }

    /// Runs another command on the same data, and returns what it printed.
    pub(crate) fn run(&self, command: &str) -> String {
        let output = self.command().arg(command).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) async fn is_ready(&self) -> bool {
        let response = self.client.get(self.url("/ready")).send().await;
        response.is_ok_and(|response| response.status() == StatusCode::OK)
    }

    pub(crate) async fn wait_until_ready(&self) {
        wait::until("the program is ready", async || {
            self.is_ready().await.then_some(())
        })
        .await;
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        signal(self.process(), Signal::TERM);
    }

    pub(crate) async fn wait_for_end(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        wait::until("the end of the program", || {
            std::future::ready(child.try_wait().unwrap())
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn delete(&self, path: &str) {
        let request = self.client.delete(self.url(path));
        let (status, body) = answer(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, body) = answer(
            self.client
                .post(self.url(path))
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn signs_in(&self, password: &str) -> bool {
        let body = json!({ "email": EMAIL, "password": password });
        let request = self.client.post(self.url("/api/auth/sign-in/email"));
        request.json(&body).send().await.unwrap().status() == StatusCode::OK
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        let request = browser()
            .get(self.url(path))
            .header("authorization", &self.key);
        request.send().await.unwrap()
    }

    /// A model call that will be known by its session.
    pub(crate) async fn call(&self, session: &str) -> Result<String, reqwest::Error> {
        let request = self.client.post(self.url("/v1/openai/chat/completions"));
        let response = request
            .header("authorization", "Bearer sk-x")
            .header("x-archestra-session-id", session)
            .json(&json!({ "model": "m", "messages": [] }))
            .send()
            .await?
            .error_for_status()?;
        response.text().await
    }

    /// How often each session is recorded. None while the API has no answer.
    pub(crate) async fn recorded(&self) -> Option<HashMap<String, usize>> {
        let response = self.get("/api/interactions/export?format=jsonl").await;
        if response.status() != StatusCode::OK {
            return None;
        }
        let mut times = HashMap::new();
        for line in response.text().await.ok()?.lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let session = row["sessionId"].as_str().unwrap_or_default().to_owned();
            *times.entry(session).or_default() += 1;
        }
        Some(times)
    }

    /// What the roll-up says, for comparison with the rows.
    pub(crate) async fn counted(&self) -> Value {
        let (_, home) = answer(self.get("/api/home?timeframe=24h").await).await;
        home["cards"]["requests"]["value"].clone()
    }

    pub(crate) fn postmaster(&self) -> Option<u32> {
        let lock = self.data_dir().join("postgres/data/postmaster.pid");
        fs::read_to_string(lock)
            .ok()?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()
    }

    /// Every process of its PostgreSQL.
    pub(crate) fn postgres(&self) -> Vec<u32> {
        let cluster = self.data_dir().join("postgres/data");
        working_in(&cluster)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        for process in self.postgres() {
            signal(process, Signal::CONT);
        }
        self.kill();
    }
}

pub(crate) fn signal(process: u32, signal: Signal) {
    // It may have ended meanwhile.
    let _ = kill_process(Pid::from_raw(process.try_into().unwrap()).unwrap(), signal);
}

fn working_in(directory: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|process: &u32| {
            fs::read_link(format!("/proc/{process}/cwd")).is_ok_and(|found| found == directory)
        })
        .collect()
}

pub(crate) fn free_ports() -> [u16; 3] {
    let listeners = [(); 3].map(|()| std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
