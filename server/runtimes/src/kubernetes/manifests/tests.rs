//! Golden manifests. `server/runtimes/tests/kubernetes` checks the same files against published schemas.
#![expect(clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::kubernetes::PLAIN_USER;
use crate::kubernetes::settings::Toleration;
use crate::spec::Resources;

const NAMESPACE: &str = "archestra-mcp";

fn stdio() -> ServerSpec {
    ServerSpec {
        id: Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_002a),
        name: "Everything (Ada)".to_owned(),
        image: Some("ghcr.io/example/everything:1.2".to_owned()),
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

fn full() -> ServerSpec {
    let secret = |text: &str| SecretString::from(text.to_owned());
    ServerSpec {
        command: Some("node".to_owned()),
        args: vec!["dist/index.js".to_owned(), "streamableHttp".to_owned()],
        env: BTreeMap::from([
            ("LEVEL".to_owned(), "\"debug\"".to_owned()),
            ("API".to_owned(), "http://localhost:8080/v1".to_owned()),
            (
                "TOKEN".to_owned(),
                "the secret of this name wins".to_owned(),
            ),
        ]),
        secret_env: BTreeMap::from([("TOKEN".to_owned(), secret("hunter2"))]),
        secret_files: BTreeMap::from([("key.pem".to_owned(), secret("hunter3"))]),
        transport: Transport::Http {
            port: 3001,
            path: "/mcp".to_owned(),
        },
        resources: Resources {
            memory_bytes: 100_000_000,
            cpu_millis: 20,
            pids: 64,
        },
        pull_secrets: vec![PullSecret {
            registry: "ghcr.io".to_owned(),
            username: "ada".to_owned(),
            password: secret("hunter4"),
        }],
        service_account: Some("archestra-platform-mcp-k8s-operator".to_owned()),
        ..stdio()
    }
}

fn busy_settings() -> Settings {
    Settings {
        node_selector: BTreeMap::from([("pool".to_owned(), "mcp".to_owned())]),
        tolerations: vec![Toleration {
            key: Some("mcp".to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some("NoSchedule".to_owned()),
            ..Toleration::default()
        }],
        pull_secrets: vec!["company-registry".to_owned()],
        ..Settings::default()
    }
}

fn owner() -> OwnerReference {
    OwnerReference {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        name: "mcp-everything-ada".to_owned(),
        uid: "5f3c1f0a-0000-4000-8000-000000000001".to_owned(),
        ..OwnerReference::default()
    }
}

fn objects(spec: &ServerSpec, settings: &Settings, run_as: Option<i64>) -> Value {
    let names = Names::new(names::deployment(spec), spec.id);
    let plan = Plan {
        spec,
        fingerprint: &spec.fingerprint(),
        settings,
        names: &names,
        namespace: NAMESPACE,
        run_as,
        is_inside: false,
    };
    let owner = owner();
    let mut items = vec![json!(plan.deployment())];
    items.extend(plan.service(Some(&owner)).map(|service| json!(service)));
    let secrets = plan.secrets(Some(&owner));
    items.extend(secrets.iter().map(|secret| json!(secret)));
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

/// The goldens are plain JSON files, so that other programs can read them, too.
fn assert_golden(name: &str, objects: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubernetes/manifests");
    insta::with_settings!({
        snapshot_path => path,
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_json_snapshot!(name, objects);
    });
}

#[test]
fn a_plain_stdio_server_is_one_deployment() {
    assert_golden("stdio", &objects(&stdio(), &Settings::default(), None));
}

#[test]
fn a_server_without_an_image_runs_its_command_in_the_base_image() {
    let spec = ServerSpec {
        image: None,
        command: Some("npx".to_owned()),
        args: vec![
            "-y".to_owned(),
            "@modelcontextprotocol/server-memory".to_owned(),
        ],
        ..stdio()
    };
    assert_golden("command", &objects(&spec, &Settings::default(), None));
}

#[test]
fn an_image_that_wants_root_gets_a_user_and_a_home() {
    let spec = ServerSpec {
        image: Some("built-here".to_owned()),
        ..stdio()
    };
    assert_golden(
        "as-user",
        &objects(&spec, &Settings::default(), Some(PLAIN_USER)),
    );
}

#[test]
fn everything_a_server_can_have_is_in_its_objects() {
    assert_golden("full", &objects(&full(), &busy_settings(), None));
}

#[test]
fn limits_of_the_settings_win_over_those_of_the_spec() {
    let mut settings = Settings::default();
    settings.limits.memory_bytes = Some(64 * 1024 * 1024);
    settings.limits.cpu_millis = Some(0);
    let objects = objects(&stdio(), &settings, None);
    let resources = &objects["items"][0]["spec"]["template"]["spec"]["containers"][0]["resources"];
    let limits = json!({"memory": "64Mi", "ephemeral-storage": "1Gi"});
    assert_eq!(resources["limits"], limits, "no limit of processors");
    assert_eq!(
        resources["requests"]["memory"], "64Mi",
        "not more than the limit"
    );
}

#[test]
fn no_secret_stands_outside_of_secrets() {
    let objects = objects(&full(), &busy_settings(), None);
    let items = objects["items"].as_array().expect("a list");
    assert_eq!(items.len(), 5, "Deployment, Service, three Secrets");
    for item in items.iter().filter(|item| item["kind"] != "Secret") {
        assert!(!item.to_string().contains("hunter"), "{item}");
    }
}

#[test]
fn a_changed_secret_makes_a_new_pod() {
    let mut changed = full();
    changed
        .secret_env
        .insert("TOKEN".to_owned(), "rotated".to_owned().into());
    let template = |spec: &ServerSpec| {
        let objects = objects(spec, &Settings::default(), None);
        objects["items"][0]["spec"]["template"]["metadata"]["annotations"][names::TEMPLATE].clone()
    };
    assert_ne!(template(&full()), template(&changed));
    assert_eq!(template(&full()), template(&full()));
}

#[test]
fn inside_of_the_cluster_localhost_stays_what_it_is() {
    let (spec, settings) = (full(), Settings::default());
    let names = Names::new(names::deployment(&spec), spec.id);
    let plan = Plan {
        spec: &spec,
        fingerprint: "",
        settings: &settings,
        names: &names,
        namespace: NAMESPACE,
        run_as: None,
        is_inside: true,
    };
    let text = json!(plan.deployment()).to_string();
    assert!(text.contains("http://localhost:8080/v1"), "{text}");
}
