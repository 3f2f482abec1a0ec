//! What the configuration says of MCP servers: where they run and what they may reach.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::clock::{Clock as _, SystemClock};
use mcp::guard::Allow;
use runtimes::kubernetes::settings::{
    Config as Cluster, Limits, Requests, ServiceAccount, Settings, Source,
};
use runtimes::registry::Config as Registry;
use runtimes::{docker, process};
use tokio_util::task::TaskTracker;

use super::{Environment, Reader};

/// Runs `npx` and `uvx` commands; built here if it cannot be pulled.
pub(super) const BASE_IMAGE: &str =
    "europe-west1-docker.pkg.dev/friendly-path-465518-r6/archestra-public/mcp-server-base:0.0.3";

#[derive(Debug, Clone)]
pub struct Mcp {
    pub base_image: String,
    /// The cluster this program runs in, or that of a kubeconfig.
    pub cluster: Option<Source>,
    pub namespace: String,
    /// How servers are placed in any cluster.
    settings: Settings,
    pub docker_host: Option<String>,
    /// Rootless engines have their sockets here.
    pub runtime_directory: Option<PathBuf>,
    pub home: Option<PathBuf>,
    /// Where commands are found that run as processes.
    pub search_path: OsString,
    /// None: in the window only.
    pub allow_processes: Option<bool>,
    /// Networks and names that remote servers may have although they are not public.
    pub allowed: Allow,
    /// How long a tool call may be silent.
    pub tool_call_timeout: Duration,
}

impl Mcp {
    pub(super) fn read(environment: &Environment) -> Self {
        let reader = Reader(environment);
        let text = |name: &str| environment.get(name).map(str::to_owned);
        let base_image = environment.value("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_BASE_IMAGE");
        let namespace = environment.value("ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE");
        let allow_processes = environment.get("ARCHESTRA_ORCHESTRATOR_ALLOW_PROCESSES");
        let allowed = environment.get("ARCHESTRA_MCP_ALLOWED_NETWORKS");
        Self {
            base_image: base_image.unwrap_or(BASE_IMAGE).to_owned(),
            cluster: cluster(environment),
            namespace: namespace.unwrap_or("default").to_owned(),
            settings: reader.cluster_settings(),
            docker_host: text("DOCKER_HOST"),
            runtime_directory: text("XDG_RUNTIME_DIR").map(PathBuf::from),
            home: text("HOME").map(PathBuf::from),
            search_path: text("PATH").unwrap_or_default().into(),
            allow_processes: allow_processes.and_then(super::check::parse_bool),
            // It has been checked.
            allowed: allowed
                .and_then(|list| Allow::parse(list).ok())
                .unwrap_or_else(Allow::nothing),
            tool_call_timeout: reader.millis("ARCHESTRA_MCP_GATEWAY_TOOL_CALL_TIMEOUT_MS"),
        }
    }

    /// What all clusters have in common.
    pub(crate) fn cluster_settings(&self, instance: &str) -> Settings {
        Settings {
            instance: instance.to_owned(),
            base_image: self.base_image.clone(),
            ..self.settings.clone()
        }
    }

    /// `instance` tells installations apart that share an engine.
    pub(crate) fn registry(
        &self,
        instance: &str,
        data_dir: &Path,
        desktop: bool,
        tasks: TaskTracker,
    ) -> Registry {
        let cluster = self.cluster.clone().map(|source| Cluster {
            source,
            settings: Settings {
                namespace: Some(self.namespace.clone()),
                ..self.cluster_settings(instance)
            },
            tasks: tasks.clone(),
        });
        Registry {
            kubernetes: cluster,
            docker: docker::Config {
                place: docker::engine::Place {
                    host: self.docker_host.clone(),
                    runtime_directory: self.runtime_directory.clone(),
                    home: self.home.clone(),
                },
                base_image: self.base_image.clone(),
                instance: instance.to_owned(),
            },
            process: process::Config {
                allowed: self.allow_processes.unwrap_or(desktop),
                directory: data_dir.join("processes"),
                search_path: self.search_path.clone(),
                tasks,
                now,
            },
        }
    }
}

impl Reader<'_> {
    fn cluster_settings(&self) -> Settings {
        let requests = Requests {
            memory_bytes: self.amount("MEMORY_REQUEST").unwrap_or_default(),
            cpu_millis: self.cores("CPU_REQUEST").unwrap_or_default(),
            ephemeral_storage_bytes: self.amount("EPHEMERAL_STORAGE_REQUEST").unwrap_or_default(),
        };
        let limits = Limits {
            memory_bytes: self.amount("MEMORY_LIMIT"),
            cpu_millis: self.cores("CPU_LIMIT"),
            ephemeral_storage_bytes: self.amount("EPHEMERAL_STORAGE_LIMIT").unwrap_or_default(),
        };
        let domain = self.0.value("ARCHESTRA_ORCHESTRATOR_K8S_CLUSTER_DOMAIN");
        Settings {
            requests,
            limits,
            cluster_domain: domain.unwrap_or_default().trim_matches('.').to_owned(),
            ..Settings::default()
        }
    }

    fn amount(&self, of: &str) -> Option<u64> {
        Some(self.thousandths(of)? / 1000)
    }

    fn cores(&self, of: &str) -> Option<u32> {
        u32::try_from(self.thousandths(of)?).ok()
    }

    fn thousandths(&self, of: &str) -> Option<u64> {
        let name = format!("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_{of}");
        self.0.value(&name).and_then(super::check::parse_quantity)
    }
}

/// Never `~/.kube/config`: servers would come to run in whatever cluster somebody worked with last.
fn cluster(environment: &Environment) -> Option<Source> {
    let of_pod = environment.get("ARCHESTRA_ORCHESTRATOR_LOAD_KUBECONFIG_FROM_CURRENT_CLUSTER");
    let host = environment.get("KUBERNETES_SERVICE_HOST");
    if of_pod.and_then(super::check::parse_bool) != Some(false)
        && let Some(host) = host
    {
        let port = environment.get("KUBERNETES_SERVICE_PORT");
        let port = port.unwrap_or("443");
        // An IPv6 address stands in brackets.
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        return Some(Source::InCluster(ServiceAccount {
            server: format!("https://{host}:{port}"),
            directory: ServiceAccount::DIRECTORY.into(),
        }));
    }
    let path = environment.get("ARCHESTRA_ORCHESTRATOR_KUBECONFIG")?;
    Some(Source::File {
        path: path.into(),
        context: None,
    })
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}
