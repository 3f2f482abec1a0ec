//! What a container gets, and what it does not get.
#![expect(clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::spec::Resources;

const ALL: Limits = Limits {
    memory: true,
    swap: true,
    processor: true,
    pids: true,
};

fn spec() -> ServerSpec {
    ServerSpec {
        id: Uuid::nil(),
        name: "GitHub".to_owned(),
        image: Some("ghcr.io/github/github-mcp-server:1".to_owned()),
        command: None,
        args: vec!["stdio".to_owned()],
        env: BTreeMap::from([("HOST".to_owned(), "https://github.com".to_owned())]),
        secret_env: BTreeMap::from([("TOKEN".to_owned(), "canary-4711".into())]),
        secret_files: BTreeMap::new(),
        transport: Transport::Stdio,
        resources: Resources::default(),
        pull_secrets: Vec::new(),
        service_account: None,
    }
}

fn made(spec: &ServerSpec, limits: Limits) -> ContainerCreateBody {
    let around = Surroundings {
        image: spec.image.as_deref().unwrap_or("base:1"),
        instance: "here",
        limits,
    };
    body(spec, around).expect("a usable spec")
}

#[test]
fn a_stdio_server_gets_a_locked_down_container_without_ports() {
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(made(&spec(), ALL));
    });
}

#[test]
fn an_http_server_is_published_on_loopback_only() {
    let mut spec = spec();
    spec.transport = Transport::Http {
        port: 3001,
        path: "/mcp".to_owned(),
    };
    let made = made(&spec, ALL);
    assert_eq!(made.open_stdin, Some(false));
    let ports = made.host_config.and_then(|host| host.port_bindings);
    let bindings = ports.expect("a port")["3001/tcp"].clone();
    let binding = &bindings.expect("a binding")[0];
    assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
}

#[test]
fn a_command_takes_the_place_of_the_entry_point() {
    let mut spec = spec();
    spec.image = None;
    spec.command = Some("npx".to_owned());
    let made = made(&spec, ALL);
    assert_eq!(made.entrypoint, Some(vec!["npx".to_owned()]));
    assert_eq!(made.cmd, Some(vec!["stdio".to_owned()]));
}

#[test]
fn a_secret_stands_in_the_environment_and_nowhere_else() {
    let mut made = made(&spec(), ALL);
    let environment = made.env.take().expect("an environment");
    assert!(environment.contains(&"TOKEN=canary-4711".to_owned()));
    let rest = serde_json::to_string(&made).expect("json");
    assert!(!rest.contains("canary"), "{rest}");
}

#[test]
fn a_secret_wins_over_a_plain_value_of_the_same_name() {
    let mut spec = spec();
    spec.env.insert("TOKEN".to_owned(), "empty".to_owned());
    let environment = made(&spec, ALL).env.expect("an environment");
    assert!(!environment.contains(&"TOKEN=empty".to_owned()));
}

#[test]
fn limits_that_the_engine_cannot_enforce_are_not_asked_for() {
    let limits = Limits {
        memory: false,
        swap: false,
        processor: false,
        pids: false,
    };
    let host = made(&spec(), limits).host_config.expect("host settings");
    assert_eq!(host.memory, None);
    assert_eq!(host.nano_cpus, None);
    assert_eq!(host.pids_limit, None);
}
