//! `account` on mode bits and passwd lines; that the server really runs as it is in `tests/it.rs`.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Account, parse};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_line_of_passwd_becomes_an_account() {
    let account = parse("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib:/bin/bash");
    assert_eq!(
        account,
        Some(Account {
            name: "postgres".to_owned(),
            uid: 101,
            gid: 104,
        })
    );
    assert_eq!(parse("# a comment"), None);
}

#[test]
fn the_outermost_closed_directory_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let stranger = Account {
        name: "stranger".to_owned(),
        uid: 4_000_000,
        gid: 4_000_000,
    };
    let closed = root.path().canonicalize().unwrap().join("closed");
    let inner = closed.join("inner");
    fs::create_dir_all(&inner).unwrap();
    assert_eq!(stranger.closed_at(&inner), None);

    fs::set_permissions(&inner, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(stranger.closed_at(&inner), Some(closed));
}
