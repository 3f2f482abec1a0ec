//! How far a start has come, for whoever shows a progress bar.

use std::fmt;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, as a person reads it: "Downloading node:22".
    pub step: String,
    pub done_bytes: u64,
    /// Unknown until the engine says so, and it may grow while more layers turn up.
    pub total_bytes: Option<u64>,
}

/// Takes reports while something long is done. Called often and from the task that does the work: it must not block.
#[derive(Clone)]
pub struct ProgressSink(Arc<dyn Fn(Progress) + Send + Sync>);

impl ProgressSink {
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    /// For callers that show nothing.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    pub fn report(&self, progress: Progress) {
        (self.0)(progress);
    }

    /// A step without bytes to count.
    pub fn step(&self, step: impl Into<String>) {
        self.report(Progress {
            step: step.into(),
            done_bytes: 0,
            total_bytes: None,
        });
    }
}

impl fmt::Debug for ProgressSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProgressSink")
    }
}
