//! Clusters on the wire.

use std::time::Duration;

use chrono::{DateTime, Utc};
use db::clusters::Cluster as Row;
use runtimes::kubernetes::kubeconfig::Context;
use runtimes::kubernetes::permissions::Permission as Known;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cluster {
    id: Uuid,
    name: String,
    /// `environment` or `kubeconfig`
    source: &'static str,
    context: Option<String>,
    namespace: String,
    server_url: Option<String>,
    server_count: usize,
    /// `unopened`, `available` or `unreachable`, as of `checkedAt`
    status: String,
    version: Option<String>,
    detail: Option<String>,
    checked_at: Option<DateTime<Utc>>,
}

impl Cluster {
    pub(super) fn new(row: Row, server_count: usize) -> Self {
        let text = |key: &str| row.settings[key].as_str().map(str::to_owned);
        Self {
            status: text("status").unwrap_or_else(|| "unopened".to_owned()),
            version: text("version"),
            detail: text("detail"),
            checked_at: text("checkedAt").and_then(|at| at.parse().ok()),
            id: row.id,
            name: row.name,
            source: "kubeconfig",
            context: row.context,
            namespace: row.namespace,
            server_url: row.server,
            server_count,
        }
    }

    pub(super) fn configured(id: Uuid, server_count: usize) -> Self {
        Self {
            id,
            name: "Configured cluster".to_owned(),
            source: "environment",
            context: None,
            namespace: String::new(),
            server_url: None,
            server_count,
            status: "unopened".to_owned(),
            version: None,
            detail: None,
            checked_at: None,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct KubeconfigReview {
    contexts: Vec<KubeContext>,
    /// Why contexts can't be used, as sentences.
    refused: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct KubeContext {
    name: String,
    cluster: String,
    server: String,
    user: String,
    namespace: Option<String>,
    current: bool,
    problem: Option<String>,
}

impl KubeconfigReview {
    pub(super) fn new(contexts: Vec<Context>) -> Self {
        let refused = contexts
            .iter()
            .filter_map(|context| context.refusal.clone());
        let refused = refused.collect();
        let contexts = contexts.into_iter().map(|context| KubeContext {
            name: context.name,
            cluster: context.cluster,
            server: context.server,
            user: context.user,
            namespace: context.namespace,
            current: context.is_current,
            problem: context.refusal,
        });
        Self {
            contexts: contexts.collect(),
            refused,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClusterCheck {
    reachable: bool,
    version: Option<String>,
    latency_ms: Option<f64>,
    cause: Option<String>,
    fix: Option<String>,
    permissions: Vec<Permission>,
}

#[derive(Serialize, ToSchema)]
struct Permission {
    verb: &'static str,
    resource: &'static str,
    namespace: String,
    allowed: bool,
    /// Without it nothing runs; the others cost a feature.
    required: bool,
    /// What it is needed for.
    why: &'static str,
}

impl From<Known> for Permission {
    fn from(known: Known) -> Self {
        Self {
            verb: known.verb,
            resource: known.resource,
            namespace: known.namespace,
            allowed: known.is_allowed,
            required: known.is_required,
            why: known.purpose,
        }
    }
}

impl ClusterCheck {
    /// `permissions` is none if the cluster did not answer in time.
    pub(super) fn reached(
        version: String,
        latency: Duration,
        permissions: Option<runtimes::error::Result<Vec<Known>>>,
    ) -> Self {
        let (permissions, cause) = match permissions {
            Some(Ok(known)) => (known, None),
            Some(Err(error)) => (Vec::new(), Some(error.to_string())),
            None => (
                Vec::new(),
                Some("it did not say in time what its account may do".to_owned()),
            ),
        };
        Self {
            reachable: true,
            version: Some(version),
            latency_ms: Some(latency.as_secs_f64() * 1000.0),
            cause,
            fix: None,
            permissions: permissions.into_iter().map(Into::into).collect(),
        }
    }

    pub(super) fn unreached(cause: String, fix: String) -> Self {
        Self {
            reachable: false,
            version: None,
            latency_ms: None,
            cause: Some(cause),
            fix: Some(fix),
            permissions: Vec::new(),
        }
    }

    /// What the list shows of it later.
    pub(super) fn remembered(&self, now: DateTime<Utc>) -> Value {
        let status = if self.reachable {
            "available"
        } else {
            "unreachable"
        };
        json!({ "status": status, "version": self.version, "detail": self.cause, "checkedAt": now })
    }
}
