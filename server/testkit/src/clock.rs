//! A clock that stands still until a test moves it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone as _, Utc};
use domain::clock::Clock;

#[derive(Debug)]
pub struct ManualClock {
    started: Instant,
    begin: DateTime<Utc>,
    passed: Mutex<Duration>,
}

impl Default for ManualClock {
    /// Stands at noon of 2026-01-15, UTC.
    fn default() -> Self {
        let noon = Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0);
        Self::at(noon.single().unwrap_or_default())
    }
}

impl ManualClock {
    pub fn at(begin: DateTime<Utc>) -> Self {
        Self {
            started: Instant::now(),
            begin,
            passed: Mutex::default(),
        }
    }

    pub fn advance(&self, time: Duration) {
        *self.passed.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    fn passed(&self) -> Duration {
        *self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.begin + self.passed()
    }

    fn monotonic(&self) -> Instant {
        self.started + self.passed()
    }
}
