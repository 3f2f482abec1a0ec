//! `log` on lines as PostgreSQL 15 and 18 write them.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Event, FILE_LIMIT, Log};
use std::fs;

fn log() -> (tempfile::TempDir, Log) {
    let root = tempfile::tempdir().unwrap();
    let log = Log::open(&root.path().join("server.log"));
    (root, log)
}

fn say(log: &mut Log, who: &str, text: &str) -> Option<Event> {
    log.take(format!("2026-11-21 03:00:00.123 UTC [42] <{who}> {text}").as_bytes())
}

#[test]
fn readiness_and_crashes_are_read_with_their_cause() {
    let (_root, mut log) = log();
    let ready = "LOG:  database system is ready to accept connections";
    assert_eq!(say(&mut log, "postmaster", ready), Some(Event::Ready));

    let killed = "LOG:  client backend (PID 77) was terminated by signal 9: Killed";
    assert_eq!(say(&mut log, "postmaster", killed), None);
    assert_eq!(
        say(
            &mut log,
            "postmaster",
            "LOG:  terminating any other active server processes"
        ),
        Some(Event::Crashed {
            cause: "client backend (PID 77) was terminated by signal 9: Killed".to_owned()
        })
    );
}

#[test]
fn what_a_statement_caused_is_neither_kept_nor_quoted() {
    let (root, mut log) = log();
    say(&mut log, "client backend", "ERROR:  duplicate key value");
    say(
        &mut log,
        "client backend",
        "DETAIL:  Key (email)=(canary@example.com) already exists.",
    );
    say(
        &mut log,
        "postmaster",
        "LOG:  client backend (PID 77) was terminated by signal 9",
    );
    say(
        &mut log,
        "postmaster",
        "DETAIL:  Failed process was running: INSERT INTO t",
    );
    log.take(b"\tVALUES ('canary')");
    say(
        &mut log,
        "client backend",
        "FATAL:  sorry, too many clients already",
    );

    let kept = fs::read_to_string(root.path().join("server.log")).unwrap();
    for text in [kept, log.quote()] {
        assert!(
            !text.contains("canary") && !text.contains("duplicate"),
            "{text}"
        );
        assert!(text.contains("was terminated by signal 9"), "{text}");
        assert!(text.contains("too many clients"), "{text}");
    }
}

#[test]
fn lines_without_our_prefix_are_quoted_too() {
    let (_root, mut log) = log();
    log.take(b"postgres: error while loading shared libraries: libicuuc.so.60");
    assert!(log.quote().contains("libicuuc.so.60"));
    log.begin();
    assert_eq!(log.quote(), "it said nothing");
}

#[test]
fn the_files_stay_bounded() {
    let (root, mut log) = log();
    let line = format!("LOG:  {}", "x".repeat(1 << 16));
    for _ in 0..100 {
        say(&mut log, "checkpointer", &line);
    }
    for name in ["server.log", "server.log.1"] {
        let size = fs::metadata(root.path().join(name)).unwrap().len();
        assert!(size <= FILE_LIMIT + (1 << 17), "{name} has {size}");
    }
}
