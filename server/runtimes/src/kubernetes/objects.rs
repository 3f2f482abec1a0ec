//! The objects of a server in its cluster: found, applied, scaled and deleted.

use std::collections::BTreeSet;
use std::fmt::Debug;

use futures_util::future::try_join_all;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Event, Pod, Secret, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::cluster::{Opened, ask, find};
use super::manifests::Plan;
use super::names;
use super::observed::{Observed, container};
use crate::error::{Error, Result};

impl Opened {
    /// Found by its label: its name is only what it was once called.
    pub(super) async fn deployment(&self, id: Uuid) -> Result<Option<Deployment>> {
        let query = names::of(id);
        let found = self
            .list::<Deployment>("look for the server", &query)
            .await?;
        Ok(found.into_iter().next())
    }

    pub(super) async fn deployment_named(&self, name: &str) -> Result<Option<Deployment>> {
        let deployments = self.api::<Deployment>();
        find("look for the server", deployments.get(name)).await
    }

    pub(super) async fn pods(&self, id: Uuid) -> Result<Vec<Pod>> {
        self.list("look at the server's pod", &names::of(id)).await
    }

    /// Everything about one server. Events are looked up only for a pod that is neither running nor failed, and their
    /// absence is no error: reading them is a right of its own.
    pub(super) async fn observe(&self, id: Uuid) -> Result<Observed> {
        let Some(deployment) = self.deployment(id).await? else {
            return Ok(Observed::default());
        };
        let mut observed = Observed {
            deployment: Some(deployment),
            pods: self.pods(id).await?,
            events: Vec::new(),
        };
        if let Some(pod) = observed.current_pod().filter(|pod| is_waiting(pod)) {
            let fields = format!("involvedObject.name={},type=Warning", pod.name_any());
            let query = ListParams::default().fields(&fields);
            let events = self.api::<Event>();
            let found = ask("read the pod's events", events.list(&query)).await;
            observed.events = found.map(|list| list.items).unwrap_or_default();
        }
        Ok(observed)
    }

    pub(super) async fn list<K>(&self, action: &str, labels: &str) -> Result<Vec<K>>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + DeserializeOwned
            + Debug,
    {
        let query = ListParams::default().labels(labels);
        let found = ask(action, self.api::<K>().list(&query)).await?;
        Ok(found.items)
    }

    /// Secrets and Service first, so that the pod finds them; then again with the Deployment as their owner, if that
    /// is new.
    pub(super) async fn apply(
        &self,
        plan: &Plan<'_>,
        present: Option<&Deployment>,
    ) -> Result<Deployment> {
        let owner = present.and_then(owner);
        self.apply_parts(plan, owner.as_ref()).await?;
        let deployment = self
            .apply_one("create the server's Deployment", &plan.deployment())
            .await?;
        if owner.is_none() {
            let owner = owned_by(&deployment);
            self.apply_parts(plan, owner.as_ref()).await?;
        }
        self.prune(plan).await?;
        Ok(deployment)
    }

    async fn apply_parts(&self, plan: &Plan<'_>, owner: Option<&OwnerReference>) -> Result<()> {
        let secrets = plan.secrets(owner);
        let secrets = secrets
            .iter()
            .map(|secret| self.apply_one("create the server's Secret", secret));
        try_join_all(secrets).await?;
        if let Some(service) = plan.service(owner) {
            self.apply_one("create the server's Service", &service)
                .await?;
        }
        Ok(())
    }

    async fn apply_one<K>(&self, action: &str, object: &K) -> Result<K>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + Serialize
            + DeserializeOwned
            + Debug,
    {
        let ours = PatchParams::apply(names::FIELD_MANAGER).force();
        let api = self.api::<K>();
        ask(
            action,
            api.patch(&object.name_any(), &ours, &Patch::Apply(object)),
        )
        .await
    }

    /// What an earlier version of the spec needed and this one does not.
    async fn prune(&self, plan: &Plan<'_>) -> Result<()> {
        let id = plan.spec.id;
        let secrets = plan.secrets(None);
        let kept: BTreeSet<String> = secrets.iter().map(ResourceExt::name_any).collect();
        let service: BTreeSet<String> = plan
            .service(None)
            .iter()
            .map(ResourceExt::name_any)
            .collect();
        self.delete_all::<Secret>("remove the server's old Secret", id, &kept)
            .await?;
        self.delete_all::<Service>("remove the server's old Service", id, &service)
            .await
    }

