//! Faults of what the program needs others for: databases, Vault, keyrings, engines, clusters, providers.

mod api_server;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;

use domain::clock::{Clock as _, SystemClock};
use serde_json::json;
use testkit::bao::Bao;
use testkit::database::TestDatabase;
use testkit::provider::{FakeProvider, Reply, Step};
use url::Url;

use super::visit::{NOBODY, Seeded, Visit, is_root, runs};
use crate::program::Program;
use api_server::{Cluster, FakeApiServer};

pub(super) fn second_server(provider: &FakeProvider, program: &Program) -> Vec<Seeded> {
    let data = program.data_dir().display().to_string();
    let process = format!("process {}", program.process());
    let kill = format!("kill {}", program.process());
    vec![Visit::new(provider).set("ARCHESTRA_DATA_DIR", data).expect(
        "data directory of another server",
        "server",
        &[&process],
        &kill,
    )]
}

/// Our own PostgreSQL asks for a password, that of the tests lets everybody in.
pub(super) fn databases(
    provider: &FakeProvider,
    program: &Program,
    database: &TestDatabase,
) -> Vec<Seeded> {
    let at = |url: &str| Visit::new(provider).set("ARCHESTRA_DATABASE_URL", url);
    let lock = fs::read_to_string(program.data_dir().join("postgres/data/postmaster.pid")).unwrap();
    let lines: Vec<&str> = lock.lines().collect();
    let wrong = format!(
        "postgresql://archestra:wrong@localhost:{}/postgres?host={}",
        lines[3], lines[4]
    );
    vec![
        at("postgresql://archestra:x@127.0.0.1:9/archestra").expect(
            "database unreachable",
            "database",
            &["127.0.0.1 port 9", "refused"],
            "pg_isready -h 127.0.0.1 -p 9",
        ),
        at(&wrong).expect(
            "database password wrong",
            "database",
            &["password of archestra"],
            "ARCHESTRA_DATABASE_URL",
        ),
        at(&changed(database, |url| url.set_path("/nosuch"))).expect(
            "database missing",
            "database",
            &["no database nosuch"],
            "createdb",
        ),
        at(&changed(database, |url| {
            url.set_username("stranger").unwrap();
        }))
        .expect(
            "database role missing",
            "database",
            &["stranger"],
            "createuser",
        ),
    ]
}

fn changed(database: &TestDatabase, change: impl Fn(&mut Url)) -> String {
    let mut url = Url::parse(&database.url).unwrap();
    change(&mut url);
    url.to_string()
}

