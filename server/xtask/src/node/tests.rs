#![expect(clippy::unwrap_used, reason = "tests")]

use super::{fingerprint, node_version};

#[test]
fn a_node_version_is_read_as_major_and_minor() {
    assert_eq!(node_version("v20.19.4\n"), Some((20, 19)));
    assert_eq!(node_version("v9.1\n"), Some((9, 1)));
    assert_eq!(node_version("command not found"), None);
}

#[test]
fn a_changed_byte_changes_the_fingerprint_and_a_changed_time_does_not() {
    let folder = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("a.ts");
    std::fs::write(&file, "one").unwrap();
    let first = fingerprint(std::slice::from_ref(&file)).unwrap();
    std::fs::write(&file, "one").unwrap();
    assert_eq!(fingerprint(std::slice::from_ref(&file)).unwrap(), first);
    std::fs::write(&file, "two").unwrap();
    assert_ne!(fingerprint(std::slice::from_ref(&file)).unwrap(), first);
    std::fs::remove_dir_all(&folder).unwrap();
}
