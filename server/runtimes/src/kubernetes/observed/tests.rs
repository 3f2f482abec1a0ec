//! Statuses of servers from the objects of their clusters.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-11-21T07:00:00Z";
const EARLIER: &str = "2026-11-21T06:00:00Z";

fn deployment(replicas: i32, conditions: &Value) -> Deployment {
    let deployment = json!({
        "metadata": {"name": "mcp-x"},
        "spec": {
            "replicas": replicas,
            "selector": {},
            "template": {"metadata": {"annotations": {names::TEMPLATE: "new"}}},
        },
        "status": {"conditions": conditions},
    });
    serde_json::from_value(deployment).expect("a Deployment")
}

fn pod(template: &str, created: &str, status: &Value) -> Pod {
    let pod = json!({
        "metadata": {
            "name": format!("mcp-x-{template}"),
            "annotations": {names::TEMPLATE: template},
            "creationTimestamp": created,
        },
        "spec": {"containers": [{"name": names::CONTAINER, "image": "ghcr.io/example/x:1"}]},
        "status": status,
    });
    serde_json::from_value(pod).expect("a pod")
}

fn with_container(state: &Value, last: &Value, restarts: i32, ready: bool) -> Pod {
    let status = json!({
        "phase": "Running",
        "conditions": [{"type": "PodScheduled", "status": "True"}],
        "containerStatuses": [{
            "name": names::CONTAINER, "image": "x", "imageID": "x", "ready": ready,
            "restartCount": restarts, "state": state, "lastState": last,
        }],
    });
    pod("new", NOW, &status)
}

fn of_pods(pods: Vec<Pod>) -> Observed {
    Observed {
        deployment: Some(deployment(1, &json!([]))),
        pods,
        events: Vec::new(),
    }
}

#[test]
fn a_server_without_a_deployment_was_never_created() {
    assert_eq!(Observed::default().status(), Status::default());
}

#[test]
fn a_running_server_says_since_when_and_how_often() {
    let last = json!({"terminated": {"exitCode": 3, "reason": "Error"}});
    let status = of_pods(vec![with_container(
        &json!({"running": {"startedAt": NOW}}),
        &last,
        2,
        true,
    )])
    .status();
    assert_eq!(status.state, State::Running);
    assert_eq!(status.detail, None);
    assert_eq!((status.restarts, status.exit_code), (2, Some(3)));
    let started = status.started_at.expect("a time");
    assert_eq!(started.to_rfc3339(), "2026-11-21T07:00:00+00:00");
}

#[test]
fn a_server_that_does_not_listen_yet_is_on_its_way() {
    let status = of_pods(vec![with_container(
        &json!({"running": {}}),
        &json!({}),
        0,
        false,
    )])
    .status();
    assert_eq!(status.state, State::Pending);
    assert!(status.detail.expect("a sentence").contains("port"));
}

#[test]
fn a_crash_loop_is_a_failure_with_its_exit_code() {
    let waiting = json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}});
    let last = json!({"terminated": {"exitCode": 7, "reason": "Error"}});
    let status = of_pods(vec![with_container(&waiting, &last, 4, false)]).status();
    assert_eq!(status.state, State::Failed);
    assert_eq!((status.restarts, status.exit_code), (4, Some(7)));
    assert!(status.detail.expect("a sentence").contains("exit code 7"));
}

#[test]
fn the_pod_of_an_earlier_version_is_not_the_server() {
    let old = pod("old", NOW, &json!({"phase": "Running"}));
    let status = of_pods(vec![old]).status();
    assert_eq!(status.state, State::Pending);
    let mut going = with_container(&json!({"running": {}}), &json!({}), 0, true);
    going.metadata.deletion_timestamp = going.metadata.creation_timestamp.clone();
    assert_eq!(of_pods(vec![going]).status().state, State::Pending);
}

#[test]
fn of_two_pods_the_newer_counts() {
    let evicted = pod(
        "new",
        EARLIER,
        &json!({"phase": "Failed", "reason": "Evicted"}),
    );
    assert_eq!(of_pods(vec![evicted.clone()]).status().state, State::Failed);
    let running = with_container(&json!({"running": {}}), &json!({}), 0, true);
    let status = of_pods(vec![running, evicted]).status();
    assert_eq!(status.state, State::Running);
}

#[test]
fn a_pod_on_a_node_that_is_gone_has_failed_whatever_it_said_last() {
    let mut running = with_container(&json!({"running": {}}), &json!({}), 0, true);
    let status = running.status.as_mut().expect("a status");
    status.reason = Some("NodeLost".to_owned());
    let status = of_pods(vec![running]).status();
    assert_eq!(status.state, State::Failed);
    assert!(status.detail.expect("a sentence").contains("gone away"));
}

#[test]
fn a_pod_that_no_node_takes_says_so() {
    let status = json!({"phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient cpu.",
    }]});
    let status = of_pods(vec![pod("new", NOW, &status)]).status();
    assert_eq!(status.state, State::Pending);
    assert!(
        status
            .detail
            .expect("a sentence")
            .contains("Insufficient cpu")
    );
}

#[test]
fn a_volume_that_cannot_be_mounted_is_told_from_its_events() {
    let waiting = with_container(
        &json!({"waiting": {"reason": "ContainerCreating"}}),
        &json!({}),
        0,
        false,
    );
    let event = json!({
        "metadata": {}, "involvedObject": {"kind": "Pod", "name": "mcp-x-new"}, "type": "Warning",
        "reason": "FailedMount", "message": "secret \"x\" not found", "lastTimestamp": NOW,
    });
    let mut observed = of_pods(vec![waiting]);
    assert!(
        observed
            .status()
            .detail
            .expect("a sentence")
            .contains("being created")
    );
    observed.events = vec![serde_json::from_value(event).expect("an event")];
    let detail = observed.status().detail.expect("a sentence");
    assert!(detail.contains("cannot be mounted"), "{detail}");
}

#[test]
fn a_pod_that_is_refused_by_a_quota_says_so() {
    let refused = json!([{
        "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "pods \"x\" is forbidden: exceeded quota: small",
    }]);
    let observed = Observed {
        deployment: Some(deployment(1, &refused)),
        ..Observed::default()
    };
    assert_eq!(observed.status().state, State::Failed);
    assert!(
        observed
            .status()
            .detail
            .expect("a sentence")
            .contains("quota")
    );
}

#[test]
fn a_stopped_server_has_succeeded() {
    let observed = Observed {
        deployment: Some(deployment(0, &json!([]))),
        ..Observed::default()
    };
    assert_eq!(observed.status().state, State::Succeeded);
}

#[test]
fn an_image_that_wants_root_is_noticed() {
    let waiting = json!({"waiting": {
        "reason": "CreateContainerConfigError",
        "message": "container has runAsNonRoot and image will run as root",
    }});
    assert!(of_pods(vec![with_container(&waiting, &json!({}), 0, false)]).wants_root());
    let running = with_container(&json!({"running": {}}), &json!({}), 0, true);
    assert!(!of_pods(vec![running]).wants_root());
}
