//! The objects that make one server: a Deployment, and where it needs them a Service and Secrets.
//!
//! Pure functions from a spec; goldens in `tests/golden`. Everything here passes the `restricted` Pod Security Standard.

mod pod;

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::{Secret, Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::names::{self, Names};
use super::settings::Settings;
use crate::spec::{PullSecret, ServerSpec, Transport};

/// Everything that the manifests of one server are made of.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) spec: &'a ServerSpec,
    /// Of the spec; making it takes a while.
    pub(super) fingerprint: &'a str,
    pub(super) settings: &'a Settings,
    pub(super) names: &'a Names,
    pub(super) namespace: &'a str,
    /// The user to run as instead of the image's own, which is root.
    pub(super) run_as: Option<i64>,
    /// Whether this program is in the same cluster as the server.
    pub(super) is_inside: bool,
}

impl Plan<'_> {
    pub(super) fn deployment(&self) -> Deployment {
        let template = pod::template(self);
        let mut annotations = BTreeMap::from([
            (names::FULL_NAME.to_owned(), self.spec.name.clone()),
            (names::FINGERPRINT.to_owned(), self.fingerprint.to_owned()),
        ]);
        if let Some(user) = self.run_as {
            annotations.insert(names::RUN_AS.to_owned(), user.to_string());
        }
        if let Transport::Http { path, .. } = &self.spec.transport {
            annotations.insert(names::HTTP_PATH.to_owned(), path.clone());
        }
        Deployment {
            metadata: ObjectMeta {
                annotations: Some(annotations),
                ..self.metadata(&self.names.deployment)
            },
            spec: Some(DeploymentSpec {
                replicas: Some(1),
                // Two processes of one server would both write to the same files and answer the same client.
                strategy: Some(DeploymentStrategy {
                    type_: Some("Recreate".to_owned()),
                    rolling_update: None,
                }),
                revision_history_limit: Some(1),
                selector: LabelSelector {
                    match_labels: Some(names::selector(self.spec.id)),
                    match_expressions: None,
                },
                template,
                ..DeploymentSpec::default()
            }),
            status: None,
        }
    }

    /// Where clients inside of the cluster reach an HTTP server.
    pub(super) fn service(&self, owner: Option<&OwnerReference>) -> Option<Service> {
        let Transport::Http { port, .. } = self.spec.transport else {
            return None;
        };
        Some(Service {
            metadata: self.owned(&self.names.service, owner),
            spec: Some(ServiceSpec {
                type_: Some("ClusterIP".to_owned()),
                selector: Some(names::selector(self.spec.id)),
                ports: Some(vec![ServicePort {
                    name: Some(names::PORT.to_owned()),
                    port: i32::from(port),
                    protocol: Some("TCP".to_owned()),
                    target_port: Some(IntOrString::String(names::PORT.to_owned())),
                    ..ServicePort::default()
                }]),
                ..ServiceSpec::default()
            }),
            status: None,
        })
    }

    pub(super) fn secrets(&self, owner: Option<&OwnerReference>) -> Vec<Secret> {
        let mut secrets = Vec::new();
        let opaque = |name: &str, values: &BTreeMap<String, SecretString>| Secret {
            metadata: self.owned(name, owner),
            type_: Some("Opaque".to_owned()),
            data: Some(data(values)),
            ..Secret::default()
        };
        if !self.spec.secret_env.is_empty() {
            secrets.push(opaque(&self.names.env, &self.spec.secret_env));
        }
        if !self.spec.secret_files.is_empty() {
            secrets.push(opaque(&self.names.files, &self.spec.secret_files));
        }
        if !self.spec.pull_secrets.is_empty() {
            let config = registries(&self.spec.pull_secrets);
            secrets.push(Secret {
                metadata: self.owned(&self.names.pull, owner),
                type_: Some("kubernetes.io/dockerconfigjson".to_owned()),
                data: Some(BTreeMap::from([(".dockerconfigjson".to_owned(), config)])),
                ..Secret::default()
            });
        }
        secrets
    }

    fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.to_owned()),
            labels: Some(names::labels(self.spec, &self.settings.instance)),
            ..ObjectMeta::default()
        }
    }

    /// Goes when the Deployment goes, even if somebody else deletes it.
    fn owned(&self, name: &str, owner: Option<&OwnerReference>) -> ObjectMeta {
        ObjectMeta {
            owner_references: owner.map(|owner| vec![owner.clone()]),
            ..self.metadata(name)
        }
    }
}

fn data(values: &BTreeMap<String, SecretString>) -> BTreeMap<String, ByteString> {
    let each = values.iter();
    each.map(|(key, value)| {
        let bytes = value.expose_secret().as_bytes().to_vec();
        (key.clone(), ByteString(bytes))
    })
    .collect()
}

/// The format of `~/.docker/config.json`, which Kubernetes shares; user name and password may stand there in plain.
fn registries(secrets: &[PullSecret]) -> ByteString {
    let each = secrets.iter();
    let auths: serde_json::Map<_, _> = each
        .map(|secret| {
            let login =
                json!({"username": secret.username, "password": secret.password.expose_secret()});
            (secret.registry.clone(), login)
        })
        .collect();
    ByteString(json!({ "auths": auths }).to_string().into_bytes())
}

#[cfg(test)]
mod tests;
