//! Starting a child that does not outlive this program, whatever kills it.
//!
//! Linux sends a process a signal when its parent dies, if the process asked for it after its last
//! change of user (`PR_SET_PDEATHSIG`). Asking from between fork and exec needs unsafe code, so the
//! child runs this very program first ([`run_if_child`]), which asks and then becomes the server.
//! Where a program does not call that (tests), util-linux' `setpriv` does the same.
//!
//! The signal comes when the parent's *thread* ends: spawn only from a thread that lives as long as
//! the child shall. Elsewhere than on Linux a child that is left over is stopped by the next start
//! (`leftovers`).

use crate::account::Account;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::process::Command;

const CHILD_WORD: &str = "__postgres-child";

/// Set once this program has shown that it would answer to `CHILD_WORD`.
static ANSWERS: AtomicBool = AtomicBool::new(false);

/// What the child gets when this program dies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnDeath {
    /// For the server: it ends its children and itself at once; the next start recovers from the
    /// write-ahead log. After KILL, busy children would go on and block the next start.
    Quit,
    /// For helpers whose work is thrown away.
    Kill,
}

/// To be called first in `main`, before arguments are parsed or threads started: in a process that
/// was started to become the server it does not return.
pub fn run_if_child() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() == Some(OsStr::new(CHILD_WORD)) {
        become_server(arguments.collect());
    }
    ANSWERS.store(true, Ordering::Relaxed);
}

/// `arguments`: the signal, the parent's process id, the program and its arguments.
#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "this process is the child itself"
)]
#[expect(
    clippy::print_stderr,
    reason = "the parent reads it as the server's log"
)]
fn become_server(arguments: Vec<OsString>) -> ! {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    use std::os::unix::process::CommandExt;
    let mut arguments = arguments.into_iter();
    let signal = match arguments.next() {
        Some(word) if word == "QUIT" => Signal::QUIT,
        _ => Signal::KILL,
    };
    let parent = arguments.next().and_then(|pid| pid.to_str()?.parse().ok());
    let program = arguments.next().unwrap_or_default();
    if let Err(error) = set_parent_process_death_signal(Some(signal)) {
        eprintln!("could not bind the server's life to its parent's: {error}");
    }
    // A parent that died before the line above sends no signal any more.
    if parent.is_some() && getppid().map(|pid| pid.as_raw_nonzero().get()) != parent {
        std::process::exit(1);
    }
    let error = std::process::Command::new(&program).args(arguments).exec();
    eprintln!("could not execute {}: {error}", program.display());
    std::process::exit(127)
}

#[cfg(not(target_os = "linux"))]
#[expect(
    clippy::disallowed_methods,
    reason = "this process is the child itself"
)]
fn become_server(_arguments: Vec<OsString>) -> ! {
    std::process::exit(127)
}

/// A command with an empty environment, in a process group of its own (a Ctrl-C at the terminal is
/// for us, not for the server), as `account`, without input, its output piped.
pub(crate) fn command(program: &Path, account: Option<&Account>, on_death: OnDeath) -> Command {
    let mut command = bound(program, on_death);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    {
        // The directory this program was started in may be closed to the account.
        command.current_dir("/").process_group(0);
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
    }
    #[cfg(not(unix))]
    let _ = account;
    #[cfg(windows)]
    {
        // Without it the loader and the C runtime do not find Windows itself.
        command.env("SystemRoot", "C:\\Windows");
    }
    command
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor owns and ends the child"
)]
fn bound(program: &Path, on_death: OnDeath) -> Command {
    let signal = match on_death {
        OnDeath::Quit => "QUIT",
        OnDeath::Kill => "KILL",
    };
    if ANSWERS.load(Ordering::Relaxed) {
        // Reached through the kernel: the account need not be able to reach the program's path.
        let mut command = Command::new("/proc/self/exe");
        command.arg(CHILD_WORD).arg(signal);
        command.arg(std::process::id().to_string()).arg(program);
        return command;
    }
    let setpriv = Path::new("/usr/bin/setpriv");
    if setpriv.exists() {
        let mut command = Command::new(setpriv);
        command.args(["--pdeathsig", signal, "--"]).arg(program);
        return command;
    }
    tracing::warn!(
        "neither run_if_child nor setpriv is there: should this program be killed, its database \
         goes on until the next start"
    );
    Command::new(program)
}

#[cfg(not(target_os = "linux"))]
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor owns and ends the child"
)]
fn bound(program: &Path, _on_death: OnDeath) -> Command {
    Command::new(program)
}
