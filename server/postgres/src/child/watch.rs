//! A process between this program and its server, for systems whose kernel does not tell a child of
//! its parent's death. It holds the end of a pipe: letters in it are passed on as shutdown requests,
//! and its end, which comes when this program is gone, means an immediate shutdown.

use super::Shutdown;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `arguments`: the server's program and its arguments. Returns when the server has ended, with the
/// code to exit with.
#[expect(
    clippy::disallowed_methods,
    reason = "this process is the child's owner"
)]
#[expect(
    clippy::print_stderr,
    reason = "the parent reads it as the server's log"
)]
pub(super) fn run(mut arguments: impl Iterator<Item = OsString>) -> i32 {
    let program = PathBuf::from(arguments.next().unwrap_or_default());
    let server = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .spawn();
    let mut server = match server {
        Ok(server) => server,
        Err(error) => {
            eprintln!("could not execute {}: {error}", program.display());
            return 127;
        }
    };
    let pid = server.id();
    std::thread::spawn(move || pass_on(pid, &program));
    match server.wait() {
        Ok(status) if status.success() => 0,
        Ok(status) => {
            eprintln!("the server ended with {status}");
            1
        }
        Err(error) => {
            eprintln!("the server was lost: {error}");
            1
        }
    }
}

fn pass_on(pid: u32, program: &Path) {
    for letter in io::stdin().lock().bytes() {
        match letter {
            Ok(letter) if letter == Shutdown::Fast.letter() => tell(pid, program, "INT"),
            Ok(_) => tell(pid, program, "QUIT"),
            Err(_) => break,
        }
    }
    tell(pid, program, "QUIT");
}

/// `pg_ctl` knows how on every system; on Windows the server takes its signals through a pipe.
#[expect(
    clippy::disallowed_methods,
    reason = "ends by itself and is waited for"
)]
#[expect(
    clippy::print_stderr,
    reason = "the parent reads it as the server's log"
)]
fn tell(pid: u32, program: &Path, signal: &str) {
    let pg_ctl = program.with_file_name(format!("pg_ctl{}", std::env::consts::EXE_SUFFIX));
    let told = Command::new(&pg_ctl)
        .args(["kill", signal, &pid.to_string()])
        .status();
    if let Err(error) = told {
        eprintln!("could not execute {}: {error}", pg_ctl.display());
    }
}
