//! How one server is doing, from the objects of it that were seen. A pure function.

use chrono::{DateTime, Utc};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::ResourceExt;

use super::names;
use super::reasons::{self, Verdict};
use crate::status::{State, Status};

/// The objects of one server. Pods and events of others may be among them only by mistake of the caller.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    pub(super) deployment: Option<Deployment>,
    pub(super) pods: Vec<Pod>,
    /// Warnings about the pods.
    pub(super) events: Vec<Event>,
}

impl Observed {
    pub(super) fn status(&self) -> Status {
        let Some(deployment) = &self.deployment else {
            return Status::default();
        };
        if deployment.metadata.deletion_timestamp.is_some() {
            return of(State::NotCreated, "It is being removed.");
        }
        if replicas(deployment) == 0 {
            let detail = if self.pods.is_empty() {
                "It was stopped."
            } else {
                "It is being stopped."
            };
            return of(State::Succeeded, detail);
        }
        match self.current_pod() {
            Some(pod) => self.of_pod(pod),
            None => without_pod(deployment),
        }
    }

    /// The pod of the Deployment as it is now: not one of an earlier version, nor one that is going.
    pub(super) fn current_pod(&self) -> Option<&Pod> {
        let deployment = self.deployment.as_ref()?;
        let wanted = template(deployment)?;
        self.pods
            .iter()
            .filter(|pod| pod.metadata.deletion_timestamp.is_none())
            .filter(|pod| names::annotation(*pod, names::TEMPLATE) == Some(wanted))
            .max_by_key(|pod| pod.metadata.creation_timestamp.as_ref().map(|time| time.0))
    }

    /// Whether the present pod cannot start because its image wants to be root.
    pub(super) fn wants_root(&self) -> bool {
        let container = self.current_pod().and_then(container);
        let waiting = container.and_then(|container| container.state.as_ref()?.waiting.as_ref());
        waiting.is_some_and(|waiting| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            reasons::wants_root(&text(&waiting.reason), &text(&waiting.message))
        })
    }

    fn of_pod(&self, pod: &Pod) -> Status {
        let status = pod.status.as_ref();
        let reason = status.and_then(|status| status.reason.as_deref());
        let has_failed = status.and_then(|status| status.phase.as_deref()) == Some("Failed");
        if has_failed || reason == Some("NodeLost") {
            let message = status.and_then(|status| status.message.as_deref());
            let verdict =
                reasons::pod_failed(reason.unwrap_or_default(), message.unwrap_or_default());
            return judged(verdict, None);
        }
        match container(pod) {
            Some(container) => self.of_container(pod, container),
            None => judged(self.before_container(pod), None),
        }
    }

    fn of_container(&self, pod: &Pod, container: &ContainerStatus) -> Status {
        let state = container.state.clone().unwrap_or_default();
        let last_state = container.last_state.clone().unwrap_or_default();
        let last = state.terminated.as_ref().or(last_state.terminated.as_ref());
        let restarts = u32::try_from(container.restart_count).unwrap_or_default();
        let verdict = if let Some(running) = &state.running {
            return Status {
                started_at: running.started_at.as_ref().and_then(time),
                ..running_status(container, last, restarts)
            };
        } else if let Some(ended) = &state.terminated {
            reasons::ended(ended, restarts)
        } else if let Some(waiting) = &state.waiting {
            let reason = waiting.reason.as_deref().unwrap_or_default();
            let message = waiting.message.as_deref().unwrap_or_default();
            let verdict = reasons::waiting(reason, message, image(pod), last, restarts);
            if verdict.state == State::Pending {
                self.before_container(pod)
            } else {
                verdict
            }
        } else {
            self.before_container(pod)
        };
        Status {
            restarts,
            ..judged(verdict, last)
        }
    }

    /// Not on a node yet, or on one that prepares it.
    fn before_container(&self, pod: &Pod) -> Verdict {
        let conditions = pod
            .status
            .as_ref()
            .and_then(|status| status.conditions.as_ref());
        let scheduled = conditions
            .into_iter()
            .flatten()
            .find(|condition| condition.type_ == "PodScheduled");
        match scheduled {
            Some(condition) if condition.status == "True" => self
                .warning(pod)
                .unwrap_or_else(|| Verdict::pending("Its container is being created.")),
            Some(condition) if condition.reason.as_deref() == Some("Unschedulable") => {
                reasons::unschedulable(condition.message.as_deref().unwrap_or_default())
            }
            _ => Verdict::pending("It waits for a node."),
        }
    }

    fn warning(&self, pod: &Pod) -> Option<Verdict> {
        let name = pod.name_any();
        let mut events: Vec<&Event> = self
            .events
            .iter()
            .filter(|event| event.involved_object.name.as_deref() == Some(&name))
            .collect();
        events.sort_by_key(|event| event.last_timestamp.as_ref().map(|time| time.0));
        events.iter().rev().find_map(|event| {
            let reason = event.reason.as_deref().unwrap_or_default();
            reasons::warning(reason, event.message.as_deref().unwrap_or_default())
        })
    }
}

fn running_status(
    container: &ContainerStatus,
    last: Option<&ContainerStateTerminated>,
    restarts: u32,
) -> Status {
    let (state, detail) = if container.ready {
        (State::Running, None)
    } else {
        let detail = "It has started, but does not take connections on its port yet.";
        (State::Pending, Some(detail.to_owned()))
    };
    Status {
        state,
        detail,
        exit_code: last.map(|last| i64::from(last.exit_code)),
        restarts,
        started_at: None,
    }
}

fn without_pod(deployment: &Deployment) -> Status {
    let status = deployment.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_ref());
    let refused = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
    match refused {
        Some(refused) => judged(
            reasons::not_created(refused.message.as_deref().unwrap_or_default()),
            None,
        ),
        None => of(State::Pending, "The cluster is about to create its pod."),
    }
}

pub(super) fn replicas(deployment: &Deployment) -> i32 {
    let spec = deployment.spec.as_ref();
    spec.and_then(|spec| spec.replicas).unwrap_or(1)
}

pub(super) fn template(deployment: &Deployment) -> Option<&str> {
    let template = &deployment.spec.as_ref()?.template;
    let annotations = template.metadata.as_ref()?.annotations.as_ref()?;
    annotations.get(names::TEMPLATE).map(String::as_str)
}

pub(super) fn container(pod: &Pod) -> Option<&ContainerStatus> {
    let containers = pod.status.as_ref()?.container_statuses.as_ref()?;
    containers
        .iter()
        .find(|container| container.name == names::CONTAINER)
}

fn image(pod: &Pod) -> &str {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let image = containers
        .filter(|container| container.name == names::CONTAINER)
        .find_map(|container| container.image.as_deref());
    image.unwrap_or("of the server")
}

fn of(state: State, detail: &str) -> Status {
    Status {
        state,
        detail: Some(detail.to_owned()),
        ..Status::default()
    }
}

fn judged(verdict: Verdict, last: Option<&ContainerStateTerminated>) -> Status {
    Status {
        state: verdict.state,
        detail: Some(verdict.detail),
        exit_code: last.map(|last| i64::from(last.exit_code)),
        ..Status::default()
    }
}

fn time(time: &Time) -> Option<DateTime<Utc>> {
    let nanoseconds = u32::try_from(time.0.subsec_nanosecond()).unwrap_or_default();
    DateTime::from_timestamp(time.0.as_second(), nanoseconds)
}

#[cfg(test)]
mod tests;
