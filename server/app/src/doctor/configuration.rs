//! Values that can't be used, and variables that are none of ours.

use super::Finding;
use crate::config::{Config, ConfigError, Environment, VARIABLES};

const NAME: &str = "configuration";
/// A name this far from ours is somebody else's.
const NEAR: usize = 4;

pub(super) fn check(
    environment: &Environment,
    config: Result<&Config, &ConfigError>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = config
        .err()
        .into_iter()
        .flat_map(ConfigError::faults)
        .map(unusable)
        .collect();
    findings.extend(
        environment
            .unknown()
            .filter(|name| !is_a_service(name, environment))
            .map(unknown),
    );
    if findings.is_empty() {
        findings.push(Finding::ok(NAME, "every value can be used"));
    }
    if config.is_ok() {
        findings.push(Finding::ok("not enforced yet", NOT_ENFORCED));
    }
    findings
}

/// `NAME can't be used: why. Example: NAME=value`, and others that say what to do themselves.
fn unusable(fault: &str) -> Finding {
    let (found, fix) = match fault.split_once(" Example: ") {
        Some((found, example)) => (found, format!("Set it like this: {example}")),
        None => (
            fault,
            "Correct it; `archestra config` shows all values in force.".to_owned(),
        ),
    };
    Finding::fault(NAME, found, "the program does not start with it", fix)
}

fn unknown(name: &str) -> Finding {
    let distance = |known: &str| strsim::levenshtein(name, known);
    let nearest = VARIABLES
        .iter()
        .map(|variable| variable.name)
        .min_by_key(|known| distance(known));
    let fix = match nearest.filter(|known| distance(known) <= NEAR) {
        Some(nearest) => format!("Rename it to {nearest}, or remove it."),
        None => "Remove it; `archestra config` lists all variables.".to_owned(),
    };
    Finding::warning(
        NAME,
        format!("{name} is not a variable of this program"),
        "what it should set keeps its default",
        fix,
    )
}

/// What Kubernetes tells every pod of a service whose name begins like ours.
fn is_a_service(name: &str, environment: &Environment) -> bool {
    let of_kubernetes = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"];
    environment.get("KUBERNETES_SERVICE_HOST").is_some()
        && of_kubernetes
            .iter()
            .any(|part| name.ends_with(part) || name.contains(&format!("{part}_")))
}

/// What can be saved, read and changed, and what nothing acts on so far.
const NOT_ENFORCED: &str = "TOON compression, delegations between agents, knowledge settings \
    and incoming mail of agents, enterprise-managed credentials, client and configuration secrets of catalog items that are \
    named by id or Vault path, and keys of providers that the proxy does not serve; sanitize_with_dual_llm counts as \
    mark_as_untrusted; policies of tools hold for calls through the gateway and the chat, not for tools that clients of the \
    LLM proxy run themselves, and what a conversation has read is followed in the chat only";
