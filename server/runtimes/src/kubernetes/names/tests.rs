//! Names and labels: within what Kubernetes allows, whatever a server is called.

use std::collections::BTreeMap;

use super::*;
use crate::spec::{Resources, Transport};

fn named(name: &str) -> ServerSpec {
    ServerSpec {
        id: Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_002a),
        name: name.to_owned(),
        image: None,
        command: None,
        args: Vec::new(),
        env: BTreeMap::new(),
        secret_env: BTreeMap::new(),
        secret_files: BTreeMap::new(),
        transport: Transport::Stdio,
        resources: Resources::default(),
        pull_secrets: Vec::new(),
        service_account: None,
    }
}

#[test]
fn a_server_gives_its_deployment_its_name() {
    let cases = [
        ("everything", "mcp-everything"),
        ("GitHub (Ada's)", "mcp-github-ada-s"),
        ("  -- File_System v2.0 -- ", "mcp-file-system-v2-0"),
        ("größe", "mcp-gr-e"),
        ("日本語", "mcp-0198c0de-0000-7000-8000-00000000002a"),
        ("", "mcp-0198c0de-0000-7000-8000-00000000002a"),
    ];
    for (name, expected) in cases {
        assert_eq!(deployment(&named(name)), expected, "{name:?}");
    }
}

#[test]
fn two_servers_of_one_name_are_told_apart_by_their_ids() {
    assert_eq!(deployment_apart(&named("files")), "mcp-files-0198c0de");
}

#[test]
fn no_name_is_longer_than_kubernetes_allows() {
    for name in ["x".repeat(500), "a-".repeat(250), "é".repeat(300)] {
        let spec = named(&name);
        for deployment in [deployment(&spec), deployment_apart(&spec)] {
            let names = Names::new(deployment, spec.id);
            assert!(names.deployment.len() <= 236, "{}", names.deployment);
            assert!(!names.deployment.ends_with('-'));
            assert!(names.service.len() <= 63, "{}", names.service);
            assert!(names.env.len() <= 253 && names.files.len() <= 253);
        }
        for (key, value) in labels(&spec, "Org 1") {
            assert!(value.len() <= 63, "{key}={value}");
            assert!(!value.ends_with('-') && !value.starts_with('-'));
        }
    }
}

#[test]
fn everything_of_a_server_is_found_by_its_labels() {
    let spec = named("files");
    let labels = labels(&spec, "Org 1");
    let queries = [of(spec.id), of_all("Org 1")];
    for query in queries {
        for part in query.split(',') {
            let found = match part.split_once('=') {
                Some((key, value)) => labels.get(key).is_some_and(|label| label == value),
                None => labels.contains_key(part),
            };
            assert!(found, "{part} of {query}");
        }
    }
}
