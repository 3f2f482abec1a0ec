//! Statuses as they change: Deployments, pods and warnings are watched, and whichever changes is put together anew.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Event as PodEvent, Pod};
use kube::ResourceExt;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch};
use tokio::time::sleep;
use uuid::Uuid;

use super::cluster::{Cluster, Opened};
use super::names;
use super::observed::Observed;
use crate::status::Status;

const BETWEEN_TRIES: Duration = Duration::from_secs(5);
/// Warnings are kept for pods that may still be there; more than this many are of pods long gone.
const MOST_WARNINGS: usize = 512;

pub(super) fn statuses(
    cluster: Arc<Cluster>,
    instance: String,
) -> BoxStream<'static, (Uuid, Status)> {
    let opening = async move {
        loop {
            match cluster.open().await {
                Ok(opened) => return changes(opened, &instance),
                Err(error) => tracing::debug!(%error, "a cluster cannot be watched yet"),
            }
            sleep(BETWEEN_TRIES).await;
        }
    };
    stream::once(opening)
        .flatten()
        .scan(View::default(), |view, change| {
            let news = view.take(change);
            async move { Some(stream::iter(news)) }
        })
        .flatten()
        .boxed()
}

#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on its way from a stream into the view"
)]
enum Change {
    Deployment(Event<Deployment>),
    Pod(Event<Pod>),
    Warning(Event<PodEvent>),
}

fn changes(opened: &Opened, instance: &str) -> BoxStream<'static, Change> {
    let ours = watcher::Config::default().labels(&names::of_all(instance));
    let warnings = watcher::Config::default().fields("involvedObject.kind=Pod,type=Warning");
    let deployments = persistent(watch(opened.api(), ours.clone())).map(Change::Deployment);
    let pods = persistent(watch(opened.api(), ours)).map(Change::Pod);
    let warnings = persistent(watch(opened.api(), warnings)).map(Change::Warning);
    stream::select_all([deployments.boxed(), pods.boxed(), warnings.boxed()]).boxed()
}

/// Errors are not for whoever watches: it begins anew by itself, later each time.
fn persistent<K: 'static + Send>(
    events: impl stream::Stream<Item = watcher::Result<Event<K>>> + Send + 'static,
) -> impl stream::Stream<Item = Event<K>> + Send {
    events
        .default_backoff()
        .inspect_err(|error| tracing::debug!(%error, "a watch begins anew"))
        .filter_map(|event| async move { event.ok() })
}

/// What has been seen so far, and what was said of it.
#[derive(Default)]
struct View {
    deployments: BTreeMap<Uuid, Deployment>,
    pods: BTreeMap<String, Pod>,
    warnings: VecDeque<PodEvent>,
    said: BTreeMap<Uuid, Status>,
    /// Names seen since a list began; whatever is missing when it is complete has gone.
    listed_deployments: Vec<Uuid>,
    listed_pods: Vec<String>,
}

impl View {
    fn take(&mut self, change: Change) -> Vec<(Uuid, Status)> {
        let affected = match change {
            Change::Deployment(event) => self.deployment(event),
            Change::Pod(event) => self.pod(event),
            Change::Warning(event) => self.warning(event),
        };
        let mut news = Vec::new();
        for id in affected {
            let status = self.status(id);
            if self.said.get(&id) == Some(&status) {
                continue;
            }
            if self.deployments.contains_key(&id) {
                self.said.insert(id, status.clone());
            } else {
                self.said.remove(&id);
            }
            news.push((id, status));
        }
        news
    }

    fn deployment(&mut self, event: Event<Deployment>) -> Vec<Uuid> {
        match event {
            Event::Init => {
                self.listed_deployments.clear();
                // After an interruption all statuses are told again.
                self.said.clear();
                Vec::new()
            }
            Event::InitApply(deployment) => {
                self.listed_deployments.extend(names::id(&deployment));
                self.put(deployment)
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut self.listed_deployments);
                let known = self.deployments.keys().copied();
                let gone: Vec<Uuid> = known.filter(|id| !listed.contains(id)).collect();
                self.deployments.retain(|id, _| listed.contains(id));
                gone
            }
            Event::Apply(deployment) => self.put(deployment),
            Event::Delete(deployment) => {
                let id = names::id(&deployment);
                id.into_iter()
                    .filter(|id| self.deployments.remove(id).is_some())
                    .collect()
            }
        }
    }

    fn put(&mut self, deployment: Deployment) -> Vec<Uuid> {
        let Some(id) = names::id(&deployment) else {
            return Vec::new();
        };
        self.deployments.insert(id, deployment);
        vec![id]
    }

    fn pod(&mut self, event: Event<Pod>) -> Vec<Uuid> {
        let changed = match event {
            Event::Init => {
                self.listed_pods.clear();
                return Vec::new();
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut self.listed_pods);
                let mut gone = Vec::new();
                self.pods.retain(|name, pod| {
                    let stays = listed.contains(name);
                    gone.extend(names::id(pod).filter(|_| !stays));
                    stays
                });
                return self.known(gone);
            }
            Event::InitApply(pod) => {
                self.listed_pods.push(pod.name_any());
                self.pods.insert(pod.name_any(), pod.clone());
                pod
            }
            Event::Apply(pod) => {
                self.pods.insert(pod.name_any(), pod.clone());
                pod
            }
            Event::Delete(pod) => {
                self.pods.remove(&pod.name_any());
                pod
            }
        };
        self.known(names::id(&changed))
    }

    /// Of a Deployment that was not seen yet nothing can be said; it is put together when it comes.
    fn known(&self, ids: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
        let known = ids
            .into_iter()
            .filter(|id| self.deployments.contains_key(id));
        known.collect()
    }

    fn warning(&mut self, event: Event<PodEvent>) -> Vec<Uuid> {
        let (Event::Apply(warning) | Event::InitApply(warning)) = event else {
            return Vec::new();
        };
        let pod = warning.involved_object.name.clone().unwrap_or_default();
        if self.warnings.len() == MOST_WARNINGS {
            self.warnings.pop_front();
        }
        self.warnings.push_back(warning);
        let id = self.pods.get(&pod).and_then(names::id);
        self.known(id)
    }

    fn status(&self, id: Uuid) -> Status {
        let pods = self.pods.values().filter(|pod| names::id(*pod) == Some(id));
        let pods: Vec<Pod> = pods.cloned().collect();
        let is_of_one = |warning: &&PodEvent| {
            let name = warning.involved_object.name.as_deref();
            pods.iter().any(|pod| pod.metadata.name.as_deref() == name)
        };
        let events = self.warnings.iter().filter(is_of_one).cloned().collect();
        let deployment = self.deployments.get(&id).cloned();
        Observed {
            deployment,
            pods,
            events,
        }
        .status()
    }
}

#[cfg(test)]
mod tests;
