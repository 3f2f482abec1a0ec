//! `installation` against shell scripts that pose as `postgres`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Installation, candidates};
use crate::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn installation(says: &str) -> (tempfile::TempDir, Result<Installation, Error>) {
    let root = tempfile::tempdir().unwrap();
    script(&root.path().join("bin/postgres"), says);
    script(&root.path().join("bin/initdb"), "");
    let found = Installation::find(Some(root.path()));
    (root, found)
}

#[test]
fn the_version_is_read_from_the_program_itself() {
    let (_root, found) = installation("echo 'postgres (PostgreSQL) 18.4 (Debian 18.4-1)'");
    let found = found.unwrap();
    assert_eq!((found.major_version(), found.version()), (18, "18.4"));

    let (_root, beta) = installation("echo 'postgres (PostgreSQL) 19beta1'");
    assert_eq!(beta.unwrap().major_version(), 19);
}

#[test]
fn an_installation_that_does_not_run_says_why() {
    let (_root, found) = installation("echo 'libicuuc.so.60: cannot open' >&2; exit 127");
    let text = found.unwrap_err().to_string();
    assert!(text.contains("libicuuc.so.60"), "{text}");
}

#[test]
fn an_installation_that_is_too_old_is_refused() {
    let (_root, found) = installation("echo 'postgres (PostgreSQL) 13.2'");
    let text = found.unwrap_err().to_string();
    assert!(text.contains("13 is too old"), "{text}");
}

#[test]
fn an_explicit_place_without_binaries_is_named_and_nothing_else_is_tried() {
    let root = tempfile::tempdir().unwrap();
    let error = Installation::find(Some(root.path())).unwrap_err();
    assert!(
        matches!(&error, Error::InstallationNotFound { tried } if tried == &[root.path()]),
        "{error}"
    );
}

#[test]
fn a_program_built_by_cargo_finds_the_installation_in_the_target_directory() {
    let places = candidates(Some(Path::new("/t/debug/archestra")));
    assert_eq!(places[0], Path::new("/t/debug/postgresql"));
    assert_eq!(places[1], Path::new("/t/postgresql"));
    assert!(places.contains(&Path::new("/t/debug/../lib/archestra/postgresql").to_owned()));
}
