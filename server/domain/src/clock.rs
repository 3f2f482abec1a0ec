//! The time, as a parameter: tests move it, the program reads it here and nowhere else.

use std::time::Instant;

use chrono::{DateTime, Utc};

pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock, for what people read and rows keep.
    fn now(&self) -> DateTime<Utc>;
    /// A clock that never goes back, for durations.
    fn monotonic(&self) -> Instant;
}

#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the wall clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}
