#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn prefixes_are_as_the_documentation_has_them() {
    // Version, prefix, metadata prefix → path of a secret, path of its metadata.
    let table = [
        (
            KvVersion::Two,
            None,
            None,
            "secret/data/archestra/x",
            "secret/metadata/archestra/x",
        ),
        (
            KvVersion::One,
            None,
            None,
            "secret/archestra/x",
            "secret/archestra/x",
        ),
        (
            KvVersion::Two,
            Some("team/data/app/"),
            None,
            "team/data/app/x",
            "team/metadata/app/x",
        ),
        (
            KvVersion::Two,
            Some("/a/b/data/c"),
            None,
            "a/b/data/c/x",
            "a/b/metadata/c/x",
        ),
        (
            KvVersion::Two,
            Some("data/data/data"),
            None,
            "data/data/data/x",
            "data/metadata/data/x",
        ),
        (
            KvVersion::Two,
            Some("proxy/kv"),
            Some("proxy/meta"),
            "proxy/kv/x",
            "proxy/meta/x",
        ),
        (
            KvVersion::One,
            Some("kv1/data/app"),
            Some("ignored"),
            "kv1/data/app/x",
            "kv1/data/app/x",
        ),
        (
            KvVersion::Two,
            Some("secret/data"),
            None,
            "secret/data/x",
            "secret/metadata/x",
        ),
    ];
    for (kv, prefix, metadata, path, its_metadata) in table {
        let paths = Paths::new(kv, prefix, metadata).unwrap();
        assert_eq!(paths.of("x"), path);
        assert_eq!(paths.metadata_of(path).unwrap(), its_metadata, "{prefix:?}");
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