    pub(super) async fn scale_to_nothing(&self, deployment: &Deployment) -> Result<()> {
        let ours = PatchParams {
            field_manager: Some(names::FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let api = self.api::<Deployment>();
        let nothing = Patch::Merge(json!({"spec": {"replicas": 0}}));
        let name = deployment.name_any();
        find("stop the server", api.patch(&name, &ours, &nothing)).await?;
        Ok(())
    }

    /// Has the controller make a new pod at once, without its back-off.
    pub(super) async fn delete_pods(&self, id: Uuid) -> Result<()> {
        self.delete_all::<Pod>("restart the server's pod", id, &BTreeSet::new())
            .await
    }

    /// A pod that goes without ever having run has nothing to finish, yet the kubelet takes its time over it.
    pub(super) async fn hurry(&self, pods: &[Pod]) -> Result<()> {
        let at_once = DeleteParams {
            grace_period_seconds: Some(0),
            ..DeleteParams::default()
        };
        let api = self.api::<Pod>();
        for pod in pods.iter().filter(|pod| goes_without_a_run(pod)) {
            let name = pod.name_any();
            find("end the server's old pod", api.delete(&name, &at_once)).await?;
        }
        Ok(())
    }

    /// Everything by our own hand: a cluster's garbage collector may take minutes over it. Only replica sets are left to
    /// it where the account has no right to them.
    pub(super) async fn delete(&self, id: Uuid) -> Result<()> {
        let query = names::of(id);
        let deployments = self
            .list::<Deployment>("look for the server", &query)
            .await?;
        for deployment in deployments {
            let name = deployment.name_any();
            let api = self.api::<Deployment>();
            find(
                "remove the server",
                api.delete(&name, &DeleteParams::background()),
            )
            .await?;
        }
        let none = BTreeSet::new();
        let sets = self.delete_all::<ReplicaSet>("remove the server's replica sets", id, &none);
        match sets.await {
            Ok(()) | Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        self.delete_all::<Service>("remove the server's Service", id, &none)
            .await?;
        self.delete_all::<Secret>("remove the server's Secret", id, &none)
            .await
    }

    /// Whether nothing is left of a server that can still be there after [`Self::delete`].
    pub(super) async fn is_gone(&self, id: Uuid) -> Result<bool> {
        Ok(self.has_no_pods(id).await? && self.deployment(id).await?.is_none())
    }

    pub(super) async fn has_no_pods(&self, id: Uuid) -> Result<bool> {
        let pods = self.pods(id).await?;
        self.hurry(&pods).await?;
        Ok(pods.is_empty())
    }

    async fn delete_all<K>(&self, action: &str, id: Uuid, kept: &BTreeSet<String>) -> Result<()>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + DeserializeOwned
            + Debug,
    {
        let found = self.list::<K>(action, &names::of(id)).await?;
        let superfluous = found
            .iter()
            .map(ResourceExt::name_any)
            .filter(|name| !kept.contains(name));
        for name in superfluous {
            let api = self.api::<K>();
            find(action, api.delete(&name, &DeleteParams::default())).await?;
        }
        Ok(())
    }
}

fn is_waiting(pod: &Pod) -> bool {
    let phase = pod
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref());
    phase == Some("Pending")
}

fn goes_without_a_run(pod: &Pod) -> bool {
    let has_run = container(pod).is_some_and(|container| {
        let states = [&container.state, &container.last_state];
        states
            .into_iter()
            .flatten()
            .any(|state| state.running.is_some() || state.terminated.is_some())
    });
    pod.metadata.deletion_timestamp.is_some() && !has_run
}

/// For what goes when the Deployment goes.
fn owned_by(deployment: &Deployment) -> Option<OwnerReference> {
    deployment.owner_ref(&())
}

/// One that is being deleted would take its new possessions along.
fn owner(deployment: &Deployment) -> Option<OwnerReference> {
    let stays = deployment.metadata.deletion_timestamp.is_none();
    stays.then(|| owned_by(deployment)).flatten()
}
