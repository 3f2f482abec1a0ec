use super::*;

fn state(started: &str, finished: &str) -> ContainerState {
    ContainerState {
        started_at: Some(started.to_owned()),
        finished_at: Some(finished.to_owned()),
        ..ContainerState::default()
    }
}

fn began(started: &str, finished: &str, restarts: u32) -> Option<String> {
    let began = run_began(&state(started, finished), restarts)?;
    Some(began.format("%T%.f").to_string())
}

const NEVER: &str = "0001-01-01T00:00:00Z";

#[test]
fn all_lines_are_of_the_first_run_also_those_before_the_engine_knew_that_it_had_started() {
    assert_eq!(began("2026-01-15T12:00:00Z", NEVER, 0), None);
    let ended = began("2026-01-15T12:00:00Z", "2026-01-15T12:00:01Z", 0);
    assert_eq!(ended, None);
    assert_eq!(began(NEVER, NEVER, 0), None);
}

#[test]
fn between_two_runs_the_middle_counts() {
    let again = began("2026-01-15T12:00:03.5Z", "2026-01-15T12:00:02.5Z", 1);
    assert_eq!(again.as_deref(), Some("12:00:03"));
}

#[test]
fn of_a_later_run_that_has_ended_the_start_is_all_that_is_known() {
    let ended = began("2026-01-15T12:00:03Z", "2026-01-15T12:00:04Z", 1);
    assert_eq!(ended.as_deref(), Some("12:00:03"));
}
