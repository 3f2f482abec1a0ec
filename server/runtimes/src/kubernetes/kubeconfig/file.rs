//! The YAML of a kubeconfig, parsed within narrow limits into the few fields that are looked at.
//!
//! Fields that would run, read or reach something are noticed but never taken along: their values are skipped.

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error as YamlError, Options};

use super::Rejection;

const LARGEST: usize = 1024 * 1024;
/// A kubeconfig nests five levels; `extensions` of desktop clusters a few more.
const DEEPEST: usize = 24;
/// Some two hundred contexts with everything that can stand in them.
const MOST_NODES: usize = 20_000;
/// As long as the longest name Kubernetes itself allows.
const LONGEST_NAME: usize = 253;

#[derive(Debug, Deserialize)]
pub(super) struct File {
    kind: Option<String>,
    #[serde(rename = "current-context")]
    current_context: Option<Name>,
    #[serde(default)]
    clusters: Option<Vec<NamedCluster>>,
    #[serde(default)]
    users: Option<Vec<NamedUser>>,
    #[serde(default)]
    contexts: Option<Vec<NamedContext>>,
}

#[derive(Debug, Deserialize)]
struct NamedCluster {
    name: Name,
    #[serde(default)]
    cluster: Option<Cluster>,
}

#[derive(Debug, Deserialize)]
struct NamedUser {
    name: Name,
    #[serde(default)]
    user: Option<User>,
}

#[derive(Debug, Deserialize)]
struct NamedContext {
    name: Name,
    #[serde(default)]
    context: Option<ContextParts>,
}

#[derive(Debug, Deserialize)]
struct ContextParts {
    cluster: Name,
    #[serde(default)]
    user: Option<Name>,
    #[serde(default)]
    namespace: Option<Name>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Cluster {
    pub(super) server: Option<String>,
    pub(super) certificate_authority_data: Option<String>,
    pub(super) tls_server_name: Option<String>,
    pub(super) insecure_skip_tls_verify: Option<bool>,
    pub(super) certificate_authority: Option<IgnoredAny>,
    pub(super) proxy_url: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct User {
    pub(super) token: Option<SecretString>,
    pub(super) client_certificate_data: Option<SecretString>,
    pub(super) client_key_data: Option<SecretString>,
    #[serde(rename = "tokenFile")]
    pub(super) token_file: Option<IgnoredAny>,
    pub(super) client_certificate: Option<IgnoredAny>,
    pub(super) client_key: Option<IgnoredAny>,
    pub(super) exec: Option<IgnoredAny>,
    pub(super) auth_provider: Option<IgnoredAny>,
    pub(super) username: Option<IgnoredAny>,
    pub(super) password: Option<IgnoredAny>,
    #[serde(rename = "as")]
    pub(super) impersonated_user: Option<IgnoredAny>,
    #[serde(rename = "as-uid")]
    pub(super) impersonated_uid: Option<IgnoredAny>,
    #[serde(rename = "as-groups")]
    pub(super) impersonated_groups: Option<IgnoredAny>,
    #[serde(rename = "as-user-extra")]
    pub(super) impersonated_extra: Option<IgnoredAny>,
}

/// A name that can be shown to a person as it is.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = serde_saphyr::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() || text.len() > LONGEST_NAME || text.contains(char::is_control) {
            return Err(YamlError::custom("not a name"));
        }
        Ok(Self(text))
    }
}

impl File {
    pub(super) fn parse(text: &str) -> Result<Self, Rejection> {
        if text.len() > LARGEST {
            return Err(Rejection::TooLarge { bytes: text.len() });
        }
        let file: Self = serde_saphyr::from_str_with_options(text, limits()).map_err(rejection)?;
        let is_kubeconfig = file.kind.as_deref().is_none_or(|kind| kind == "Config");
        if !is_kubeconfig || file.context_names().next().is_none() {
            return Err(Rejection::NotKubeconfig);
        }
        Ok(file)
    }

    pub(super) fn context_names(&self) -> impl Iterator<Item = &str> {
        let contexts = self.contexts.iter().flatten();
        contexts.map(|context| context.name.0.as_str())
    }

    pub(super) fn current_context(&self) -> Option<&str> {
        self.current_context.as_ref().map(|name| name.0.as_str())
    }

    /// Cluster, user and namespace that a context names; empty where it names none.
    pub(super) fn parts(&self, context: &str) -> (&str, &str, Option<&str>) {
        let contexts = self.contexts.iter().flatten();
        let parts = contexts
            .filter(|named| named.name.0 == context)
            .find_map(|named| named.context.as_ref());
        let Some(parts) = parts else {
            return ("", "", None);
        };
        (
            &parts.cluster.0,
            parts.user.as_ref().map_or("", |user| &user.0),
            parts.namespace.as_ref().map(|namespace| &*namespace.0),
        )
    }

    pub(super) fn server(&self, cluster: &str) -> &str {
        let found = self.clusters_named(cluster).next();
        found
            .and_then(|cluster| cluster.server.as_deref())
            .unwrap_or_default()
    }

    /// More than one where a file names two alike.
    pub(super) fn clusters_named(&self, name: &str) -> impl Iterator<Item = &Cluster> {
        let clusters = self.clusters.iter().flatten();
        clusters
            .filter(move |named| named.name.0 == name)
            .filter_map(|named| named.cluster.as_ref())
    }

    pub(super) fn users_named(&self, name: &str) -> impl Iterator<Item = &User> {
        let users = self.users.iter().flatten();
        users
            .filter(move |named| named.name.0 == name)
            .filter_map(|named| named.user.as_ref())
    }
}

fn limits() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_nodes: MOST_NODES,
            max_events: 4 * MOST_NODES,
            // `kubectl` writes no anchors, and they are what makes a small text large.
            max_anchors: 0,
            max_aliases: 0,
            max_documents: 1,
            max_total_scalar_bytes: LARGEST,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        // A snippet of the text in an error would carry its secrets along.
        with_snippet: false,
    }
}

/// Only where it is wrong: the parser's own message may quote a value, and any value may be a secret.
fn rejection(error: YamlError) -> Rejection {
    match error {
        YamlError::Budget { .. }
        | YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. }
        | YamlError::MergeKeyNotAllowed { .. } => Rejection::TooInvolved,
        error => Rejection::Malformed {
            line: error.location().map(|location| location.line()),
        },
    }
}
