//! The cluster of these tests, and a namespace in it for each of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret, Service, ServiceAccount};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, Resource, ResourceExt};
use runtimes::kubernetes::Kubernetes;
use runtimes::kubernetes::settings::{self, Settings, Source};
use runtimes::progress::ProgressSink;
use runtimes::runtime::{LogQuery, Runtime};
use runtimes::spec::{Resources, ServerSpec, Transport};
use runtimes::status::Status;
use serde::de::DeserializeOwned;
use serde_json::json;
use testkit::wait;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Kubernetes itself takes its time: a crash loop is one after some 15 s, a pod goes after its grace period.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Site {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    kubeconfig: PathBuf,
    server: String,
    /// Held by one test alone, or by several at once.
    _turn: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Together,
    Alone,
}

#[expect(clippy::disallowed_methods, reason = "the tests' few settings")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(
    clippy::print_stderr,
    reason = "a skipped test must not look like a passed one"
)]
pub(crate) fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

impl Site {
    /// `None`, and a word about it, without a cluster.
    pub(crate) async fn open(turn: Turn) -> Option<Self> {
        let Some(kubeconfig) = setting("ARCHESTRA_TEST_KUBECONFIG").map(PathBuf::from) else {
            skip("ARCHESTRA_TEST_KUBECONFIG names no cluster");
            return None;
        };
        let held = take_turn(turn).await;
        let read = Kubeconfig::read_from(&kubeconfig).expect("a kubeconfig");
        let config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await;
        let config = config.expect("a configuration");
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config).expect("a client");
        let namespace = format!(
            "archestra-test-{}",
            &Uuid::new_v4().simple().to_string()[..12]
        );
        let site = Self {
            client,
            namespace,
            kubeconfig,
            server,
            _turn: held,
        };
        site.create_namespace().await;
        Some(site)
    }

    /// Pods are refused until the namespace has its default account.
    async fn create_namespace(&self) {
        let namespace = serde_json::from_value(json!({"metadata": {"name": self.namespace}}));
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let namespace = namespace.expect("a namespace");
        let created = namespaces.create(&PostParams::default(), &namespace).await;
        created.expect("a new namespace");
        let accounts = self.api::<ServiceAccount>();
        wait::until("the default service account", || async {
            let account = accounts.get_opt("default").await.expect("an answer")?;
            // Before 1.24 an account is of use only with its token.
            let is_old = account.secrets.is_some();
            (is_old || !self.makes_token_secrets().await).then_some(())
        })
        .await;
    }

    async fn makes_token_secrets(&self) -> bool {
        let version = self.client.apiserver_version().await.expect("a version");
        let minor = version.git_version.split('.').nth(1);
        minor.is_some_and(|minor| minor.parse::<u32>().is_ok_and(|minor| minor < 24))
    }

    pub(crate) async fn close(self) {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let deleted = namespaces
            .delete(&self.namespace, &DeleteParams::default())
            .await;
        deleted.expect("the namespace goes");
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            namespace: Some(self.namespace.clone()),
            ..Settings::default()
        }
    }

    pub(crate) fn source(&self) -> Source {
        Source::File {
            path: self.kubeconfig.clone(),
            context: None,
        }
    }

    pub(crate) fn server(&self) -> String {
        self.server.trim_end_matches('/').to_owned()
    }

    pub(crate) fn runtime(&self) -> Kubernetes {
        self.runtime_with(self.settings())
    }

    pub(crate) fn runtime_with(&self, settings: Settings) -> Kubernetes {
        runtime(self.source(), settings)
    }

    pub(crate) fn api<K>(&self) -> Api<K>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn names<K>(&self, id: Uuid) -> Vec<String>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>
            + Clone
            + DeserializeOwned
            + std::fmt::Debug,
    {
        let query = ListParams::default().labels(&format!("mcp-server-id={id}"));
        let found = self.api::<K>().list(&query).await.expect("a list");
        let kind = K::kind(&());
        found
            .iter()
            .map(|object| format!("{kind}/{}", object.name_any()))
            .collect()
    }

    /// Everything in the cluster that bears the server's label.
    pub(crate) async fn left_of(&self, id: Uuid) -> Vec<String> {
        let mut names = self.names::<Deployment>(id).await;
        names.extend(self.names::<ReplicaSet>(id).await);
        names.extend(self.names::<Pod>(id).await);
        names.extend(self.names::<Service>(id).await);
        names.extend(self.names::<Secret>(id).await);
        names
    }
}

async fn take_turn(turn: Turn) -> File {
    let path = std::env::temp_dir().join("archestra-kubernetes-tests.lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .expect("a lock");
    let locked = tokio::task::spawn_blocking(move || {
        match turn {
            Turn::Together => file.lock_shared(),
            Turn::Alone => file.lock(),
        }
        .map(|()| file)
    });
    locked.await.expect("a thread").expect("a turn")
}

pub(crate) fn runtime(source: Source, settings: Settings) -> Kubernetes {
    Kubernetes::new(settings::Config {
        source,
        settings,
        tasks: TaskTracker::new(),
    })
}

fn image() -> String {
    setting("ARCHESTRA_TEST_KUBERNETES_IMAGE")
        .unwrap_or_else(|| "local/mcp-everything:1".to_owned())
}

/// The reference server over stdio.
pub(crate) fn everything() -> ServerSpec {
    ServerSpec {
        id: Uuid::new_v4(),
        name: "Everything".to_owned(),
        image: Some(image()),
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

/// A server of a few lines.
pub(crate) fn script(script: &str) -> ServerSpec {
    ServerSpec {
        name: "Script".to_owned(),
        command: Some("/bin/node".to_owned()),
        args: vec!["-e".to_owned(), script.to_owned()],
        ..everything()
    }
}

pub(crate) async fn start(runtime: &Kubernetes, spec: &ServerSpec) {
    let started = runtime.start(spec, &ProgressSink::silent()).await;
    started.expect("the server runs");
}

pub(crate) async fn until_status(
    runtime: &Kubernetes,
    id: Uuid,
    what: &str,
    is_it: impl Fn(&Status) -> bool,
) -> Status {
    let mut seen = None;
    let watching = async {
        let mut statuses = runtime.watch();
        while let Some((of, status)) = statuses.next().await {
            if of == id && is_it(&status) {
                return Some(status);
            }
            seen = Some((of, status));
        }
        None
    };
    let Ok(status) = tokio::time::timeout(PATIENCE, watching).await else {
        panic!("{what}: not within {PATIENCE:?}; last {seen:?}");
    };
    status.expect("a watch never ends")
}

pub(crate) async fn log(runtime: &Kubernetes, id: Uuid, previous: bool) -> String {
    let query = LogQuery {
        lines: Some(50),
        follow: false,
        previous,
    };
    let chunks = runtime.logs(id, query).await.expect("logs");
    let chunks: Vec<_> = chunks.map(|chunk| chunk.expect("a chunk")).collect().await;
    String::from_utf8_lossy(&chunks.concat()).into_owned()
}
