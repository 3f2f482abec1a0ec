//! What Kubernetes says is wrong with a pod, as sentences for people: what happened, why, and what to do.
//!
//! The reasons are those of the kubelet, the scheduler and the controllers; their messages are quoted where they say
//! more than the reason does.

use k8s_openapi::api::core::v1::ContainerStateTerminated;

use crate::status::State;

/// A reason with its state: `Failed` where waiting alone does not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) state: State,
    pub(super) detail: String,
}

impl Verdict {
    pub(super) fn failed(detail: impl Into<String>) -> Self {
        Self {
            state: State::Failed,
            detail: detail.into(),
        }
    }

    pub(super) fn pending(detail: impl Into<String>) -> Self {
        Self {
            state: State::Pending,
            detail: detail.into(),
        }
    }
}

/// A container that waits, by the reason the kubelet gives.
pub(super) fn waiting(
    reason: &str,
    message: &str,
    image: &str,
    last: Option<&ContainerStateTerminated>,
    restarts: u32,
) -> Verdict {
    match reason {
        "ContainerCreating" | "PodInitializing" | "" => {
            Verdict::pending("Its container is being created.")
        }
        "CrashLoopBackOff" => Verdict::failed(crash_loop(last, restarts)),
        "ImagePullBackOff" | "ErrImagePull" => Verdict::failed(pull_failed(image, message)),
        "ErrImageNeverPull" => Verdict::failed(format!(
            "The image {image} is not on the node, and a name without a registry is never pulled. Load it onto the \
             node, or use its full name with the registry."
        )),
        "InvalidImageName" => Verdict::failed(format!("{image} is not a valid name of an image.")),
        "RegistryUnavailable" => Verdict::failed(format!(
            "The registry of {image} does not answer the node.{}",
            quoted(message)
        )),
        // A busy node says so now and then, and tries again by itself.
        "CreateContainerConfigError" if message.starts_with("failed to sync") => {
            Verdict::pending("Its node has not read the server's Secrets yet.")
        }
        "CreateContainerConfigError" => Verdict::failed(config_error(message)),
        "CreateContainerError" | "RunContainerError" => Verdict::failed(start_error(message)),
        _ => Verdict::failed(format!(
            "Its container does not start ({reason}).{}",
            quoted(message)
        )),
    }
}

/// A container that has ended and is about to be started again.
pub(super) fn ended(last: &ContainerStateTerminated, restarts: u32) -> Verdict {
    if last.reason.as_deref() == Some("StartError")
        || last.reason.as_deref() == Some("ContainerCannotRun")
    {
        return Verdict::failed(start_error(last.message.as_deref().unwrap_or_default()));
    }
    let how = how_it_ended(last);
    if last.exit_code == 0 || restarts == 0 {
        return Verdict::pending(format!("The server {how}. It is being started again."));
    }
    Verdict::failed(crash_loop(Some(last), restarts))
}

fn crash_loop(last: Option<&ContainerStateTerminated>, restarts: u32) -> String {
    let Some(last) = last else {
        return "The server ends as soon as it is started. Its logs say why.".to_owned();
    };
    if let Some("StartError" | "ContainerCannotRun") = last.reason.as_deref() {
        return start_error(last.message.as_deref().unwrap_or_default());
    }
    let how = how_it_ended(last);
    let times = match restarts {
        0 | 1 => String::new(),
        restarts => format!(" after {restarts} restarts"),
    };
    if last.exit_code == 0 {
        return format!(
            "The server {how}{times}, though it should keep running. Its command may be one that does its work and ends."
        );
    }
    format!(
        "The server keeps failing: it {how}{times}. Its logs, also of the previous run, say why."
    )
}

fn how_it_ended(last: &ContainerStateTerminated) -> String {
    if last.reason.as_deref() == Some("OOMKilled") {
        return "was ended because it used more memory than its limit allows".to_owned();
    }
    match (last.exit_code, last.signal) {
        (0, _) => "ended by itself with exit code 0".to_owned(),
        (_, Some(signal)) if signal > 0 => format!("was ended by signal {signal}"),
        (126, _) => "ended with exit code 126: its command is not executable".to_owned(),
        (127, _) => "ended with exit code 127: its command was not found in the image".to_owned(),
        (137, _) => "was killed (exit code 137)".to_owned(),
        (code, _) => format!("ended with exit code {code}"),
    }
}

fn pull_failed(image: &str, message: &str) -> String {
    let text = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&[
        "unauthorized",
        "authentication required",
        "403 forbidden",
        "denied",
    ]) {
        return format!(
            "The registry does not give {image} away without credentials, or does not have it. Check the name, or add a \
             pull secret for the registry."
        );
    }
    if has(&["not found", "manifest unknown", "notfound", "no such image"]) {
        return format!("The image {image} does not exist. Check its name and tag.");
    }
    if has(&[
        "no such host",
        "i/o timeout",
        "connection refused",
        "dial tcp",
        "tls handshake",
        "deadline exceeded",
    ]) {
        return format!(
            "The node cannot reach the registry of {image}. Check the node's network and proxy.{}",
            quoted(message)
        );
    }
    if has(&["toomanyrequests", "rate limit"]) {
        return format!(
            "The registry of {image} has had too many requests. Wait, or add a pull secret of an account with a higher limit."
        );
    }
    if has(&[
        "no match for platform",
        "exec format",
        "no matching manifest",
    ]) {
        return format!("The image {image} does not exist for the processor of the node.");
    }
    // The kubelet's back-off says no more than that it is waiting.
    if text.is_empty() || text.starts_with("back-off pulling image") && !text.contains("err") {
        return format!(
            "The node cannot pull the image {image}. Check its name and tag, and the node's way to the registry."
        );
    }
    format!("The node cannot pull the image {image}.{}", quoted(message))
}

