//! What this program's configuration says about clusters: plain values, read from the environment elsewhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use tokio_util::task::TaskTracker;

use super::kubeconfig::Allowances;

/// The cluster that the program's own configuration names.
#[derive(Debug, Clone)]
pub struct Config {
    pub source: Source,
    pub settings: Settings,
    /// Background work runs on it, so that a graceful stop waits for it.
    pub tasks: TaskTracker,
}

/// How a cluster is reached.
#[derive(Debug, Clone)]
pub enum Source {
    /// This program itself runs in the cluster.
    InCluster(ServiceAccount),
    /// A kubeconfig of whoever runs this program (`ARCHESTRA_ORCHESTRATOR_KUBECONFIG`). Trusted like the rest of the
    /// configuration: it may name files and sign in with a program.
    File {
        path: PathBuf,
        context: Option<String>,
    },
    /// A kubeconfig that somebody uploaded: see [`super::kubeconfig`].
    Uploaded {
        text: SecretString,
        context: Option<String>,
        allowances: Allowances,
    },
}

/// What Kubernetes gives every pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// `https://` and the variables `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`.
    pub server: String,
    /// Holds `token`, `ca.crt` and `namespace`.
    pub directory: PathBuf,
}

impl ServiceAccount {
    pub const DIRECTORY: &'static str = "/var/run/secrets/kubernetes.io/serviceaccount";
}

/// How servers are placed in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Without one, that of the context or of the service account (`ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE`).
    pub namespace: Option<String>,
    /// Tells installations apart that share a namespace: each sees the servers of its own.
    pub instance: String,
    /// Runs commands that come without an image (`ARCHESTRA_ORCHESTRATOR_MCP_SERVER_BASE_IMAGE`).
    pub base_image: String,
    /// What a server is promised (`ARCHESTRA_ORCHESTRATOR_MCP_SERVER_…_REQUEST`).
    pub requests: Requests,
    pub limits: Limits,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// Secrets with the credentials of image registries that are in the namespace already.
    pub pull_secrets: Vec<String>,
    /// Cluster-wide suffix of Service names (`ARCHESTRA_ORCHESTRATOR_K8S_CLUSTER_DOMAIN`).
    pub cluster_domain: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requests {
    pub memory_bytes: u64,
    pub cpu_millis: u32,
    pub ephemeral_storage_bytes: u64,
}

/// What a server may use at most (`ARCHESTRA_ORCHESTRATOR_MCP_SERVER_…_LIMIT`); 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// That of the spec if none is set here.
    pub memory_bytes: Option<u64>,
    /// That of the spec if none is set here.
    pub cpu_millis: Option<u32>,
    pub ephemeral_storage_bytes: u64,
}

/// Lets pods onto nodes that keep others away. The fields are those of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Toleration {
    pub key: Option<String>,
    pub operator: Option<String>,
    pub value: Option<String>,
    pub effect: Option<String>,
    pub seconds: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            namespace: None,
            instance: "default".to_owned(),
            base_image: "europe-west1-docker.pkg.dev/friendly-path-465518-r6/archestra-public/mcp-server-base:0.0.3"
                .to_owned(),
            requests: Requests::default(),
            limits: Limits::default(),
            node_selector: BTreeMap::new(),
            tolerations: Vec::new(),
            pull_secrets: Vec::new(),
            cluster_domain: "cluster.local".to_owned(),
        }
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            memory_bytes: 128 * 1024 * 1024,
            cpu_millis: 50,
            ephemeral_storage_bytes: 256 * 1024 * 1024,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: None,
            cpu_millis: None,
            ephemeral_storage_bytes: 1024 * 1024 * 1024,
        }
    }
}
