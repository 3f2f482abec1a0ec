#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn paths(kv: KvVersion, prefix: Option<&str>, metadata: Option<&str>) -> (String, String) {
    let paths = Paths::new(kv, prefix, metadata).unwrap();
    let path = paths.of("x");
    let its_metadata = paths.metadata_of(&path).unwrap();
    (path, its_metadata)
}

fn both(path: &str, its_metadata: &str) -> (String, String) {
    (path.to_owned(), its_metadata.to_owned())
}

#[test]
fn prefixes_are_as_the_documentation_has_them() {
    use KvVersion::{One, Two};
    let kv_2 = both("secret/data/archestra/x", "secret/metadata/archestra/x");
    assert_eq!(paths(Two, None, None), kv_2);
    let kv_1 = both("secret/archestra/x", "secret/archestra/x");
    assert_eq!(paths(One, None, None), kv_1);
    let given = paths(Two, Some("proxy/kv"), Some("proxy/meta"));
    assert_eq!(given, both("proxy/kv/x", "proxy/meta/x"));
    let not_for_kv_1 = paths(One, Some("kv1/data/app"), Some("ignored"));
    assert_eq!(not_for_kv_1, both("kv1/data/app/x", "kv1/data/app/x"));
}

#[test]
fn metadata_is_where_the_first_data_after_the_mount_was() {
    let table = [
        ("team/data/app/", "team/data/app/x", "team/metadata/app/x"),
        ("/a/b/data/c", "a/b/data/c/x", "a/b/metadata/c/x"),
        ("data/data/data", "data/data/data/x", "data/metadata/data/x"),
        ("secret/data", "secret/data/x", "secret/metadata/x"),
    ];
    for (prefix, path, its_metadata) in table {
        let found = paths(KvVersion::Two, Some(prefix), None);
        assert_eq!(found, both(path, its_metadata), "{prefix}");
    }
}

#[test]
fn a_prefix_that_can_hold_nothing_is_refused() {
    let refused = Paths::new(KvVersion::Two, Some("secret/archestra"), None).unwrap_err();
    assert!(refused.to_string().contains("/data/"), "{refused}");
    assert!(Paths::new(KvVersion::One, Some("a/../b"), None).is_err());
    assert!(Paths::new(KvVersion::One, Some("/"), None).is_err());
}

#[test]
fn a_path_cannot_become_another_url() {
    assert_eq!(encode("a/b c?d=é").unwrap(), "a/b%20c%3Fd%3D%C3%A9");
    for path in ["../sys/seal", "a/./b", "a//b", "a/b#c", ""] {
        assert!(encode(path).is_err(), "{path:?}");
    }
}
