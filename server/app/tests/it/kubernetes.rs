//! MCP servers in a real cluster, the whole way: added and installed through the API, called through the gateway, gone
//! without a trace. The cluster is that of `ARCHESTRA_TEST_KUBECONFIG`; without it each test says that it was skipped.
//!
//! `ARCHESTRA_TEST_KUBERNETES_IMAGE` and `ARCHESTRA_TEST_APISERVER_PID` are as for the runtimes' own tests.

#![expect(clippy::print_stderr, reason = "skipped tests and figures are told")]

mod cluster;

use std::time::{Duration, Instant};

use app::Running;
use app::config::{Config, Environment};
use reqwest::{Client, Method, StatusCode};
use runtimes::kubernetes::settings::{ServiceAccount, Source};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::{TestApp, browser};
use crate::program::signal;
use cluster::{Cluster, Turn, setting, skip, until};

/// The program with an agent, and the cluster that its servers are to run in.
struct World {
    app: TestApp,
    agent: String,
    cluster: Cluster,
    /// As the API knows the cluster; none for that of the configuration.
    cluster_id: Value,
}

impl World {
    /// With the cluster added as a person does it: by its file.
    async fn open(turn: Turn) -> Option<Self> {
        let cluster = Cluster::open(turn).await?;
        let mut world = Self::without_cluster(TestApp::signed_in().await, cluster).await;
        let file = std::fs::read_to_string(&world.cluster.kubeconfig).unwrap();
        let app = &world.app;
        let review = app
            .post("/api/clusters/preview", json!({ "kubeconfig": file }))
            .await;
        assert!(review["contexts"][0]["problem"].is_null(), "{review}");
        let body = json!({ "name": "test", "kubeconfig": file, "namespace": world.cluster.namespace });
        let added = app.post("/api/clusters", body).await;
        assert_eq!(added["status"], "unopened", "{added}");
        world.cluster_id = added["id"].clone();
        Some(world)
    }

    async fn without_cluster(app: TestApp, cluster: Cluster) -> Self {
        let agent = app.get("/api/agents/default").await;
        Self {
            agent: text(&agent["id"]),
            app,
            cluster,
            cluster_id: Value::Null,
        }
    }

    /// A server of the reference image, installed for the agent.
    async fn install(&self, name: &str, changes: Value) -> String {
        let mut config = json!({ "dockerImage": image(), "transportType": "stdio" });
        merge(&mut config, changes);
        let item = json!({ "name": name, "serverType": "local", "localConfig": config });
        let item = self.app.post("/api/internal_mcp_catalog", item).await;
        let server = json!({ "catalogId": item["id"], "name": name, "agentIds": [self.agent],
            "runtime": "kubernetes", "clusterId": self.cluster_id });
        text(&self.app.post("/api/mcp_server", server).await["id"])
    }

    /// One over standard streams and one over HTTP, both ready.
    async fn install_both(&self) -> [String; 2] {
        let secret = json!([{ "key": "TOKEN", "type": "secret", "value": CANARY, "promptOnInstallation": false }]);
        let stdio = self
            .install("Streams", json!({ "environment": secret }))
            .await;
        let http = self.install("Web", over_http()).await;
        self.until_ready(&stdio).await;
        self.until_ready(&http).await;
        [stdio, http]
    }

    async fn server(&self, id: &str) -> Value {
        self.app.get(&format!("/api/mcp_server/{id}")).await
    }

    /// Installed, and running.
    async fn until_ready(&self, id: &str) {
        until("the server is ready", async || {
            let server = self.server(id).await;
            assert_ne!(server["localInstallationStatus"], "error", "{server}");
            let is_ready = server["localInstallationStatus"] == "success";
            (is_ready && server["state"] == "running").then_some(())
        })
        .await;
    }

    async fn delete(&self, id: &str) {
        let path = format!("/api/mcp_server/{id}");
        let (status, body) = self.app.send(Method::DELETE, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        until("nothing is left of the server", async || {
            self.cluster.objects(id).is_empty().then_some(())
        })
        .await;
    }

    /// Stops the program and starts it on the same data, at the same ports.
    async fn start_again(&mut self, change: impl FnOnce(&mut Config)) {
        let before = &self.app.running.config;
        let data = before.data_dir.clone().unwrap();
        let pairs = [
            ("ARCHESTRA_DATABASE_URL", self.app.database.url.clone()),
            ("ARCHESTRA_DATABASE_POOL_MAX", "5".to_owned()),
            ("ARCHESTRA_DATA_DIR", data.display().to_string()),
            ("ARCHESTRA_API_BASE_URL", before.api_base_url.to_string()),
            ("ARCHESTRA_FRONTEND_URL", before.frontend_url.to_string()),
            ("ARCHESTRA_METRICS_PORT", "0".to_owned()),
            (
                "ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE",
                self.cluster.namespace.clone(),
            ),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        let mut config = Config::read(&Environment::from_pairs(pairs)).unwrap();
        change(&mut config);
        self.app = stopped(std::mem::replace(&mut self.app, spare().await)).await;
        self.app.running = Running::start(config).await.unwrap();
    }
}
