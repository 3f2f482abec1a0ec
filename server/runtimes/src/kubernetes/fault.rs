//! What went wrong between this program and a cluster, in words, with what mends it.

use std::error::Error as StdError;
use std::time::Duration;

use crate::error::Error;

pub(super) fn unusable_config(cause: String) -> Error {
    Error::Unavailable {
        cause,
        fix: "Correct the configuration of the cluster, or upload its kubeconfig again.".to_owned(),
    }
}

pub(super) fn silent(within: Duration) -> Error {
    Error::Unavailable {
        cause: format!(
            "The cluster's API server took the request and did not answer within {} s",
            within.as_secs()
        ),
        fix: "Look whether the API server is overloaded; it is tried again by itself.".to_owned(),
    }
}

/// `action` completes "could not …".
pub(super) fn refused(action: &str, error: &kube::Error) -> Error {
    let kube::Error::Api(status) = error else {
        return unreachable(error);
    };
    match status.code {
        401 => Error::Unavailable {
            cause: "The cluster does not know the credentials (401 Unauthorized)".to_owned(),
            fix: "They may have expired: create new ones and upload the kubeconfig again."
                .to_owned(),
        },
        429 | 500..=599 => Error::Unavailable {
            cause: format!("The cluster's API server is not well: {}", status.message),
            fix: "It is tried again by itself; see the cluster's own monitoring.".to_owned(),
        },
        422 => Error::InvalidSpec {
            cause: format!("the cluster does not accept it ({})", status.message),
        },
        403 if !status.message.contains("exceeded quota") => Error::Refused {
            action: action.to_owned(),
            cause: format!(
                "the account does not have the right to ({}). See the list of permissions of the cluster",
                status.message
            ),
        },
        _ => Error::Refused {
            action: action.to_owned(),
            cause: status.message.clone(),
        },
    }
}

fn unreachable(error: &kube::Error) -> Error {
    let chain = chain(error);
    let text = chain.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let (cause, fix) = if has(&["connection refused"]) {
        (
            "Nothing listens at the cluster's address",
            "Start the cluster, or correct its address.",
        )
    } else if has(&[
        "dns error",
        "failed to lookup",
        "name or service not known",
        "no such host",
    ]) {
        (
            "The cluster's host name is not known",
            "Correct the address of the cluster, or the DNS of this machine.",
        )
    } else if has(&["certificate", "invalid peer", "unknownissuer", "tls"]) {
        (
            "The cluster's certificate is not trusted",
            "Put the cluster's own authority into certificate-authority-data, and check the host name.",
        )
    } else if has(&["timed out", "deadline", "elapsed"]) {
        (
            "The cluster does not answer",
            "Check that this machine may reach it: network, VPN, firewall.",
        )
    } else if has(&[
        "network is unreachable",
        "no route to host",
        "host is unreachable",
    ]) {
        (
            "There is no way to the cluster from here",
            "Check network and VPN.",
        )
    } else {
        (
            "The connection to the cluster failed",
            "It is tried again by itself.",
        )
    };
    Error::Unavailable {
        cause: format!("{cause} ({chain})"),
        fix: fix.to_owned(),
    }
}

/// The error and what lies below it, each once.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests;
