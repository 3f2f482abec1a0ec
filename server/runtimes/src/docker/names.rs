//! Names and labels of containers: how a server is found again after this program was restarted.

use std::collections::HashMap;

use uuid::Uuid;

use crate::spec::{ServerSpec, Transport};

pub(super) const APP: &str = "app";
pub(super) const APP_VALUE: &str = "mcp-server";
pub(super) const ID: &str = "mcp-server-id";
pub(super) const NAME: &str = "mcp-server-name";
pub(super) const FINGERPRINT: &str = "mcp-server-fingerprint";
/// `stdio`, or `http:3001/mcp`: what is needed to reach a container that an earlier run of the program has started.
pub(super) const TRANSPORT: &str = "mcp-server-transport";
/// Whose container it is, where several installations share an engine.
pub(super) const INSTANCE: &str = "mcp-server-instance";

/// Docker allows more; a longer name is of no use to anybody.
const LONGEST_SLUG: usize = 48;

pub(super) fn container(spec: &ServerSpec) -> String {
    format!("mcp-{}", slug(&spec.name))
}

/// For the second server of the same name.
pub(super) fn container_with_id(spec: &ServerSpec) -> String {
    let id = spec.id.simple().to_string();
    format!("mcp-{}-{}", slug(&spec.name), &id[..12])
}

pub(super) fn labels(spec: &ServerSpec, instance: &str) -> HashMap<String, String> {
    let pairs = [
        (APP, APP_VALUE.to_owned()),
        (ID, spec.id.to_string()),
        (NAME, spec.name.clone()),
        (FINGERPRINT, spec.fingerprint()),
        (TRANSPORT, transport(&spec.transport)),
        (INSTANCE, instance.to_owned()),
    ];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// Where this program and its HTTP servers meet, if it runs in a container and they have no other network in common.
pub(super) fn network(instance: &str) -> String {
    format!("archestra-mcp-{}", slug(instance))
}

pub(super) fn labels_of_network(instance: &str) -> HashMap<String, String> {
    let pairs = [(APP, APP_VALUE), (INSTANCE, instance)];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

pub(super) fn id_of(labels: &HashMap<String, String>) -> Option<Uuid> {
    labels.get(ID)?.parse().ok()
}

pub(super) fn transport_of(labels: &HashMap<String, String>) -> Option<Transport> {
    let text = labels.get(TRANSPORT)?;
    if text == "stdio" {
        return Some(Transport::Stdio);
    }
    let (port, path) = text.strip_prefix("http:")?.split_once('/')?;
    Some(Transport::Http {
        port: port.parse().ok()?,
        path: format!("/{path}"),
    })
}

fn transport(transport: &Transport) -> String {
    match transport {
        Transport::Stdio => "stdio".to_owned(),
        Transport::Http { port, path } => {
            let slash = if path.starts_with('/') { "" } else { "/" };
            format!("http:{port}{slash}{path}")
        }
    }
}

/// Lower case letters, digits and single dashes; never empty.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if slug.len() == LONGEST_SLUG {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "server".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests;
