//! A cluster's API server that is nobody's: a version, rights that it grants or not, a namespace that is there or not.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[derive(Clone, Copy)]
pub(super) struct Cluster {
    pub(super) allows: bool,
    pub(super) has_namespace: bool,
}

pub(super) struct FakeApiServer {
    pub(super) address: String,
    serving: JoinHandle<()>,
}

impl FakeApiServer {
    #[expect(
        clippy::disallowed_methods,
        reason = "an outside system runs beside the platform, not on its tracker"
    )]
    pub(super) async fn start(cluster: Cluster) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/version", get(version))
            .route(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                post(review),
            )
            .route("/api/v1/namespaces/{namespace}/secrets", post(secret))
            .with_state(cluster);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, serving }
    }
}

impl Drop for FakeApiServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn version() -> Json<Value> {
    Json(
        json!({ "major": "1", "minor": "34", "gitVersion": "v1.34.0", "gitCommit": "", "gitTreeState": "", "buildDate": "",
        "goVersion": "", "compiler": "", "platform": "" }),
    )
}

async fn review(
    State(cluster): State<Cluster>,
    Json(mut review): Json<Value>,
) -> (StatusCode, Json<Value>) {
    review["status"] = json!({ "allowed": cluster.allows });
    (StatusCode::CREATED, Json(review))
}

async fn secret(State(cluster): State<Cluster>, Json(secret): Json<Value>) -> Response {
    if cluster.has_namespace {
        return (StatusCode::CREATED, Json(secret)).into_response();
    }
    let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
        "message": "namespaces \"mcp\" not found" });
    (StatusCode::NOT_FOUND, Json(status)).into_response()
}

pub(super) fn kubeconfig(address: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\nclusters:\n- name: test\n  cluster:\n    server: {address}\n\
         users:\n- name: test\n  user:\n    token: nobody\ncontexts:\n- name: test\n  context:\n    cluster: test\n    user: test\n"
    )
}