pub(super) async fn rights(provider: &FakeProvider, database: &TestDatabase) -> Vec<Seeded> {
    let at = |url: &str| Visit::new(provider).set("ARCHESTRA_DATABASE_URL", url);
    let reader = format!("reader_{}", std::process::id());
    let grant = format!("CREATE ROLE {reader} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    database.execute(&grant).await.unwrap();
    let reads = changed(database, |url| {
        url.set_username(&reader).unwrap();
    });
    let seeded = vec![
        at(&reads).expect(
            "no right to create tables",
            "database",
            &["may not create", &reader],
            "GRANT CREATE",
        ),
        at(&database.url)
            .set("ARCHESTRA_DATABASE_POOL_MAX", "5000")
            .expect(
                "pool above max_connections",
                "connections",
                &["5000"],
                "ARCHESTRA_DATABASE_POOL_MAX=",
            ),
    ];
    database
        .execute(&format!("DROP ROLE {reader}"))
        .await
        .unwrap();
    seeded
}

pub(super) async fn vault(provider: &FakeProvider) -> Vec<Seeded> {
    let mut bao = Bao::start().await.unwrap();
    let address = bao.address.to_string();
    let at = |token: &str| {
        Visit::new(provider)
            .set("ARCHESTRA_SECRETS_MANAGER", "VAULT")
            .set("ARCHESTRA_HASHICORP_VAULT_ADDR", &address)
            .set("ARCHESTRA_HASHICORP_VAULT_TOKEN", token)
    };
    let narrow = bao
        .done(
            "POST",
            "auth/token/create",
            json!({ "policies": ["default"] }),
        )
        .await
        .unwrap();
    let narrow = narrow["auth"]["client_token"].as_str().unwrap();
    let mut seeded = vec![
        Visit::new(provider)
            .set("ARCHESTRA_SECRETS_MANAGER", "VAULT")
            .expect(
                "Vault without its variables",
                "secrets",
                &["ARCHESTRA_HASHICORP_VAULT_ADDR"],
                "Set ARCHESTRA_HASHICORP_VAULT_ADDR",
            ),
        at("hvs.expired").expect(
            "Vault's token invalid",
            "Vault",
            &["does not take the token"],
            "vault token create",
        ),
        at(narrow).expect(
            "Vault's policy too narrow",
            "Vault",
            &["policy does not allow"],
            "path \"secret/data/archestra/*\"",
        ),
    ];
    bao.done("POST", "sys/seal", json!({})).await.unwrap();
    seeded.push(at("root").expect(
        "Vault sealed",
        "Vault",
        &["is sealed"],
        "vault operator unseal",
    ));
    bao.end().unwrap();
    seeded.push(at("root").expect(
        "Vault unreachable",
        "Vault",
        &["refused"],
        "ARCHESTRA_HASHICORP_VAULT_ADDR",
    ));
    seeded
}

pub(super) fn keyring(provider: &FakeProvider) -> Vec<Seeded> {
    let visit = || Visit::new(provider).set("ARCHESTRA_SECRETS_MANAGER", "KEYRING");
    let absent = visit().expect(
        "keyring absent",
        "keyring",
        &["no keyring answers"],
        "ARCHESTRA_SECRETS_MANAGER=DB",
    );
    let locked = if runs(&["dbus-run-session", "--"]) {
        let visit = visit();
        let home = visit.path("home").display().to_string();
        fs::create_dir(visit.path("home")).unwrap();
        let visit = visit
            .set("HOME", &home)
            .set("XDG_RUNTIME_DIR", &home)
            .set("XDG_DATA_HOME", &home);
        visit.after(&["dbus-run-session", "--"], ":").expect(
            "keyring locked",
            "keyring",
            &["lock"],
            "nlock",
        )
    } else {
        Seeded::skipped("keyring locked", "there is no dbus-run-session")
    };
    vec![absent, locked]
}

pub(super) fn engines(provider: &FakeProvider) -> Vec<Seeded> {
    let at = |visit: Visit, name: &str| {
        let host = format!("unix://{}", visit.path(name).display());
        visit.set("DOCKER_HOST", host)
    };
    let off = Visit::new(provider);
    drop(UnixListener::bind(off.path("off.sock")).unwrap());
    let closed = Visit::new(provider);
    let _open = UnixListener::bind(closed.path("closed.sock")).unwrap();
    fs::set_permissions(closed.path("closed.sock"), Permissions::from_mode(0o000)).unwrap();
    let closed = if is_root() { closed.by(NOBODY) } else { closed };
    let silent = Visit::new(provider);
    let _silent = UnixListener::bind(silent.path("silent.sock")).unwrap();
    vec![
        at(Visit::new(provider), "absent.sock").expect(
            "Docker absent",
            "containers",
            &["no container engine"],
            "Install Docker",
        ),
        at(off, "off.sock").expect(
            "Docker's daemon off",
            "containers",
            &["does not answer"],
            "systemctl start docker",
        ),
        at(closed, "closed.sock").expect(
            "Docker's group missing",
            "containers",
            &["may not use"],
            "usermod -aG docker",
        ),
        at(silent, "silent.sock").expect(
            "Docker hangs",
            "containers",
            &["does not answer"],
            "systemctl restart docker",
        ),
    ]
}

pub(super) async fn clusters(provider: &FakeProvider) -> Vec<Seeded> {
    let at = |address: &str| {
        let visit = Visit::new(provider);
        let file = visit.path("kubeconfig");
        fs::write(&file, api_server::kubeconfig(address)).unwrap();
        visit
            .set(
                "ARCHESTRA_ORCHESTRATOR_KUBECONFIG",
                file.display().to_string(),
            )
            .set("ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE", "mcp")
    };
    let strict = FakeApiServer::start(Cluster {
        allows: false,
        has_namespace: true,
    })
    .await;
    let empty = FakeApiServer::start(Cluster {
        allows: true,
        has_namespace: false,
    })
    .await;
    vec![
        at("http://127.0.0.1:9").expect(
            "cluster unreachable",
            "Kubernetes",
            &["Nothing listens"],
            "Start the cluster",
        ),
        at(&strict.address).expect(
            "cluster's rights missing",
            "Kubernetes",
            &["may not", "create deployments.apps", "namespace mcp"],
            "create rolebinding",
        ),
        at(&empty.address).expect(
            "cluster's namespace missing",
            "Kubernetes",
            &["no namespace mcp"],
            "kubectl create namespace mcp",
        ),
        Visit::new(provider)
            .set("ARCHESTRA_ORCHESTRATOR_KUBECONFIG", "/nowhere")
            .expect(
                "kubeconfig missing",
                "Kubernetes",
                &["/nowhere"],
                "Correct the configuration",
            ),
    ]
}

/// A provider whose clock is an hour before ours.
async fn clock_ahead() -> FakeProvider {
    let clock = FakeProvider::start().await.unwrap();
    let ahead = SystemClock.now() + chrono::TimeDelta::hours(1);
    let head = format!(
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\ndate: {}\r\n\r\n",
        ahead.format("%a, %d %b %Y %H:%M:%S GMT")
    );
    clock.always_reply(Reply::raw(vec![Step::Send(head.into())]));
    clock
}

pub(super) async fn upstreams(provider: &FakeProvider) -> Vec<Seeded> {
    let clock = clock_ahead().await;
    let silent = FakeProvider::start().await.unwrap();
    silent.always_reply(Reply::raw(vec![Step::Stall]));
    let openai = |url: &str| Visit::new(provider).set("ARCHESTRA_OPENAI_BASE_URL", url);
    let plain = FakeApiServer::start(Cluster {
        allows: true,
        has_namespace: true,
    })
    .await;
    let encrypted = plain.address.replace("http:", "https:");
    vec![
        Visit::new(&clock).expect(
            "clock an hour behind",
            "clock",
            &["60 minutes behind"],
            "timedatectl set-ntp true",
        ),
        openai("http://127.0.0.1:9/v1").expect(
            "provider refuses",
            "OpenAI",
            &["refused"],
            "ARCHESTRA_OPENAI_BASE_URL",
        ),
        openai("http://nobody.invalid/v1").expect(
            "provider's name unknown",
            "OpenAI",
            &["nobody.invalid"],
            "getent hosts nobody.invalid",
        ),
        openai(&encrypted).expect(
            "provider without TLS",
            "OpenAI",
            &["https://127"],
            "write http:// instead of https://",
        ),
        openai(silent.url().unwrap().as_str()).expect(
            "provider silent",
            "OpenAI",
            &["no answer"],
            "firewall",
        ),
        Visit::new(provider)
            .set(
                "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:9/v1/traces",
            )
            .expect(
                "collector of traces away",
                "traces",
                &["127.0.0.1:9"],
                "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT",
            ),
    ]
}
