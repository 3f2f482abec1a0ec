#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::{linked, of_crates};
use crate::workspace::Workspace;

#[test]
fn only_what_ends_up_in_the_program_counts() {
    let metadata = json!({
        "packages": [{"id": "window", "name": "window"}],
        "resolve": {"nodes": [
            {"id": "window", "deps": [
                {"pkg": "linked", "dep_kinds": [{"kind": "build"}, {"kind": null}]},
                {"pkg": "for-tests", "dep_kinds": [{"kind": "dev"}]},
                {"pkg": "for-building", "dep_kinds": [{"kind": "build"}]},
            ]},
            {"id": "linked", "deps": [{"pkg": "deeper", "dep_kinds": [{"kind": null}]}]},
            {"id": "deeper", "deps": []},
        ]},
    });
    let found: Vec<_> = linked(&metadata, "window").unwrap().into_iter().collect();
    assert_eq!(found, ["deeper", "linked", "window"]);
}

#[test]
fn the_licence_of_a_crate_we_link_is_found() {
    let page = of_crates(&Workspace::find().unwrap(), "xtask").unwrap();
    assert!(page.contains("serde_json "), "{page}");
    assert!(page.contains("Permission is hereby granted"), "{page}");
}
