//! How the objects of one server are called and labelled.

use std::collections::BTreeMap;

use kube::ResourceExt;
use uuid::Uuid;

use crate::spec::ServerSpec;

/// Owns every field that is set here (server-side apply).
pub(super) const FIELD_MANAGER: &str = "archestra";
pub(super) const CONTAINER: &str = "mcp-server";
pub(super) const PORT: &str = "mcp";

const APP: (&str, &str) = ("app", "mcp-server");
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "archestra");
const ID: &str = "mcp-server-id";
const NAME: &str = "mcp-server-name";
const INSTANCE: &str = "mcp-server-instance";

/// The name as people wrote it; a label may hold only part of it.
pub(super) const FULL_NAME: &str = "archestra.ai/server-name";
pub(super) const FINGERPRINT: &str = "archestra.ai/fingerprint";
/// Of the pod template, so that a pod of an earlier one is told apart.
pub(super) const TEMPLATE: &str = "archestra.ai/template";
/// Set when the image would run as root and was given another user instead.
pub(super) const RUN_AS: &str = "archestra.ai/run-as-user";
/// Path of a Streamable HTTP server; its absence marks a stdio server.
pub(super) const HTTP_PATH: &str = "archestra.ai/http-path";

/// RFC 1123; a label value and a host name may have this many characters.
const LONGEST_LABEL: usize = 63;

/// The names of everything that belongs to one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) deployment: String,
    pub(super) service: String,
    pub(super) env: String,
    pub(super) files: String,
    pub(super) pull: String,
}

impl Names {
    pub(super) fn new(deployment: String, id: Uuid) -> Self {
        const SERVICE: &str = "-service";
        let stem = cut(&deployment, LONGEST_LABEL - SERVICE.len());
        Self {
            service: format!("{stem}{SERVICE}"),
            env: format!("mcp-server-{id}-secrets"),
            files: format!("mcp-server-{id}-files"),
            pull: format!("mcp-server-{id}-pull"),
            deployment,
        }
    }
}

/// The name a server's Deployment should have.
pub(super) fn deployment(spec: &ServerSpec) -> String {
    let slug = slug(&spec.name);
    if slug.is_empty() {
        return format!("mcp-{}", spec.id);
    }
    // A pod's name is this and 17 characters more, and 63 of it become its host name.
    cut(&format!("mcp-{slug}"), 253 - 17).to_owned()
}

/// For the second of two servers whose names come to the same.
pub(super) fn deployment_apart(spec: &ServerSpec) -> String {
    let id = spec.id.simple().to_string();
    format!("{}-{}", cut(&deployment(spec), 200), &id[..8])
}

pub(super) fn labels(spec: &ServerSpec, instance: &str) -> BTreeMap<String, String> {
    let mut labels = selector(spec.id);
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    let name = slug(&spec.name);
    let name = cut(&name, LONGEST_LABEL).to_owned();
    labels.insert(NAME.to_owned(), name);
    labels.insert(INSTANCE.to_owned(), instance_label(instance));
    labels
}

/// What a Deployment and a Service find their pods by. It may never change.
pub(super) fn selector(id: Uuid) -> BTreeMap<String, String> {
    BTreeMap::from([
        (APP.0.to_owned(), APP.1.to_owned()),
        (ID.to_owned(), id.to_string()),
    ])
}

/// As a query: everything of one server.
pub(super) fn of(id: Uuid) -> String {
    format!("{}={},{ID}={id}", APP.0, APP.1)
}

/// As a query: everything of every server that this installation runs.
pub(super) fn of_all(instance: &str) -> String {
    let ours = instance_label(instance);
    format!(
        "{}={},{}={},{INSTANCE}={ours},{ID}",
        APP.0, APP.1, MANAGED_BY.0, MANAGED_BY.1
    )
}

pub(super) fn id(object: &impl ResourceExt) -> Option<Uuid> {
    object.labels().get(ID)?.parse().ok()
}

pub(super) fn annotation<'a>(object: &'a impl ResourceExt, name: &str) -> Option<&'a str> {
    object.annotations().get(name).map(String::as_str)
}

fn instance_label(instance: &str) -> String {
    let slug = slug(instance);
    cut(&slug, LONGEST_LABEL).to_owned()
}

/// Lower-case letters and digits of ASCII, everything else a single hyphen between them.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn cut(text: &str, longest: usize) -> &str {
    text[..text.len().min(longest)].trim_end_matches('-')
}

#[cfg(test)]
mod tests;
