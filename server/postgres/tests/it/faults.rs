//! Everything that gets killed, left over or damaged, and a clean start afterwards.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::program::Program;
use super::site::{Site, connect, installation, kill, number, recovery, run, set_mode, until};
use postgres::error::Error;
use rustix::process::Signal;
use sqlx::Connection as _;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

#[tokio::test]
async fn a_killed_postmaster_is_back_with_every_committed_row() {
    let site = Site::new();
    let server = site.start().await;
    let mut state = server.state();
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept (id bigint)").await;
    for round in 1..=3 {
        run(&mut connection, "INSERT INTO kept VALUES (1)").await;
        let killed = site.postmaster();
        kill(killed, Signal::KILL);
        let cause = recovery(&mut state).await;
        assert!(cause.contains("SIGKILL"), "{cause}");
        assert_ne!(site.postmaster(), killed);
        connection = connect(&server).await;
        assert_eq!(
            number(&mut connection, "SELECT count(*) FROM kept").await,
            round
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_child_that_is_busy_when_its_postmaster_is_killed_does_not_bar_the_next() {
    let site = Site::new();
    let server = site.start().await;
    let mut state = server.state();
    let mut connection = connect(&server).await;
    let backend = number(&mut connection, "SELECT pg_backend_pid()::bigint").await;
    let endless = "SELECT count(*) FROM generate_series(1, 1000000000000) a";
    let query = sqlx::query(endless).execute(&mut connection);
    let fault = async {
        let ticks = || fs::read_to_string(format!("/proc/{backend}/stat")).unwrap();
        let before = ticks();
        until("the query runs", || ticks() != before).await;
        kill(site.postmaster(), Signal::KILL);
        recovery(&mut state).await;
        assert!(!site.processes().contains(&i32::try_from(backend).unwrap()));
    };
    let (ended, ()) = tokio::join!(query, fault);
    ended.unwrap_err();
    connect(&server).await.close().await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_killed_backend_shows_as_restarting_and_then_running() {
    let site = Site::new();
    let server = site.start().await;
    let mut state = server.state();
    let mut connection = connect(&server).await;
    let backend = number(&mut connection, "SELECT pg_backend_pid()::bigint").await;
    let postmaster = site.postmaster();
    kill(i32::try_from(backend).unwrap(), Signal::KILL);
    let cause = recovery(&mut state).await;
    assert!(cause.contains(&format!("PID {backend}")), "{cause}");
    assert_eq!(site.postmaster(), postmaster);
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_killed_program_leaves_no_process_and_the_next_start_works() {
    let site = Site::new();
    for _ in 0..3 {
        let program = Program::start(&site);
        assert!(!site.processes().is_empty());
        program.kill();
        until("the server is gone with its program", || {
            site.processes().is_empty()
        })
        .await;
    }
    let server = site.start().await;
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_outlived_its_program_is_stopped_by_the_next_start() {
    let site = Site::new();
    site.start().await.stop().await;
    for fate in [None, Some(Signal::KILL)] {
        // Never waited for before the end: it becomes a zombie, whose number is still in use.
        let mut orphan = orphan(&site).await;
        let pid = i32::try_from(orphan.id()).unwrap();
        if let Some(signal) = fate {
            kill(pid, signal);
        }
        let server = site.start().await;
        assert_ne!(site.postmaster(), pid);
        assert!(!site.processes().contains(&pid));
        connect(&server).await;
        server.stop().await;
        orphan.wait().unwrap();
    }
}

/// A server in the site's cluster that nobody of this crate started.
#[expect(clippy::disallowed_methods, reason = "the crate shall end it")]
async fn orphan(site: &Site) -> Child {
    let owner = fs::metadata(site.cluster()).unwrap();
    let orphan = Command::new(installation().bin_dir().join("postgres"))
        .arg("-D")
        .arg(site.cluster())
        .args(["-c", "listen_addresses=", "-k"])
        .arg(site.data_dir().join("postgres/socket"))
        .uid(owner.uid())
        .gid(owner.gid())
        .current_dir("/")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lock = site.cluster().join("postmaster.pid");
    let ready = || fs::read_to_string(&lock).is_ok_and(|text| text.contains("ready"));
    until("the orphan is ready", ready).await;
    orphan
}

#[tokio::test]
async fn a_stale_postmaster_pid_does_not_bar_a_start_whoever_has_the_number_now() {
    let site = Site::new();
    site.start().await.stop().await;
    let lock = site.cluster().join("postmaster.pid");
    // Ours is alive and no server; 4194304 is above every process number; the rest are damaged.
    for first_line in [
        std::process::id().to_string(),
        "4194304".to_owned(),
        "x".to_owned(),
        String::new(),
    ] {
        fs::write(
            &lock,
            format!("{first_line}\n{}\n", site.cluster().display()),
        )
        .unwrap();
        let owner = fs::metadata(site.cluster()).unwrap();
        std::os::unix::fs::chown(&lock, Some(owner.uid()), Some(owner.gid())).unwrap();
        let server = site.start().await;
        connect(&server).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn an_interrupted_first_start_leaves_the_next_one_clean() {
    let site = Site::new();
    let postgres = site.data_dir().join("postgres");
    let begun = || {
        let entries = fs::read_dir(&postgres).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("data.initdb-") && path.join("base/1").exists()
        })
    };
    let program = Program::spawn(&site);
    until("initdb is half-way", begun).await;
    program.kill();
    assert!(!site.cluster().exists());

    let server = site.start().await;
    connect(&server).await;
    server.stop().await;
    let left: Vec<_> = fs::read_dir(&postgres)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains("initdb")),
        "{left:?}"
    );
}

#[tokio::test]
async fn another_major_version_is_refused_with_both_numbers_and_nothing_is_touched() {
    let site = Site::new();
    site.start().await.stop().await;
    let version = site.cluster().join("PG_VERSION");
    let ours = installation().major_version();
    for other in [ours + 1, ours - 1] {
        fs::write(&version, format!("{other}\n")).unwrap();
        let error = site.try_start().await.err().unwrap();
        assert!(matches!(error, Error::DifferentMajor { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("PostgreSQL {other}, ")), "{text}");
        assert!(text.contains(&format!("is PostgreSQL {ours}")), "{text}");
    }
    fs::write(&version, format!("{ours}\n")).unwrap();
    site.start().await.stop().await;
}

#[tokio::test]
async fn a_lost_or_damaged_password_is_replaced_and_the_data_stays() {
    let site = Site::new();
    let server = site.start().await;
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept (id bigint)").await;
    server.stop().await;
    let first = fs::read_to_string(site.password_file()).unwrap();

    fs::remove_file(site.password_file()).unwrap();
    let server = site.start().await;
    let mut connection = connect(&server).await;
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM kept").await,
        0
    );
    // Crashed, so that the reset finds a cluster that must recover first.
    kill(site.postmaster(), Signal::KILL);
    server.stop().await;
    let second = fs::read_to_string(site.password_file()).unwrap();
    assert_ne!(first, second);

    fs::write(site.password_file(), "damaged").unwrap();
    let server = site.start().await;
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_cluster_that_was_opened_to_others_is_closed_again() {
    let site = Site::new();
    site.start().await.stop().await;
    set_mode(&site.cluster(), 0o777);
    site.start().await.stop().await;
    assert_eq!(fs::metadata(site.cluster()).unwrap().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_cluster_without_its_files_is_named_as_damaged() {
    let site = Site::new();
    site.start().await.stop().await;
    fs::remove_file(site.cluster().join("PG_VERSION")).unwrap();
    let error = site.try_start().await.err().unwrap();
    assert!(matches!(error, Error::DamagedCluster { .. }), "{error}");
}

#[tokio::test]
async fn a_start_that_fails_quotes_what_the_server_said() {
    let site = Site::new();
    site.start().await.stop().await;
    fs::remove_file(site.cluster().join("global/pg_control")).unwrap();
    let error = site.try_start().await.err().unwrap().to_string();
    assert!(error.contains("pg_control"), "{error}");
    assert!(site.processes().is_empty());
}
