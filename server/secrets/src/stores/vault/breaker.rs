//! Stops asking a Vault that does not answer: after a few failures in a row, callers are told at once for a while, and then
//! one of them tries again.

#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many calls in a row must fail.
const FAILURES: u32 = 3;
/// How long nobody asks then.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// Until when callers are turned away, and why.
    open: Option<(Instant, String)>,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cause of the pause, while there is one. After it, one caller may try and the others wait for what it finds.
    pub(super) fn check(&self, now: Instant) -> Result<(), String> {
        let mut state = self.state();
        match &mut state.open {
            Some((until, cause)) if now < *until => Err(cause.clone()),
            Some((until, _)) => {
                *until = now + PAUSE;
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }

    pub(super) fn failed(&self, now: Instant, cause: &str) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES {
            state.open = Some((now + PAUSE, cause.to_owned()));
        }
    }
}
