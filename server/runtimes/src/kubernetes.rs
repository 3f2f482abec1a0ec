//! Servers in a Kubernetes cluster: a Deployment each, with a Service and Secrets where it needs them.
//!
//! Nothing is contacted before the first question, and a cluster that is away or badly configured only makes the answers
//! say so. Everything of a server is found by its labels, so that another run of this program finds it again.

mod attach;
mod cluster;
mod fault;
mod forward;
pub mod kubeconfig;
mod life;
mod logs;
mod manifests;
mod names;
mod objects;
mod observed;
pub mod permissions;
mod reasons;
pub mod settings;
mod watching;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::ResourceExt;
use kube::api::{ObjectMeta, PostParams};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use self::cluster::{Cluster, ask, find};
use self::forward::Forwards;
use self::life::Starter;
use self::names::Names;
use self::observed::Observed;
use self::permissions::Permission;
use self::settings::{Config, Settings};
use crate::error::{Error, Result};
use crate::progress::ProgressSink;
use crate::runtime::{Capabilities, LogQuery, Runtime, Stdio};
use crate::spec::ServerSpec;
use crate::status::{Found, Health, Isolation, Status};

/// Of a server whose image says nothing better; any but root would do.
const PLAIN_USER: i64 = 1000;
const HEALTH_WITHIN: Duration = Duration::from_secs(5);

/// One cluster.
#[derive(Debug)]
pub struct Kubernetes {
    cluster: Arc<Cluster>,
    settings: Settings,
    forwards: Forwards,
    tasks: TaskTracker,
}

impl Kubernetes {
    pub fn new(config: Config) -> Self {
        let Config {
            source,
            settings,
            tasks,
        } = config;
        Self {
            cluster: Arc::new(Cluster::new(source, settings.namespace.clone())),
            settings,
            forwards: Forwards::default(),
            tasks,
        }
    }

    /// The namespace of its servers, if the cluster has none of that name. Asked by a dry run of what is needed anyway: who
    /// may run servers in a namespace may seldom read the namespace itself.
    pub async fn missing_namespace(&self) -> Result<Option<String>> {
        let opened = self.cluster.open().await?;
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some("archestra-dry-run".to_owned()),
                ..ObjectMeta::default()
            },
            ..Secret::default()
        };
        let dry_run = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let secrets = opened.api::<Secret>();
        let tried = secrets.create(&dry_run, &secret);
        let found = find("look for the namespace", tried).await;
        Ok(matches!(found, Ok(None)).then(|| opened.namespace.clone()))
    }

    async fn version(&self) -> Result<(String, String)> {
        let opened = self.cluster.open().await?;
        let version = ask(
            "ask the cluster for its version",
            opened.client.apiserver_version(),
        )
        .await?;
        let detail = format!("namespace {} at {}", opened.namespace, opened.address);
        Ok((version.git_version, detail))
    }
}

