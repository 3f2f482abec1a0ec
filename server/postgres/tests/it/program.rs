//! The program `examples/supervised.rs`, to be killed.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::site::{Site, installation_dir};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub(crate) fn program() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let program = here
        .parent()
        .unwrap()
        .with_file_name("examples")
        .join("supervised");
    assert!(
        program.exists(),
        "build it: cargo build -p postgres --example supervised"
    );
    program
}

/// Ended with the test, whatever becomes of it.
pub(crate) struct Program(pub(crate) Child);

impl Program {
    /// Returns when its server is ready.
    pub(crate) fn start(site: &Site) -> Self {
        let mut child = Self::spawn(site);
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("ready "), "it said {line:?}");
        child
    }

    #[expect(clippy::disallowed_methods, reason = "the test kills it")]
    pub(crate) fn spawn(site: &Site) -> Self {
        let mut command = Command::new(program());
        command.arg(site.data_dir()).args(installation_dir());
        Self(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
