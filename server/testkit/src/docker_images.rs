//! A real container engine and real MCP servers in images, made on this machine from npm and `PyPI` packages: a registry
//! of images is not needed.
//!
//! A test asks [`engine`] first and says that it skips when there is none.

mod debian;
mod private_engine;
mod recipe;
mod root;

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub use private_engine::PrivateEngine;
pub use recipe::Image;

const SOCKET: &str = "/var/run/docker.sock";
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Whether there is an engine to test with: one that runs, or one that can be started (`dockerd` is installed and this is
/// root). `Err` holds the reason to print when there is none.
pub fn engine() -> Result<(), String> {
    static FOUND: OnceLock<Result<(), String>> = OnceLock::new();
    FOUND
        .get_or_init(|| find_engine().map_err(|error| format!("{error:#}")))
        .clone()
}

/// The image's name, after it was made if it was missing. Slow the first time: about ten seconds each.
///
/// # Panics
/// When it cannot be made.
pub fn image(image: Image) -> &'static str {
    // One at a time, also among test processes: they share the engine.
    let made = root::alone(|| recipe::make(image));
    if let Err(error) = made {
        panic!("{} could not be made: {error:#}", image.name());
    }
    image.name()
}

/// Has the image that our Dockerfile of the base image begins from, made here if need be.
///
/// # Errors
/// Where it cannot be made, such as without `debootstrap`.
pub fn debian_with_node() -> Result<()> {
    root::alone(debian::make)
}

fn find_engine() -> Result<()> {
    if answers(SOCKET) {
        return Ok(());
    }
    if !rustix::process::geteuid().is_root() {
        bail!("no container engine runs, and only root can start one");
    }
    // Several test processes may find out at once.
    root::alone(|| {
        if answers(SOCKET) {
            return Ok(());
        }
        start_engine()
    })
}

fn start_engine() -> Result<()> {
    let log = std::env::temp_dir().join("testkit-dockerd.log");
    let log = std::fs::File::create(&log).context("the engine's log")?;
    // It goes on after the tests: whoever starts the next ones finds it.
    command("setsid")
        .args(["--fork", "dockerd"])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .context("no container engine is installed (no dockerd)")?;
    until("dockerd answers (see testkit-dockerd.log)", || {
        answers(SOCKET)
    })
}

fn until(what: &str, mut come: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !come() {
        if began.elapsed() > PATIENCE {
            bail!("not within {PATIENCE:?}: {what}");
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

fn answers(socket: &str) -> bool {
    let asked = command("docker")
        .args(["--host", &format!("unix://{socket}"), "version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Runs it to its end and gives what it printed.
fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let program = command.get_program().to_string_lossy().into_owned();
    let output = output.with_context(|| format!("{program} is not installed"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{program} failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests drive the engine from outside, with its own tools"
)]
fn command(program: &str) -> Command {
    Command::new(program)
}
