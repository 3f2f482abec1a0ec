//! `supervise`: the pauses. What it does with a real server is in `tests/it.rs`.

use super::{TRIES_BEFORE_FAILED, backoff};
use std::time::Duration;

#[test]
fn the_first_restart_is_immediate_and_later_ones_wait_longer_up_to_a_limit() {
    assert_eq!(backoff(0), Duration::ZERO);
    assert_eq!(backoff(1), Duration::ZERO);
    assert_eq!(backoff(2), Duration::from_millis(100));
    assert_eq!(backoff(5), Duration::from_millis(800));
    assert_eq!(backoff(u32::MAX), Duration::from_secs(10));
}

#[test]
fn a_server_that_keeps_failing_is_called_failed_within_half_a_minute() {
    let waited: Duration = (0..TRIES_BEFORE_FAILED).map(backoff).sum();
    assert!(waited < Duration::from_secs(30), "{waited:?}");
}
