//! A second engine of a test's own, to be stopped and started again without anybody else noticing.

use std::fs::File;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::recipe::Image;
use super::{answers, command, image, run, until};

/// Ends with the test. It has no network: its servers speak over their standard streams.
pub struct PrivateEngine {
    directory: TempDir,
    daemon: Mutex<Option<Child>>,
}

impl PrivateEngine {
    /// # Errors
    /// Where this user may not start one.
    pub fn start() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            bail!("only root can start a container engine");
        }
        let engine = Self {
            directory: TempDir::new()?,
            daemon: Mutex::new(None),
        };
        engine.run()?;
        Ok(engine)
    }

    pub fn address(&self) -> String {
        format!("unix://{}", self.socket())
    }

    /// Copies an image from the machine's engine.
    ///
    /// # Panics
    /// When it cannot.
    pub fn load(&self, which: Image) {
        let archive = self.directory.path().join("image.tar");
        let saved = run(command("docker")
            .args(["save", "--output"])
            .arg(&archive)
            .arg(image(which)));
        let host = self.address();
        let loaded = saved.and_then(|_| {
            run(command("docker")
                .args(["--host", &host, "load", "--input"])
                .arg(&archive))
        });
        if let Err(error) = loaded {
            panic!("the image was not copied: {error:#}");
        }
    }

    /// Gently, as an administrator would. Returns when it is gone.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(&self) {
        let daemon = self
            .daemon
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut daemon) = daemon else { return };
        let told = run(command("kill").arg(daemon.id().to_string()));
        let ended = told.and_then(|_| {
            until("the engine's end", || {
                matches!(daemon.try_wait(), Ok(Some(_)))
            })
        });
        if let Err(error) = ended {
            panic!("the engine does not stop: {error:#}");
        }
    }

    /// # Panics
    /// When it does not come back.
    pub fn start_again(&self) {
        if let Err(error) = self.run() {
            panic!("the engine does not start again: {error:#}");
        }
    }

    fn socket(&self) -> String {
        format!("{}/docker.sock", self.directory.path().display())
    }

    fn run(&self) -> Result<()> {
        let below = |name: &str| self.directory.path().join(name);
        let log = File::options()
            .create(true)
            .append(true)
            .open(below("log"))?;
        // In a network namespace of its own: "no bridge" would take the machine's away.
        let daemon = command("unshare")
            .args(["--net", "dockerd", "--bridge=none", "--iptables=false"])
            // Without a bridge there is no address to be found by itself.
            .args(["--host-gateway-ip=127.0.0.1", "--host"])
            .arg(self.address())
            .arg("--data-root")
            .arg(below("data"))
            .arg("--exec-root")
            .arg(below("run"))
            .arg("--pidfile")
            .arg(below("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("no container engine is installed (no dockerd)")?;
        *self.daemon.lock().unwrap_or_else(PoisonError::into_inner) = Some(daemon);
        until("the private engine answers", || answers(&self.socket()))
    }
}

impl Drop for PrivateEngine {
    fn drop(&mut self) {
        self.stop();
    }
}
