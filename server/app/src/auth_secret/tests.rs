#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// There is no session bus in a directory of a test.
fn home(directory: &Path, wants_keyring: bool) -> Home {
    Home {
        directory: directory.to_owned(),
        keyring: Keyring::default(),
        wants_keyring,
    }
}

fn text(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

#[test]
fn a_secret_of_our_own_stays_and_only_its_owner_may_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let (first, place) = home(directory.path(), false).find().unwrap();
    assert_eq!((first.expose_secret().len(), place.place), (64, "file"));
    assert!(place.degraded.is_none(), "a server keeps it in a file");
    let (again, _) = home(directory.path(), false).find().unwrap();
    assert_eq!(text(&first), text(&again));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(directory.path().join(FILE)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn another_value_keeps_the_one_before_until_nothing_needs_it() {
    let directory = tempfile::tempdir().unwrap();
    let found = || home(directory.path(), false).secret(None).unwrap();
    let mut secret = found();
    let before = text(&secret.value);
    secret.replace().unwrap();
    let cut_short = found();
    assert_ne!(text(&cut_short.value), before);
    assert_eq!(text(cut_short.previous.as_ref().unwrap()), before);
    cut_short.settle().unwrap();
    assert!(found().previous.is_none());
    assert_eq!(text(&found().value), text(&cut_short.value));
}

#[test]
fn a_file_that_holds_too_little_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(FILE), "short").unwrap();
    let refused = home(directory.path(), false).find().unwrap_err();
    assert!(refused.to_string().contains("32 characters"), "{refused}");
}
