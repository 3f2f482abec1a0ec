//! The cluster of these tests, driven from outside with its own tool: what stands in it is not taken on our word.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::world::text;

/// Kubernetes takes its time: a pod that goes has half a minute for it.
const PATIENCE: Duration = Duration::from_mins(2);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A namespace of its own, gone with the test.
pub(super) struct Cluster {
    pub(super) kubeconfig: PathBuf,
    pub(super) namespace: String,
    /// Held by one test alone, or by several at once; the runtimes' own tests take turns with these.
    _turn: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Together,
    Alone,
}

/// As [`testkit::wait`], with more patience.
pub(super) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await else {
        panic!("{what}: not within {PATIENCE:?}");
    };
    seen
}

pub(super) fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

#[expect(clippy::disallowed_methods, reason = "the tests' few settings")]
pub(super) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Cluster {
    /// `None`, and a word about it, without a cluster.
    pub(super) async fn open(turn: Turn) -> Option<Self> {
        let Some(kubeconfig) = setting("ARCHESTRA_TEST_KUBECONFIG") else {
            skip("ARCHESTRA_TEST_KUBECONFIG names no cluster");
            return None;
        };
        let number = uuid::Uuid::new_v4().simple().to_string();
        let cluster = Self {
            kubeconfig: kubeconfig.into(),
            namespace: format!("archestra-test-{}", &number[..12]),
            _turn: take_turn(turn).await,
        };
        if let Err(error) = cluster.try_kubectl(&["version", "--client"]) {
            skip(&format!("kubectl is not installed: {error}"));
            return None;
        }
        cluster.kubectl(&["create", "namespace", &cluster.namespace]);
        until("the default service account", async || {
            cluster.has_its_account().then_some(())
        })
        .await;
        Some(cluster)
    }

    /// Pods are refused until the namespace has it; before 1.24 it is of use only with its token.
    fn has_its_account(&self) -> bool {
        let account = self.try_kubectl(&["get", "serviceaccount", "default", "-o", "json"]);
        let Some(account) = account.ok().filter(|output| output.status.success()) else {
            return false;
        };
        let account: Value = serde_json::from_slice(&account.stdout).unwrap();
        let version: Value =
            serde_json::from_str(&self.kubectl(&["version", "-o", "json"])).unwrap();
        let version = text(&version["serverVersion"]["gitVersion"]);
        let minor = version.split('.').nth(1).unwrap();
        let minor: u32 = minor.parse().unwrap();
        minor >= 24 || account["secrets"].is_array()
    }

    pub(super) fn kubectl(&self, arguments: &[&str]) -> String {
        let output = self.try_kubectl(arguments).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "waited for at once")]
    fn try_kubectl(&self, arguments: &[&str]) -> std::io::Result<Output> {
        Command::new("kubectl")
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(["--namespace", &self.namespace])
            .args(arguments)
            .output()
    }

    /// Everything that bears a server's label, as `kind/name`.
    pub(super) fn objects(&self, server: &str) -> Vec<String> {
        let kinds =
            "deployments,replicasets,pods,services,endpoints,secrets,serviceaccounts,configmaps";
        let label = format!("mcp-server-id={server}");
        let found = self.kubectl(&["get", kinds, "--selector", &label, "--output", "name"]);
        found.lines().map(str::to_owned).collect()
    }

    /// A server's pods that are not about to go.
    pub(super) fn pods(&self, server: &str) -> Vec<Pod> {
        let label = format!("mcp-server-id={server}");
        let found = self.kubectl(&["get", "pods", "--selector", &label, "--output", "json"]);
        let found: Value = serde_json::from_str(&found).unwrap();
        let pods = found["items"].as_array().unwrap().iter();
        pods.filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
            .map(Pod::read)
            .collect()
    }

    /// The only one.
    pub(super) fn pod(&self, server: &str) -> Pod {
        let mut pods = self.pods(server);
        assert_eq!(pods.len(), 1, "{pods:?}");
        pods.remove(0)
    }

    /// Where the server's Service is, from inside of the cluster.
    pub(super) fn service_address(&self, server: &str) -> String {
        let label = format!("mcp-server-id={server}");
        let path = "jsonpath={.items[0].spec.clusterIP}:{.items[0].spec.ports[0].port}";
        self.kubectl(&["get", "services", "--selector", &label, "--output", path])
    }

    /// The API server's, as the kubeconfig has it.
    pub(super) fn server(&self) -> String {
        let path = "jsonpath={.clusters[0].cluster.server}";
        self.kubectl(&["config", "view", "--minify", "--output", path])
    }

    /// The file with the API server at another address, which has its certificate from the true one.
    pub(super) fn kubeconfig_through(&self, address: SocketAddr) -> String {
        let view = [
            "config",
            "view",
            "--raw",
            "--minify",
            "--flatten",
            "--output",
            "json",
        ];
        let mut file: Value = serde_json::from_str(&self.kubectl(&view)).unwrap();
        let host: url::Url = self.server().parse().unwrap();
        let cluster = &mut file["clusters"][0]["cluster"];
        cluster["tls-server-name"] = json!(host.host_str().unwrap());
        cluster["server"] = json!(format!("https://{address}"));
        file.to_string()
    }

    /// The files that Kubernetes gives every pod, of an account that may do what this program needs.
    pub(super) async fn account(&self) -> TempDir {
        let account = format!("--serviceaccount={}:default", self.namespace);
        self.kubectl(&[
            "create",
            "rolebinding",
            "it",
            "--clusterrole=admin",
            &account,
        ]);
        let named = json!({ "kubernetes.io/service-account.name": "default" });
        let secret = json!({ "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "metadata": { "name": "it", "annotations": named } });
        let directory = tempfile::tempdir().unwrap();
        let manifest = directory.path().join("secret.json");
        std::fs::write(&manifest, secret.to_string()).unwrap();
        self.kubectl(&["apply", "--filename", manifest.to_str().unwrap()]);
        let read = async |key: &str| {
            let template = format!("go-template={{{{index .data \"{key}\" | base64decode}}}}");
            until("the account's token", async || {
                let read = ["get", "secret", "it", "--output", &template];
                let output = self.try_kubectl(&read).unwrap();
                (output.status.success() && !output.stdout.is_empty()).then_some(output.stdout)
            })
            .await
        };
        for key in ["token", "ca.crt", "namespace"] {
            std::fs::write(directory.path().join(key), read(key).await).unwrap();
        }
        directory
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.try_kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]);
    }
}

/// A pod, and the run of its container: another one after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pod {
    pub(super) name: String,
    uid: String,
    container: String,
    pub(super) restarts: u64,
}

impl Pod {
    fn read(pod: &Value) -> Self {
        let container = &pod["status"]["containerStatuses"][0];
        Self {
            name: text(&pod["metadata"]["name"]),
            uid: text(&pod["metadata"]["uid"]),
            container: text(&container["containerID"]),
            restarts: container["restartCount"].as_u64().unwrap_or_default(),
        }
    }
}

async fn take_turn(turn: Turn) -> File {
    let path = std::env::temp_dir().join("archestra-kubernetes-tests.lock");
    let file = File::options().create(true).append(true).open(path);
    let file = file.unwrap();
    let locked = tokio::task::spawn_blocking(move || {
        match turn {
            Turn::Together => file.lock_shared(),
            Turn::Alone => file.lock(),
        }
        .map(|()| file)
    });
    locked.await.unwrap().unwrap()
}
