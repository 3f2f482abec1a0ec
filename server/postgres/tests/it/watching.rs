//! The process that watches where the kernel does not, tried here by starting it by hand. Shell
//! scripts stand in for the server and `pg_ctl`, because as root neither would run.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::program::program;
use super::site::{Site, set_mode};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    set_mode(path, 0o755);
}

#[expect(clippy::disallowed_methods, reason = "waited for by the test")]
fn watched(site: &Site) -> Child {
    let (postgres, told) = (site.root().join("postgres"), site.root().join("told"));
    script(&postgres, "exec sleep 1000");
    script(
        &site.root().join("pg_ctl"),
        &format!("echo $1 $2 >> {}\nkill -TERM $3", told.display()),
    );
    Command::new(program())
        .args(["__postgres-child", "WATCH"])
        .arg(postgres)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn the_end_of_the_pipe_ends_the_server_at_once() {
    let site = Site::new();
    let mut watcher = watched(&site);
    drop(watcher.stdin.take());
    watcher.wait().unwrap();
    assert_eq!(
        fs::read_to_string(site.root().join("told")).unwrap(),
        "kill QUIT\n"
    );
}

#[test]
fn a_letter_asks_for_a_gentle_end() {
    let site = Site::new();
    let mut watcher = watched(&site);
    let mut rein = watcher.stdin.take().unwrap();
    rein.write_all(b"f").unwrap();
    watcher.wait().unwrap();
    assert_eq!(
        fs::read_to_string(site.root().join("told")).unwrap(),
        "kill INT\n"
    );
}
