//! `socket` on long and on hostile paths.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{directory, fits};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

#[test]
fn a_short_path_is_used_as_it_is_and_made_private() {
    let root = tempfile::tempdir().unwrap();
    let preferred = root.path().join("socket");
    assert_eq!(directory(&preferred, None).unwrap(), preferred);
    assert_eq!(
        fs::metadata(&preferred).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn a_long_path_gets_a_short_private_stand_in_that_is_the_same_each_time() {
    let root = tempfile::tempdir().unwrap();
    let preferred = root.path().join("x".repeat(120));
    let stand_in = directory(&preferred, None).unwrap();
    assert!(fits(&stand_in), "{}", stand_in.display());
    assert_eq!(
        fs::metadata(&stand_in).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(directory(&preferred, None).unwrap(), stand_in);
    fs::remove_dir(stand_in).unwrap();
}

#[test]
fn a_link_in_the_place_of_the_directory_is_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("kept"), "").unwrap();
    let preferred = root.path().join("socket");
    symlink(&target, &preferred).unwrap();
    directory(&preferred, None).unwrap();
    assert!(fs::symlink_metadata(&preferred).unwrap().is_dir());
    assert!(target.join("kept").exists());
}
