//! Progress on the terminal: one line when a step starts or is already done, one when it ends.

use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result};

pub(crate) struct Progress {
    started: Instant,
}

impl Progress {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    pub(crate) fn step<T>(&self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.line(&format!("{what} …"));
        let started = Instant::now();
        let result = work().with_context(|| what.to_owned())?;
        let seconds = started.elapsed().as_secs_f32();
        self.line(&format!("{what}: done in {seconds:.1} s"));
        Ok(result)
    }

    pub(crate) fn line(&self, text: &str) {
        let seconds = self.started.elapsed().as_secs_f32();
        println!("[{seconds:6.1} s] {text}");
        // A pipe would hold the line back until the program that follows has ended.
        let _ = std::io::stdout().flush();
    }
}