/// Whether the pod would run as root, which the `restricted` standard forbids.
pub(super) fn wants_root(reason: &str, message: &str) -> bool {
    reason == "CreateContainerConfigError"
        && message.contains("runAsNonRoot")
        && (message.contains("image will run as root")
            || message.contains("cannot verify user is non-root"))
}

fn config_error(message: &str) -> String {
    if wants_root("CreateContainerConfigError", message) {
        return "The image runs as root, which is not allowed here. It is tried with an ordinary user instead.".to_owned();
    }
    if message.contains("secret") && message.contains("not found") {
        return format!(
            "A Secret that the server needs is missing from the namespace; somebody has deleted it. Restart the server to make it anew.{}",
            quoted(message)
        );
    }
    if message.contains("find key") {
        return format!(
            "A key is missing from one of the server's Secrets. Restart the server to make it anew.{}",
            quoted(message)
        );
    }
    format!(
        "The server's configuration does not work in this cluster.{}",
        quoted(message)
    )
}

fn start_error(message: &str) -> String {
    if message.contains("executable file not found")
        || message.contains("no such file or directory")
    {
        return format!(
            "The server's command does not exist in its image.{}",
            quoted(message)
        );
    }
    if message.contains("permission denied") {
        return format!(
            "The server's command may not be executed in its image by the user it runs as.{}",
            quoted(message)
        );
    }
    format!("The node could not start the server.{}", quoted(message))
}

/// A pod that no node takes.
pub(super) fn unschedulable(message: &str) -> Verdict {
    let text = message.to_lowercase();
    let mut advice = Vec::new();
    if text.contains("insufficient") {
        advice.push("Free some, add a node, or give the server smaller requests.");
    }
    if text.contains("taint") {
        advice.push("Add a toleration for the nodes' taints.");
    }
    if text.contains("node selector")
        || text.contains("node affinity")
        || text.contains("didn't match")
    {
        advice.push("Check the node selector.");
    }
    if text.contains("no nodes available") {
        advice.push("The cluster has no node that is ready.");
    }
    let advice = advice.join(" ");
    let advice = if advice.is_empty() {
        String::new()
    } else {
        format!(" {advice}")
    };
    Verdict::pending(format!(
        "No node of the cluster takes the server.{}{advice}",
        quoted(message)
    ))
}

/// A pod that the API server refuses to the controller.
pub(super) fn not_created(message: &str) -> Verdict {
    let detail = if message.contains("exceeded quota") {
        "The quota of the namespace is used up. Free some of it, raise it, or give the server smaller requests."
    } else if message.contains("serviceaccount") && message.contains("not found")
        || message.contains("error looking up service account")
    {
        "The service account that the server should run as does not exist in the namespace. Create it, or choose another."
    } else if message.contains("violates PodSecurity") {
        "The namespace's Pod Security Standard does not let the server run."
    } else if message.contains("LimitRange")
        || message.contains("maximum") && message.contains("usage per")
    {
        "The server's limits are outside of what the namespace allows (LimitRange)."
    } else if message.contains("admission webhook") {
        "A policy of the cluster does not let the server run."
    } else {
        "The cluster does not create the server's pod."
    };
    Verdict::failed(format!("{detail}{}", quoted(message)))
}

/// What stands in the way of a container that is being created, from a warning event of its pod.
pub(super) fn warning(reason: &str, message: &str) -> Option<Verdict> {
    let detail = match reason {
        "FailedMount" | "FailedAttachVolume" => "The server's files cannot be mounted.",
        "FailedCreatePodSandBox" => "The node cannot set up the server's network or sandbox.",
        "FailedPreStopHook" | "FailedKillPod" => "The node cannot end the previous pod.",
        "NetworkNotReady" => "The node's network is not ready.",
        "NodeNotReady" => "The node that the server is on does not answer.",
        _ => return None,
    };
    Some(Verdict::pending(format!("{detail}{}", quoted(message))))
}

/// A pod as a whole that has failed, such as one that its node has thrown out.
pub(super) fn pod_failed(reason: &str, message: &str) -> Verdict {
    let detail = match reason {
        "Evicted" => "Its node ran short of something and threw the server out.",
        "NodeLost" | "NodeShutdown" | "Terminated" => {
            "The node that the server was on has gone away."
        }
        "OutOfcpu" | "OutOfmemory" | "OutOfpods" => {
            "Its node had no room for the server after all."
        }
        "NodeAffinity" => "Its node no longer matches the node selector.",
        _ => "The server's pod has failed.",
    };
    Verdict::failed(format!("{detail}{}", quoted(message)))
}

/// As an aside after a sentence; long ones are cut.
fn quoted(message: &str) -> String {
    const LONGEST: usize = 400;
    let message = message.trim().trim_end_matches('.');
    if message.is_empty() {
        return String::new();
    }
    let mut shown: String = message.chars().take(LONGEST).collect();
    if shown.len() < message.len() {
        shown.push('…');
    }
    format!(" Kubernetes says: {shown}.")
}

#[cfg(test)]
mod tests;