#[async_trait]
impl Runtime for Kubernetes {
    fn id(&self) -> &'static str {
        "kubernetes"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            title: "Kubernetes",
            images: true,
            commands: true,
            stdio: true,
            http: true,
            secret_files: true,
            pull_secrets: true,
            service_accounts: true,
            limits: true,
            outlives_program: true,
        }
    }

    async fn health(&self) -> Health {
        let (cause, fix) = match timeout(HEALTH_WITHIN, self.version()).await {
            Ok(Ok((version, detail))) => {
                return Health::Available {
                    version,
                    detail,
                    isolation: Isolation::Pod,
                    hold: None,
                };
            }
            Ok(Err(Error::Unavailable { cause, fix })) => (cause, fix),
            Ok(Err(error)) => (
                error.to_string(),
                "See the list of permissions of the cluster.".to_owned(),
            ),
            Err(_) => (
                format!(
                    "The cluster does not answer within {} s",
                    HEALTH_WITHIN.as_secs()
                ),
                "Check that it runs and that this machine may reach it.".to_owned(),
            ),
        };
        Health::Unavailable { cause, fix }
    }

    async fn permissions(&self) -> Result<Vec<Permission>> {
        permissions::ask_all(self.cluster.open().await?).await
    }

    async fn start(&self, spec: &ServerSpec, progress: &ProgressSink) -> Result<()> {
        let starter = Starter {
            opened: self.cluster.open().await?,
            settings: &self.settings,
            is_inside: self.cluster.is_inside(),
        };
        starter.start(spec, progress).await
    }

    async fn stop(&self, id: Uuid) -> Result<()> {
        self.forwards.close(id);
        life::stop(self.cluster.open().await?, id).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.forwards.close(id);
        life::remove(self.cluster.open().await?, id).await
    }

    async fn status(&self, id: Uuid) -> Result<Status> {
        Ok(self.cluster.open().await?.observe(id).await?.status())
    }

    fn watch(&self) -> BoxStream<'static, (Uuid, Status)> {
        watching::statuses(Arc::clone(&self.cluster), self.settings.instance.clone())
    }

    async fn logs(&self, id: Uuid, query: LogQuery) -> Result<BoxStream<'static, Result<Bytes>>> {
        logs::read(self.cluster.open().await?, id, query).await
    }

    async fn attach(&self, id: Uuid) -> Result<Stdio> {
        attach::open(self.cluster.open().await?, id, &self.tasks).await
    }

    async fn endpoint(&self, id: Uuid) -> Result<Url> {
        let opened = self.cluster.open().await?;
        let Some(deployment) = opened.deployment(id).await? else {
            return Err(Error::NotFound { id });
        };
        let (port, path) = http(&deployment).ok_or_else(|| Error::Unsupported {
            runtime: "Kubernetes",
            what: "give a stdio server an address; attach to it".to_owned(),
        })?;
        let origin = if self.cluster.is_inside() {
            let names = Names::new(deployment.name_any(), id);
            let domain = &self.settings.cluster_domain;
            format!(
                "http://{}.{}.svc.{domain}:{port}",
                names.service, opened.namespace
            )
        } else {
            let address = self.forwards.address(opened, id, port).await?;
            format!("http://{address}")
        };
        Url::parse(&format!("{origin}{path}")).map_err(|error| Error::InvalidSpec {
            cause: format!("its path {path:?} does not make an address ({error})"),
        })
    }

    async fn list(&self) -> Result<Vec<Found>> {
        let opened = self.cluster.open().await?;
        let query = names::of_all(&self.settings.instance);
        let deployments = opened
            .list::<Deployment>("list the servers", &query)
            .await?;
        let mut pods: BTreeMap<Uuid, Vec<Pod>> = BTreeMap::new();
        for pod in opened.list::<Pod>("list the servers' pods", &query).await? {
            if let Some(id) = names::id(&pod) {
                pods.entry(id).or_default().push(pod);
            }
        }
        let going = |deployment: &Deployment| deployment.metadata.deletion_timestamp.is_some();
        let found = deployments
            .into_iter()
            .filter(|deployment| !going(deployment));
        Ok(found
            .filter_map(|deployment| {
                let id = names::id(&deployment)?;
                Some(found_as(
                    id,
                    deployment,
                    pods.remove(&id).unwrap_or_default(),
                ))
            })
            .collect())
    }
}

fn found_as(id: Uuid, deployment: Deployment, pods: Vec<Pod>) -> Found {
    let text = |name| {
        names::annotation(&deployment, name)
            .unwrap_or_default()
            .to_owned()
    };
    let (name, fingerprint) = (text(names::FULL_NAME), text(names::FINGERPRINT));
    let observed = Observed {
        deployment: Some(deployment),
        pods,
        events: Vec::new(),
    };
    Found {
        id,
        name,
        fingerprint,
        status: observed.status(),
    }
}

/// Port and path of an HTTP server.
fn http(deployment: &Deployment) -> Option<(u16, String)> {
    let path = names::annotation(deployment, names::HTTP_PATH)?.to_owned();
    let pod = deployment.spec.as_ref()?.template.spec.as_ref()?;
    let ports = pod.containers.first()?.ports.as_ref()?;
    let port = ports.first()?.container_port;
    Some((u16::try_from(port).ok()?, path))
}
