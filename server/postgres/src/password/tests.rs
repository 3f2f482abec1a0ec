//! `password` on files; that a lost one is replaced in the database is in `tests/it.rs`.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{generate, read, write};
use secrecy::ExposeSecret;
use std::fs;

#[test]
fn a_password_is_read_back_and_never_shown() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("password");
    let password = generate().unwrap();
    write(&path, &password).unwrap();
    let found = read(&path).unwrap().unwrap();
    assert_eq!(found.expose_secret(), password.expose_secret());
    assert!(!format!("{found:?}").contains(password.expose_secret()));
    assert_ne!(
        generate().unwrap().expose_secret(),
        password.expose_secret()
    );
}

#[test]
fn a_missing_or_damaged_file_holds_no_password() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("password");
    assert!(read(&path).unwrap().is_none());
    for damaged in ["", "short", &"g".repeat(48), "\0\0\0"] {
        fs::write(&path, damaged).unwrap();
        assert!(read(&path).unwrap().is_none(), "{damaged:?}");
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(read(&path).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn a_password_open_to_others_is_closed_again() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("password");
    write(&path, &generate().unwrap()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(read(&path).unwrap().is_some());
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
