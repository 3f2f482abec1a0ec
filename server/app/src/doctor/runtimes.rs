//! Where MCP servers run: the container engine of this machine, and the cluster of the configuration.

use std::path::Path;
use std::sync::Arc;

use runtimes::docker::Docker;
use runtimes::kubernetes::Kubernetes;
use runtimes::kubernetes::permissions::Permission;
use runtimes::registry::Config as Registry;
use runtimes::runtime::Runtime as _;
use runtimes::status::Health;
use tokio_util::task::TaskTracker;

use super::{ANSWER_WITHIN, Finding, Level, Patient};

const CONTAINERS: &str = "containers";
const CLUSTER: &str = "Kubernetes";
const NO_CONTAINERS: &str = "MCP servers can't run in containers of this machine; remote ones work";
const NO_PODS: &str = "MCP servers can't run in the cluster; remote ones work";

fn registry(patient: &Patient) -> Registry {
    let directory = patient.directory.as_deref().unwrap_or(Path::new("."));
    patient.config.mcp.registry(
        "doctor",
        directory,
        patient.config.desktop,
        TaskTracker::new(),
    )
}

pub(super) async fn containers(patient: Arc<Patient>) -> Vec<Finding> {
    let engine = Docker::new(registry(&patient).docker);
    let (found, fix) = match tokio::time::timeout(ANSWER_WITHIN, engine.health()).await {
        Ok(Health::Available { detail, .. }) => return vec![Finding::ok(CONTAINERS, detail)],
        Ok(Health::Unavailable { cause, fix }) => (cause, fix),
        Err(_) => (
            "the container engine does not answer".to_owned(),
            "Run `sudo systemctl restart docker`.".to_owned(),
        ),
    };
    // Whoever names one wants it; otherwise the program takes what there is.
    let level = if patient.config.mcp.docker_host.is_some() {
        Level::Fault
    } else {
        Level::Warning
    };
    vec![Finding {
        level,
        ..Finding::warning(CONTAINERS, found, NO_CONTAINERS, fix)
    }]
}

pub(super) async fn kubernetes(patient: Arc<Patient>) -> Vec<Finding> {
    let Some(config) = registry(&patient).kubernetes else {
        return Vec::new();
    };
    let cluster = Kubernetes::new(config);
    let looked_at = tokio::time::timeout(ANSWER_WITHIN, look_at(&cluster));
    looked_at.await.unwrap_or_else(|_| {
        let fix = "Look whether its API server is overloaded: `kubectl get --raw /readyz`.";
        vec![Finding::fault(
            CLUSTER,
            "the cluster does not answer",
            NO_PODS,
            fix,
        )]
    })
}

async fn look_at(cluster: &Kubernetes) -> Vec<Finding> {
    let (version, detail) = match cluster.health().await {
        Health::Available {
            version, detail, ..
        } => (version, detail),
        Health::Unavailable { cause, fix } => {
            let fix = if cause.contains("proxy") {
                "Start the program without HTTPS_PROXY.".to_owned()
            } else {
                fix
            };
            return vec![Finding::fault(CLUSTER, cause, NO_PODS, fix)];
        }
    };
    let mut findings = match cluster.permissions().await {
        Ok(permissions) => missing(&permissions),
        Err(error) => vec![Finding::warning(
            CLUSTER,
            error.to_string(),
            NO_PODS,
            "Run `kubectl auth can-i --list`.",
        )],
    };
    if let Ok(Some(namespace)) = cluster.missing_namespace().await {
        findings.push(Finding::fault(
            CLUSTER,
            format!("there is no namespace {namespace}"),
            NO_PODS,
            format!("Run `kubectl create namespace {namespace}`, or correct ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE."),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CLUSTER, format!("{version}, {detail}")));
    }
    findings
}

/// What nothing runs without is a fault; what costs a feature, a warning.
fn missing(permissions: &[Permission]) -> Vec<Finding> {
    let namespace = permissions
        .first()
        .map_or("default", |one| one.namespace.as_str());
    let fix = format!(
        "Run `kubectl -n {namespace} create rolebinding archestra --clusterrole=edit --serviceaccount=<namespace>:<account>`; \
         with Helm set archestra.orchestrator.kubernetes.rbac.create=true."
    );
    let finding = |is_required: bool, why| {
        let lacking = permissions
            .iter()
            .filter(|one| !one.is_allowed && one.is_required == is_required);
        let lacking: Vec<String> = lacking.map(named).collect();
        let found = format!(
            "the account may not {} in the namespace {namespace}",
            lacking.join(", ")
        );
        (!lacking.is_empty()).then(|| Finding::warning(CLUSTER, found, why, fix.clone()))
    };
    let required = finding(true, NO_PODS).map(|finding| Finding {
        level: Level::Fault,
        ..finding
    });
    let optional = finding(
        false,
        "logs, reasons of failures or HTTP servers are missing in the UI",
    );
    required.into_iter().chain(optional).collect()
}

fn named(permission: &Permission) -> String {
    let group = if permission.group.is_empty() {
        String::new()
    } else {
        format!(".{}", permission.group)
    };
    format!("{} {}{group}", permission.verb, permission.resource)
}
