//! `owner` within one process; across processes it is tested in `tests/it.rs`.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{OwnerLock, spoken};
use crate::error::Error;

#[test]
fn a_second_owner_is_told_who_holds_the_directory_and_for_how_long() {
    let root = tempfile::tempdir().unwrap();
    let held = OwnerLock::acquire(root.path()).unwrap();

    let error = OwnerLock::acquire(root.path()).unwrap_err();
    assert!(matches!(error, Error::DataDirInUse { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&format!("process {}", std::process::id())),
        "{text}"
    );
    assert!(text.contains("seconds ago"), "{text}");

    drop(held);
    OwnerLock::acquire(root.path()).unwrap();
}

#[test]
fn a_missing_directory_is_created_and_named_without_links() {
    let root = tempfile::tempdir().unwrap();
    let lock = OwnerLock::acquire(&root.path().join("a/../a/b")).unwrap();
    assert_eq!(
        lock.data_dir(),
        root.path().canonicalize().unwrap().join("a/b")
    );
}

#[test]
fn durations_are_spoken_in_the_unit_a_person_would_use() {
    assert_eq!(spoken(5), "5 seconds");
    assert_eq!(spoken(600), "10 minutes");
    assert_eq!(spoken(3 * 3_600), "3 hours");
    assert_eq!(spoken(3 * 86_400), "3 days");
}
