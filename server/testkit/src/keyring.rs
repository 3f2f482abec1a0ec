//! A session bus and a real gnome-keyring for a test of its own. The bus is found by the environment, so the test runs
//! again, inside such a session.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

const INSIDE: &str = "ARCHESTRA_TEST_KEYRING_SESSION";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// A keyring that is open.
    Unlocked,
    /// One that asks for a password, which nobody gives.
    Locked,
    /// No bus at all.
    Absent,
}

/// True inside of the session. Outside, runs the test of this name there, waits for it, and returns false.
///
/// # Errors
/// When the test failed there, with what it printed.
pub fn inside(session: Session, test: &str) -> Result<bool> {
    #[expect(clippy::disallowed_methods, reason = "a setting of tests")]
    if std::env::var_os(INSIDE).is_some() {
        return Ok(true);
    }
    let script = match session {
        Session::Unlocked => {
            "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\" \"$@\""
        }
        // The bus starts it when it is asked for, and nobody is there to answer its questions.
        Session::Locked | Session::Absent => "exec \"$0\" \"$@\"",
    };
    let home = TempDir::new()?;
    #[expect(
        clippy::disallowed_methods,
        reason = "an outside system for tests, which ends with its owner"
    )]
    let mut command = match session {
        Session::Unlocked | Session::Locked => Command::new("dbus-run-session"),
        Session::Absent => Command::new("env"),
    };
    let output = command
        .args(["--", "sh", "-c", script])
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .arg(std::env::current_exe()?)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "yes")
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", home.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .output()
        .context("dbus-run-session does not start: apt-get install dbus gnome-keyring")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !printed.contains("1 passed") {
        bail!(
            "in a session with a keyring: {printed}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(false)
}
