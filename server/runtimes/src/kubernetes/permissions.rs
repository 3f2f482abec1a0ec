//! "Can I …?": what the account of a cluster may do there, of all that is needed.

use futures_util::future::try_join_all;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::Api;
use kube::api::PostParams;

use super::cluster::{Opened, ask};
use crate::error::Result;

/// One line of the list, answered by the cluster itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// As RBAC calls it: `create`, `get`, …
    pub verb: &'static str,
    /// With its subresource: `pods/log`.
    pub resource: &'static str,
    /// Empty for the core group.
    pub group: &'static str,
    pub namespace: String,
    pub is_allowed: bool,
    /// Without it nothing runs; the others cost a feature.
    pub is_required: bool,
    /// What it is needed for.
    pub purpose: &'static str,
}

struct Need {
    verbs: &'static [&'static str],
    resource: &'static str,
    group: &'static str,
    is_required: bool,
    purpose: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        resource: "deployments",
        group: "apps",
        is_required: true,
        purpose: "run servers",
    },
    Need {
        verbs: &["list", "delete"],
        resource: "replicasets",
        group: "apps",
        is_required: false,
        purpose: "remove servers without a delay",
    },
    Need {
        verbs: &["list", "create", "patch", "delete"],
        resource: "services",
        group: "",
        is_required: true,
        purpose: "give HTTP servers an address",
    },
    Need {
        verbs: &["list", "create", "patch", "delete"],
        resource: "secrets",
        group: "",
        is_required: true,
        purpose: "hand servers their secrets",
    },
    Need {
        verbs: &["list", "watch", "delete"],
        resource: "pods",
        group: "",
        is_required: true,
        purpose: "see how servers are doing and restart them",
    },
    Need {
        verbs: &["get"],
        resource: "pods/log",
        group: "",
        is_required: false,
        purpose: "show logs",
    },
    // A WebSocket begins as a GET; newer clusters ask for `create` beside it.
    Need {
        verbs: &["get", "create"],
        resource: "pods/attach",
        group: "",
        is_required: true,
        purpose: "talk to stdio servers",
    },
    Need {
        verbs: &["get", "create"],
        resource: "pods/portforward",
        group: "",
        is_required: false,
        purpose: "talk to HTTP servers from outside of the cluster",
    },
    Need {
        verbs: &["list", "watch"],
        resource: "events",
        group: "",
        is_required: false,
        purpose: "say why a server does not start",
    },
];

/// Asks for all at once: answers are small and independent.
pub(super) async fn ask_all(opened: &Opened) -> Result<Vec<Permission>> {
    let wanted = NEEDS
        .iter()
        .flat_map(|need| need.verbs.iter().map(move |verb| (need, *verb)));
    try_join_all(wanted.map(|(need, verb)| can_i(opened, need, verb))).await
}

async fn can_i(opened: &Opened, need: &Need, verb: &'static str) -> Result<Permission> {
    let (resource, subresource) = match need.resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
        None => (need.resource, None),
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(ResourceAttributes {
                group: Some(need.group.to_owned()),
                namespace: Some(opened.namespace.clone()),
                resource: Some(resource.to_owned()),
                subresource,
                verb: Some(verb.to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let reviews: Api<SelfSubjectAccessReview> = Api::all(opened.client.clone());
    let answer = ask(
        "ask the cluster for permissions",
        reviews.create(&PostParams::default(), &review),
    )
    .await?;
    Ok(Permission {
        verb,
        resource: need.resource,
        group: need.group,
        namespace: opened.namespace.clone(),
        is_allowed: answer.status.is_some_and(|status| status.allowed),
        is_required: need.is_required,
        purpose: need.purpose,
    })
}
