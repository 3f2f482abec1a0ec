//! First start, second start, stop; settings; one owner.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use super::site::{Site, connect, installation, number, options, run, text};
use postgres::error::Error;
use postgres::server::{Address, State};
use sqlx::ConnectOptions;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

#[tokio::test]
async fn what_is_written_is_there_after_a_stop_and_a_second_start() {
    let site = Site::new();
    let begun = Instant::now();
    let server = site.start().await;
    let first = begun.elapsed();
    assert_eq!(*server.state().borrow(), State::Running);
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept (id bigint)").await;
    run(
        &mut connection,
        "INSERT INTO kept SELECT generate_series(1, 1000)",
    )
    .await;
    let mut state = server.state();
    let begun = Instant::now();
    server.stop().await;
    let stop = begun.elapsed();
    assert_eq!(*state.borrow_and_update(), State::Stopped);
    assert!(site.processes().is_empty());
    assert!(!site.cluster().join("postmaster.pid").exists());

    let begun = Instant::now();
    let server = site.start().await;
    let warm = begun.elapsed();
    let mut connection = connect(&server).await;
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM kept").await,
        1000
    );
    server.stop().await;
    eprintln!("first start {first:?}, warm start {warm:?}, stop {stop:?}");
}

#[tokio::test]
async fn the_server_is_durable_private_and_small() {
    let site = Site::new();
    let server = site.start().await;
    let mut connection = connect(&server).await;
    for (setting, expected) in [
        ("SHOW fsync", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW data_checksums", "on"),
        ("SHOW listen_addresses", ""),
        ("SHOW server_encoding", "UTF8"),
        ("SHOW max_connections", "60"),
        ("SHOW jit", "off"),
        ("SHOW timezone", "UTC"),
    ] {
        assert_eq!(text(&mut connection, setting).await, expected, "{setting}");
    }
    assert_eq!(
        text(
            &mut connection,
            "SELECT rolpassword FROM pg_authid WHERE rolcanlogin"
        )
        .await
        .split('$')
        .next(),
        Some("SCRAM-SHA-256")
    );
    if installation().major_version() >= 17 {
        let locale = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database LIMIT 1";
        assert_eq!(text(&mut connection, locale).await, "b C.UTF-8");
    }
    let case = text(&mut connection, "SELECT upper('straße é')").await;
    assert!(case.ends_with('É'), "{case}");
    server.stop().await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_password_and_only_its_owner_can_read_it() {
    let site = Site::new();
    let server = site.start().await;
    let wrong = options(server.connection()).password("wrong");
    let error = wrong.connect().await.unwrap_err().to_string();
    assert!(error.contains("password authentication failed"), "{error}");

    assert_eq!(
        fs::metadata(site.password_file()).unwrap().mode() & 0o777,
        0o600
    );
    assert!(!site.data_dir().join("postgres/password.initdb").exists());
    let Address::Socket(directory) = &server.connection().address else {
        panic!("not on a socket");
    };
    assert_eq!(fs::metadata(directory).unwrap().mode() & 0o777, 0o700);
    let password = fs::read_to_string(site.password_file()).unwrap();
    assert!(!format!("{:?}", server.connection()).contains(&password));
    let log = fs::read_to_string(site.data_dir().join("postgres/server.log")).unwrap();
    assert!(!log.contains(&password));
    server.stop().await;
}

#[tokio::test]
async fn a_statement_that_fails_leaves_nothing_of_itself_in_the_log() {
    let site = Site::new();
    let server = site.start().await;
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE t (a text UNIQUE)").await;
    run(&mut connection, "INSERT INTO t VALUES ('canary-4711')").await;
    let again = sqlx::query("INSERT INTO t VALUES ('canary-4711')");
    again.execute(&mut connection).await.unwrap_err();
    server.stop().await;
    let log = fs::read_to_string(site.data_dir().join("postgres/server.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[tokio::test]
async fn a_second_owner_is_refused_by_name_and_let_in_after_the_first() {
    let site = Site::new();
    let server = site.start().await;
    let error = site.try_start().await.err().unwrap();
    assert!(matches!(error, Error::DataDirInUse { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    connect(&server).await;
    server.stop().await;
    site.start().await.stop().await;
}

#[tokio::test]
async fn a_server_that_is_dropped_stops_too() {
    let site = Site::new();
    let server = site.start().await;
    let mut state = server.state();
    drop(server);
    state
        .wait_for(|state| *state == State::Stopped)
        .await
        .unwrap();
    assert!(site.processes().is_empty());
    assert!(!site.cluster().join("postmaster.pid").exists());
}
