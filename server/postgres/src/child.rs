//! Starting a child that does not outlive this program, whatever kills it.
//!
//! Linux sends a process a signal when its parent dies, if the process asked for it after its last
//! change of user (`PR_SET_PDEATHSIG`). Asking from between fork and exec needs unsafe code, so the
//! child runs this very program first ([`run_if_child`]), which asks and then becomes the server.
//! Where a program does not call that (tests), util-linux' `setpriv` does the same.
//!
//! The signal comes when the parent's *thread* ends: spawn only from a thread that lives as long as
//! the child shall.
//!
//! On other systems this program stays in between and watches (`watch`). Whatever still gets away is
//! stopped by the next start (`leftovers`).

mod watch;

use crate::account::Account;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::process::Command;

const CHILD_WORD: &str = "__postgres-child";
const WATCH_WORD: &str = "WATCH";

/// Set once this program has shown that it would answer to `CHILD_WORD`.
static ANSWERS: AtomicBool = AtomicBool::new(false);

/// How a server is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shutdown {
    /// Clients are sent away, everything is written out.
    Fast,
    /// At once; the next start recovers.
    Immediate,
}

impl Shutdown {
    /// For a watching process.
    pub(crate) fn letter(self) -> u8 {
        match self {
            Self::Fast => b'f',
            Self::Immediate => b'i',
        }
    }
}

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
        become_server(arguments);
    }
    ANSWERS.store(true, Ordering::Relaxed);
}

/// `arguments`: WATCH, the program and its arguments; or the signal, the parent's process id, the
/// program and its arguments.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing of the program was started"
)]
fn become_server(mut arguments: impl Iterator<Item = OsString>) -> ! {
    let word = arguments.next().unwrap_or_default();
    let code = if word == WATCH_WORD {
        watch::run(arguments)
    } else {
        bind(&word, arguments)
    };
    std::process::exit(code)
}

/// Returns only if it fails.
#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "this process is the child itself"
)]
#[expect(
    clippy::print_stderr,
    reason = "the parent reads it as the server's log"
)]
fn bind(signal: &OsStr, mut arguments: impl Iterator<Item = OsString>) -> i32 {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    use std::os::unix::process::CommandExt;
    let signal = if signal == "QUIT" {
        Signal::QUIT
    } else {
        Signal::KILL
    };
    let parent = arguments.next().and_then(|pid| pid.to_str()?.parse().ok());
    let program = arguments.next().unwrap_or_default();
    if let Err(error) = set_parent_process_death_signal(Some(signal)) {
        eprintln!("could not bind the server's life to its parent's: {error}");
    }
    // A parent that died before the line above sends no signal any more.
    if parent.is_some() && getppid().map(|pid| pid.as_raw_nonzero().get()) != parent {
        return 1;
    }
    let error = std::process::Command::new(&program).args(arguments).exec();
    eprintln!("could not execute {}: {error}", program.display());
    127
}

#[cfg(not(target_os = "linux"))]
fn bind(_signal: &OsStr, _arguments: impl Iterator<Item = OsString>) -> i32 {
    127
}

/// A command with an empty environment, in a process group of its own (a Ctrl-C at the terminal is
/// for us, not for the server), as `account`, its output piped. Its input is closed, or else is the
/// rein of a watching process, which takes the letters of [`Shutdown`].
pub(crate) fn command(program: &Path, account: Option<&Account>, on_death: OnDeath) -> Command {
    let (mut command, input) = if is_watched(account, on_death) {
        (watched(program), Stdio::piped())
    } else {
        (bound(program, account, on_death), Stdio::null())
    };
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(input)
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
    #[cfg(windows)]
    {
        // Without it the loader and the C runtime do not find Windows itself.
        command.env("SystemRoot", "C:\\Windows");
    }
    command
}

fn is_watched(account: Option<&Account>, on_death: OnDeath) -> bool {
    cfg!(not(target_os = "linux"))
        && matches!(on_death, OnDeath::Quit)
        && account.is_none()
        && ANSWERS.load(Ordering::Relaxed)
}

#[expect(clippy::disallowed_methods, reason = "the supervisor owns and ends it")]
fn watched(program: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap_or_default());
    command.arg(CHILD_WORD).arg(WATCH_WORD).arg(program);
    command
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor owns and ends the child"
)]
fn bound(program: &Path, account: Option<&Account>, on_death: OnDeath) -> Command {
    let signal = match on_death {
        OnDeath::Quit => "QUIT",
        OnDeath::Kill => "KILL",
    };
    if ANSWERS.load(Ordering::Relaxed) && may_execute_us(account) {
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

/// Our own file may be closed to others, and /proc may be missing.
#[cfg(target_os = "linux")]
fn may_execute_us(account: Option<&Account>) -> bool {
    use std::os::unix::fs::MetadataExt;
    let us = std::fs::metadata("/proc/self/exe");
    us.is_ok_and(|us| account.is_none() || us.mode() & 0o001 != 0)
}

#[cfg(not(target_os = "linux"))]
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor owns and ends the child"
)]
fn bound(program: &Path, _account: Option<&Account>, _on_death: OnDeath) -> Command {
    Command::new(program)
}
