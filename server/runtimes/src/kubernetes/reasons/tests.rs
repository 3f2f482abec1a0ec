//! The sentences: each kind of trouble has its own, and all of them end like sentences.
#![expect(clippy::expect_used, reason = "tests")]

use super::*;

fn terminated(exit_code: i32, reason: &str, message: &str) -> ContainerStateTerminated {
    ContainerStateTerminated {
        exit_code,
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        ..ContainerStateTerminated::default()
    }
}

fn assert_says(verdict: &Verdict, state: State, words: &[&str]) {
    assert_eq!(verdict.state, state, "{}", verdict.detail);
    for word in words {
        assert!(
            verdict.detail.contains(word),
            "{word:?} in {:?}",
            verdict.detail
        );
    }
    assert!(verdict.detail.ends_with(['.', '…']), "{:?}", verdict.detail);
}

/// Reason, message of the kubelet, state, words of the sentence.
const WAITING: &[(&str, &str, State, &str)] = &[
    ("ContainerCreating", "", State::Pending, "being created"),
    (
        "ErrImageNeverPull",
        "Container image is not present with pull policy of Never",
        State::Failed,
        "Load it onto the node",
    ),
    (
        "InvalidImageName",
        "couldn't parse image reference",
        State::Failed,
        "not a valid name",
    ),
    (
        "ErrImagePull",
        "rpc error: code = NotFound desc = failed to pull: manifest unknown",
        State::Failed,
        "does not exist",
    ),
    (
        "ErrImagePull",
        "pull access denied, repository does not exist or may require authorization",
        State::Failed,
        "pull secret",
    ),
    (
        "ErrImagePull",
        "dial tcp: lookup ghcr.io: no such host",
        State::Failed,
        "cannot reach the registry",
    ),
    (
        "ErrImagePull",
        "toomanyrequests: You have reached your pull rate limit",
        State::Failed,
        "too many requests",
    ),
    (
        "ImagePullBackOff",
        "Back-off pulling image \"ghcr.io/example/x:1\"",
        State::Failed,
        "cannot pull",
    ),
    (
        "CreateContainerConfigError",
        "failed to sync secret cache: timed out waiting for the condition",
        State::Pending,
        "not read the server's Secrets",
    ),
    (
        "CreateContainerConfigError",
        "secret \"mcp-server-1-secrets\" not found",
        State::Failed,
        "Restart the server",
    ),
    (
        "CreateContainerConfigError",
        "container has runAsNonRoot and image will run as root",
        State::Failed,
        "ordinary user",
    ),
    (
        "CreateContainerError",
        "context deadline exceeded",
        State::Failed,
        "could not start",
    ),
    (
        "RunContainerError",
        "exec: \"npx\": executable file not found in $PATH",
        State::Failed,
        "does not exist in its image",
    ),
    (
        "SomethingNew",
        "of which nobody knew",
        State::Failed,
        "SomethingNew",
    ),
];

#[test]
fn each_waiting_reason_says_what_to_do() {
    for (reason, message, state, words) in WAITING {
        let verdict = waiting(reason, message, "ghcr.io/example/x:1", None, 0);
        assert_says(&verdict, *state, &[words]);
    }
}

#[test]
fn a_crash_loop_says_how_the_server_ended() {
    let cases = [
        (terminated(1, "Error", ""), "exit code 1"),
        (terminated(127, "Error", ""), "not found in the image"),
        (
            terminated(137, "OOMKilled", ""),
            "more memory than its limit",
        ),
        (terminated(0, "Completed", ""), "should keep running"),
        (
            terminated(
                128,
                "StartError",
                "exec: \"x\": executable file not found in $PATH: unknown",
            ),
            "does not exist in its image",
        ),
    ];
    for (last, words) in cases {
        let verdict = waiting("CrashLoopBackOff", "back-off 10s", "x", Some(&last), 3);
        assert_says(&verdict, State::Failed, &[words]);
    }
}

#[test]
fn a_server_that_ended_once_is_given_another_try() {
    assert_says(
        &ended(&terminated(1, "Error", ""), 0),
        State::Pending,
        &["started again"],
    );
    assert_says(
        &ended(&terminated(1, "Error", ""), 2),
        State::Failed,
        &["after 2 restarts"],
    );
}

#[test]
fn a_pod_without_a_node_says_what_the_nodes_lack() {
    let verdict = unschedulable(
        "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had taint {gpu: true}.",
    );
    assert_says(
        &verdict,
        State::Pending,
        &["Insufficient memory", "add a node", "toleration"],
    );
    let verdict = unschedulable("0/1 nodes are available: 1 node(s) didn't match node selector.");
    assert_says(&verdict, State::Pending, &["node selector"]);
}

#[test]
fn a_pod_that_is_not_created_says_whose_rule_it_was() {
    let cases = [
        (
            "pods \"x\" is forbidden: exceeded quota: small, requested: memory=128Mi",
            "quota",
        ),
        (
            "pods \"x\" is forbidden: error looking up service account ns/y: serviceaccount \"y\" not found",
            "service account",
        ),
        (
            "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"",
            "Pod Security",
        ),
        (
            "pods \"x\" is forbidden: maximum memory usage per Container is 64Mi",
            "LimitRange",
        ),
        ("admission webhook \"policy\" denied the request", "policy"),
        ("something else", "does not create"),
    ];
    for (message, words) in cases {
        assert_says(
            &not_created(message),
            State::Failed,
            &[words, message.trim_end_matches('.')],
        );
    }
}

#[test]
fn only_warnings_that_explain_something_are_repeated() {
    let verdict = warning(
        "FailedMount",
        "MountVolume.SetUp failed for volume \"secrets\": secret not found",
    );
    assert_says(
        &verdict.expect("a verdict"),
        State::Pending,
        &["cannot be mounted", "secret not found"],
    );
    assert_eq!(warning("Unhealthy", "Readiness probe failed"), None);
}

#[test]
fn endless_messages_are_cut() {
    let verdict = not_created(&"x".repeat(5000));
    assert!(verdict.detail.len() < 600, "{}", verdict.detail.len());
}

#[test]
fn an_image_that_wants_root_is_recognised_in_both_of_its_forms() {
    let reason = "CreateContainerConfigError";
    assert!(wants_root(
        reason,
        "Error: container has runAsNonRoot and image will run as root"
    ));
    assert!(wants_root(
        reason,
        "container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root"
    ));
    assert!(!wants_root(reason, "secret \"x\" not found"));
}
