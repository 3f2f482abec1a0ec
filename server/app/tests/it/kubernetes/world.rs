//! The program with an agent and a cluster for its servers, and a client of the agent's gateway.

use app::Running;
use app::config::{Config, Environment};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::cluster::{Cluster, Turn, setting, until};
use crate::gateway::Gateway;
use crate::harness::TestApp;

/// Stands only where a server is to have it.
pub(super) const CANARY: &str = "canary-of-a-cluster";

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) agent: String,
    pub(super) cluster: Cluster,
    /// As the API knows the cluster; null for that of the configuration.
    pub(super) cluster_id: Value,
}

impl World {
    /// With the cluster added as a person does it: by its file. `None` without one.
    pub(super) async fn open(turn: Turn) -> Option<Self> {
        let world = Self::without_cluster(turn).await?;
        let file = std::fs::read_to_string(&world.cluster.kubeconfig).unwrap();
        Some(world.with_file(&file).await)
    }

    pub(super) async fn with_file(mut self, file: &str) -> Self {
        let body = json!({ "kubeconfig": file });
        let review = self.app.post("/api/clusters/preview", body).await;
        assert!(review["contexts"][0]["problem"].is_null(), "{review}");
        let namespace = &self.cluster.namespace;
        let body = json!({ "name": "test", "kubeconfig": file, "namespace": namespace });
        let added = self.app.post("/api/clusters", body).await;
        assert_eq!(added["status"], "unopened", "{added}");
        self.cluster_id = added["id"].clone();
        self
    }

    /// The program does not know the cluster yet.
    pub(super) async fn without_cluster(turn: Turn) -> Option<Self> {
        let cluster = Cluster::open(turn).await?;
        let app = TestApp::signed_in().await;
        let agent = text(&app.get("/api/agents/default").await["id"]);
        Some(Self {
            app,
            agent,
            cluster,
            cluster_id: Value::Null,
        })
    }

    /// A server of the reference image over standard streams, or as the changes to that have it.
    pub(super) async fn install(&self, name: &str, changes: &Value) -> String {
        let image = setting("ARCHESTRA_TEST_KUBERNETES_IMAGE");
        let image = image.unwrap_or_else(|| "local/mcp-everything:1".to_owned());
        let mut config = json!({ "dockerImage": image, "transportType": "stdio" });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        let item = json!({ "name": name, "serverType": "local", "localConfig": config });
        let item = self.app.post("/api/internal_mcp_catalog", item).await;
        let server = json!({ "catalogId": item["id"], "name": name, "agentIds": [self.agent],
            "runtime": "kubernetes", "clusterId": self.cluster_id });
        text(&self.app.post("/api/mcp_server", server).await["id"])
    }

    /// One over standard streams and one over HTTP, both ready.
    pub(super) async fn install_both(&self) -> [String; 2] {
        let secret = json!([{ "key": "TOKEN", "type": "secret", "value": CANARY, "promptOnInstallation": false }]);
        let streams = json!({ "environment": secret });
        let both = [
            self.install("Streams", &streams).await,
            self.install("Web", &over_http()).await,
        ];
        for server in &both {
            self.until_ready(server).await;
        }
        both
    }

    pub(super) async fn server(&self, id: &str) -> Value {
        self.app.get(&format!("/api/mcp_server/{id}")).await
    }

    pub(super) async fn until_ready(&self, id: &str) {
        until("the server is ready", async || {
            let server = self.server(id).await;
            assert_ne!(server["localInstallationStatus"], "error", "{server}");
            let is_ready = server["localInstallationStatus"] == "success";
            (is_ready && server["state"] == "running").then_some(())
        })
        .await;
    }

    /// Returns when nothing is left of any of them.
    pub(super) async fn delete<'a>(&self, servers: impl IntoIterator<Item = &'a String> + Clone) {
        for id in servers.clone() {
            let path = format!("/api/mcp_server/{id}");
            let (status, body) = self.app.send(Method::DELETE, &path, None).await;
            assert_eq!(status, StatusCode::OK, "{body}");
        }
        for id in servers {
            until("nothing is left of the server", async || {
                self.cluster.objects(id).is_empty().then_some(())
            })
            .await;
        }
    }

    /// Stops the program and starts it on the same data, at the same ports.
    pub(super) async fn start_again(mut self, change: impl FnOnce(&mut Config)) -> Self {
        let before = &self.app.running.config;
        let data = before.data_dir.clone().unwrap();
        let pairs = [
            ("ARCHESTRA_DATABASE_URL", self.app.database.url.clone()),
            ("ARCHESTRA_DATABASE_POOL_MAX", "5".to_owned()),
            ("ARCHESTRA_DATA_DIR", data.display().to_string()),
            ("ARCHESTRA_API_BASE_URL", before.api_base_url.to_string()),
            ("ARCHESTRA_FRONTEND_URL", before.frontend_url.to_string()),
            ("ARCHESTRA_METRICS_PORT", before.metrics_port.to_string()),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        let mut config = Config::read(&Environment::from_pairs(pairs)).unwrap();
        change(&mut config);
        self.app.running.stop().await;
        self.app.running = Box::pin(Running::start(config)).await.unwrap();
        self
    }

    pub(super) async fn gateway(&self) -> Gateway {
        Gateway::of(&self.app, &self.agent).await
    }
}

pub(super) fn over_http() -> Value {
    let port = json!([{ "key": "PORT", "type": "plain_text", "value": "3001", "promptOnInstallation": false }]);
    json!({ "arguments": ["streamableHttp"], "environment": port, "transportType": "streamable-http",
        "httpPort": 3001, "httpPath": "/mcp" })
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Gateway {
    /// Whether the server says what it was told.
    pub(super) async fn echoes(&self, server: &str) -> Result<(), Value> {
        let tool = format!("{server}__echo");
        let answer = self.outcome(&tool, json!({ "message": "hello" })).await;
        let said = text(&answer["content"][0]["text"]);
        let is_echo = answer["isError"] != true && said.contains("hello");
        is_echo.then_some(()).ok_or(answer)
    }

    pub(super) async fn all_answer(&self, servers: &[&str]) {
        for server in servers {
            self.echoes(server).await.unwrap();
        }
    }
}
