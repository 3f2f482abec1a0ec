//! A real `OpenBao` server, which speaks Vault's API, in development mode: it keeps everything in memory and ends with the
//! test. KV 2 is at `secret/`, KV 1 at `kv1/`, and its root token is `root`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

pub const ROOT: &str = "root";

pub struct Bao {
    child: Child,
    pub address: Url,
    http: reqwest::Client,
    _home: TempDir,
}

impl Bao {
    /// `cargo xtask test` installs the program; a bare run takes the one that `ARCHESTRA_TEST_BAO` or the path names.
    pub async fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let home = TempDir::new()?;
        let program = program();
        #[expect(
            clippy::disallowed_methods,
            reason = "an outside system for tests, which ends with its owner"
        )]
        let child = Command::new(&program)
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={ROOT}"))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not start. `cargo xtask test rust` installs it; or name one in ARCHESTRA_TEST_BAO",
                    program.display()
                )
            })?;
        let bao = Self {
            child,
            address: format!("http://127.0.0.1:{port}").parse()?,
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(10))
                .build()?,
            _home: home,
        };
        let up = async || {
            let answer = bao.api("GET", "sys/health", json!(null)).await.ok()?;
            (answer.0 == 200).then_some(())
        };
        crate::wait::until("bao is up", up).await;
        bao.done(
            "POST",
            "sys/mounts/kv1",
            json!({ "type": "kv", "options": { "version": "1" } }),
        )
        .await?;
        Ok(bao)
    }

    /// As root.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> Result<(u16, Value)> {
        self.in_namespace("", method, path, body).await
    }

    /// As root, in a namespace.
    pub async fn in_namespace(
        &self,
        namespace: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Result<(u16, Value)> {
        let url = format!("{}v1/{path}", self.address);
        let request = self
            .http
            .request(method.parse()?, url)
            .header("x-vault-namespace", namespace)
            .header("x-vault-token", ROOT);
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&text).unwrap_or(Value::Null)))
    }

    pub async fn done(&self, method: &str, path: &str, body: Value) -> Result<Value> {
        let (status, answer) = self.api(method, path, body).await?;
        if status >= 300 {
            bail!("{method} {path}: {status} {answer}");
        }
        Ok(answer)
    }

    /// It accepts connections and says nothing, or goes on.
    pub fn freeze(&self, frozen: bool) -> Result<()> {
        let signal = if frozen { Signal::STOP } else { Signal::CONT };
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.context("no process id")?;
        kill_process(pid, signal)?;
        if frozen {
            // The signal is only on its way: until all threads have stopped, one may still answer.
            waitpid(Some(pid), WaitOptions::UNTRACED)?;
        }
        Ok(())
    }

    /// It refuses connections from now on.
    pub fn end(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Bao {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of tests")]
fn program() -> PathBuf {
    if let Some(given) = std::env::var_os("ARCHESTRA_TEST_BAO") {
        return given.into();
    }
    // Where xtask installs it, beside PostgreSQL.
    let beside = std::env::var_os("ARCHESTRA_POSTGRES_DIR")
        .map(|postgres| PathBuf::from(postgres).with_file_name("openbao/bao"));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| "bao".into())
}
