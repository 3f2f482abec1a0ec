//! A disk without room, made of a small tmpfs. Only root can make one: as an ordinary user these
//! tests say so and end.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use super::site::{Site, connect, is_root, kill, number, run};
use postgres::error::Error;
use postgres::server::State;
use rustix::process::Signal;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Unmounted with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf, size: &str) -> Option<Self> {
        if !is_root() {
            eprintln!("not tested: making a small disk needs root");
            return None;
        }
        fs::create_dir(&at).unwrap();
        command(
            "mount",
            &[
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=700"),
                "none",
            ],
            &at,
        );
        Some(Self(at))
    }

    fn grow(&self, size: &str) {
        command("mount", &["-o", &format!("remount,size={size}")], &self.0);
    }

    /// Takes all the room there is, and returns the file that takes it.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = fs::File::create(&path).unwrap();
        while file.write_all(&[0; 1 << 14]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        command("umount", &["--lazy"], &self.0);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "ends by itself and is waited for"
)]
fn command(program: &str, arguments: &[&str], at: &Path) {
    assert!(
        Command::new(program)
            .args(arguments)
            .arg(at)
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn a_first_start_on_a_full_disk_says_so_and_succeeds_once_there_is_room() {
    let site = Site::new();
    let Some(disk) = SmallDisk::mount(site.data_dir(), "30m") else {
        return;
    };
    let error = site.try_start().await.err().unwrap();
    assert!(matches!(error, Error::CreationFailed { .. }), "{error}");
    assert!(
        error.to_string().contains("No space left on device"),
        "{error}"
    );

    disk.grow("400m");
    let server = site.start().await;
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_server_whose_disk_fills_up_comes_back_with_its_data_once_there_is_room() {
    let site = Site::new();
    let Some(disk) = SmallDisk::mount(site.data_dir(), "200m") else {
        return;
    };
    let server = site.start().await;
    let mut state = server.state();
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept (id bigint, body text)").await;
    run(&mut connection, "INSERT INTO kept VALUES (1, 'small')").await;
    run(&mut connection, "CHECKPOINT").await;

    let ballast = disk.fill();
    let large =
        "INSERT INTO kept SELECT i, repeat(md5(i::text), 300) FROM generate_series(1, 100000) i";
    let refused = sqlx::query(large)
        .execute(&mut connection)
        .await
        .unwrap_err();
    assert!(!refused.to_string().is_empty());
    kill(site.postmaster(), Signal::KILL);
    let down = state
        .wait_for(|state| *state != State::Running)
        .await
        .unwrap()
        .clone();
    assert!(matches!(down, State::Restarting { .. }), "{down:?}");

    // It may come back at once (recovery needs little room) or keep trying; either way it does.
    fs::remove_file(ballast).unwrap();
    state
        .wait_for(|state| *state == State::Running)
        .await
        .unwrap();
    let mut connection = connect(&server).await;
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM kept").await,
        1
    );
    server.stop().await;
}

#[tokio::test]
async fn a_start_on_a_disk_that_is_full_quotes_the_server_and_harms_nothing() {
    let site = Site::new();
    let Some(disk) = SmallDisk::mount(site.data_dir(), "200m") else {
        return;
    };
    let server = site.start().await;
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept (id bigint)").await;
    server.stop().await;

    let ballast = disk.fill();
    let error = site.try_start().await.err().unwrap().to_string();
    assert!(error.contains("No space left on device"), "{error}");

    fs::remove_file(ballast).unwrap();
    let server = site.start().await;
    let mut connection = connect(&server).await;
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM kept").await,
        0
    );
    server.stop().await;
}
