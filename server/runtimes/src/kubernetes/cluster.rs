//! The way to one cluster: opened when first needed, and opened again when that failed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use k8s_openapi::NamespaceResourceScope;
use kube::config::{KubeConfigOptions, Kubeconfig as TrustedKubeconfig};
use kube::{Api, Client, Config, Resource};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use super::fault;
use super::kubeconfig::Kubeconfig;
use super::settings::{ServiceAccount, Source};
use crate::error::{Error, Result};

/// A cluster that does not take a connection within this is taken for away.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longer than the API server itself works on any request that is not a watch.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(super) struct Cluster {
    source: Source,
    namespace: Option<String>,
    opened: OnceCell<Opened>,
}

#[derive(Clone)]
pub(super) struct Opened {
    pub(super) client: Client,
    pub(super) namespace: String,
    pub(super) address: String,
}

impl Cluster {
    pub(super) fn new(source: Source, namespace: Option<String>) -> Self {
        Self {
            source,
            namespace,
            opened: OnceCell::new(),
        }
    }

    pub(super) fn is_inside(&self) -> bool {
        matches!(self.source, Source::InCluster(_))
    }

    /// Contacts nothing yet, but a file that names a program to sign in with has it run here.
    pub(super) async fn open(&self) -> Result<&Opened> {
        self.opened.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Opened> {
        let mut config = self.config().await?;
        config.connect_timeout = Some(CONNECT_WITHIN);
        let namespace = self.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| config.default_namespace.clone());
        let address = config.cluster_url.to_string();
        let client = Client::try_from(config).map_err(|error| {
            fault::unusable_config(format!(
                "The credentials of the cluster cannot be used: {error}"
            ))
        })?;
        Ok(Opened {
            client,
            namespace,
            address,
        })
    }

    async fn config(&self) -> Result<Config> {
        match &self.source {
            Source::InCluster(account) => of_service_account(account),
            Source::File { path, context } => of_file(path, context.clone()).await,
            Source::Uploaded {
                text,
                context,
                allowances,
            } => Kubeconfig::parse(text.expose_secret(), *allowances)
                .and_then(|kubeconfig| {
                    let context = kubeconfig.choose(context.as_deref())?;
                    kubeconfig.config(context)
                })
                .map_err(|rejection| {
                    fault::unusable_config(format!("The kubeconfig was refused: {rejection}"))
                }),
        }
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.address)
    }
}

impl Opened {
    pub(super) fn api<K>(&self) -> Api<K>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }
}

/// `None` where it does not exist. Everything asked of the API server goes through here or [`ask`], so that one that
/// has stopped in the middle of its work holds nobody up.
pub(super) async fn find<T>(
    action: &str,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<Option<T>> {
    match tokio::time::timeout(ANSWER_WITHIN, request).await {
        Ok(Err(kube::Error::Api(status))) if status.code == 404 => Ok(None),
        Ok(answer) => answer
            .map(Some)
            .map_err(|error| fault::refused(action, &error)),
        Err(_) => Err(fault::silent(ANSWER_WITHIN)),
    }
}

pub(super) async fn ask<T>(
    action: &str,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(ANSWER_WITHIN, request).await {
        Ok(answer) => answer.map_err(|error| fault::refused(action, &error)),
        Err(_) => Err(fault::silent(ANSWER_WITHIN)),
    }
}

fn of_service_account(account: &ServiceAccount) -> Result<Config> {
    let read = |name: &str| -> Result<String> {
        let path = account.directory.join(name);
        fs::read_to_string(&path).map_err(|source| Error::Unavailable {
            cause: format!("This program is not in a cluster, or its pod has no service account: {} cannot be read ({source})", path.display()),
            fix: "Mount the token of a service account into the pod, or name a kubeconfig instead.".to_owned(),
        })
    };
    let server = account.server.parse().map_err(|_| {
        fault::unusable_config(format!("{:?} is no address of a cluster", account.server))
    })?;
    let mut config = Config::new(server);
    read("namespace")?
        .trim()
        .clone_into(&mut config.default_namespace);
    // Both are replaced in the running pod from time to time, and read again then.
    read("token")?;
    read("ca.crt")?;
    config.root_cert_file = Some(account.directory.join("ca.crt"));
    config.auth_info.token_file = Some(account.directory.join("token").display().to_string());
    Ok(config)
}

async fn of_file(path: &Path, context: Option<String>) -> Result<Config> {
    let unusable = |error: kube::config::KubeconfigError| {
        fault::unusable_config(format!(
            "The kubeconfig {} cannot be used: {error}",
            path.display()
        ))
    };
    let kubeconfig = TrustedKubeconfig::read_from(path).map_err(unusable)?;
    let options = KubeConfigOptions {
        context,
        ..KubeConfigOptions::default()
    };
    Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(unusable)
}
