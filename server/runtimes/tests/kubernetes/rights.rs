//! What an account may do, and what is said about what it may not.

use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::PostParams;
use runtimes::error::Error;
use runtimes::kubernetes::kubeconfig::Allowances;
use runtimes::kubernetes::settings::Source;
use runtimes::runtime::Runtime;
use serde_json::json;
use testkit::wait;

use crate::site::{Site, Turn, runtime, skip};

/// The files that a pod of this account would find, where the cluster makes them by itself.
pub(crate) async fn token_of(site: &Site, account: &str) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let account = site
        .api::<ServiceAccount>()
        .get(account)
        .await
        .expect("an account");
    let name = account.secrets?.first()?.name.clone()?;
    let secret = site.api::<Secret>().get(&name).await.expect("a Secret");
    let mut data = secret.data?;
    let mut file = |name| Some((name, data.remove(name)?.0));
    Some(vec![file("token")?, file("ca.crt")?, file("namespace")?])
}

pub(crate) async fn bind_to(site: &Site, account: &str, role: &str) {
    let binding = json!({
        "metadata": {"name": format!("{account}-{role}")},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": site.namespace}],
    });
    let binding = serde_json::from_value(binding).expect("a binding");
    let bindings = site.api::<RoleBinding>();
    bindings
        .create(&PostParams::default(), &binding)
        .await
        .expect("a new binding");
}

#[tokio::test]
async fn an_administrator_may_do_everything_that_is_needed() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let permissions = site.runtime().permissions().await.expect("answers");
    assert!(permissions.len() > 15);
    assert!(
        permissions.iter().all(|permission| permission.is_allowed),
        "{permissions:#?}"
    );
    site.close().await;
}

#[tokio::test]
async fn an_uploaded_kubeconfig_with_few_rights_shows_which_are_missing() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    bind_to(&site, "default", "view").await;
    let Some(files) = token_of(&site, "default").await else {
        skip("this cluster gives no token to an account by itself");
        return site.close().await;
    };
    let text = |name| {
        let file = files.iter().find(|(file, _)| *file == name);
        String::from_utf8(file.expect("a file").1.clone()).expect("text")
    };
    let authority = k8s_openapi::ByteString(text("ca.crt").into_bytes());
    let kubeconfig = json!({
        "kind": "Config", "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": site.server(), "certificate-authority-data": authority}}],
        "users": [{"name": "u", "user": {"token": text("token")}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", "namespace": site.namespace}}],
    });
    let source = Source::Uploaded {
        text: kubeconfig.to_string().into(),
        context: None,
        allowances: Allowances::default(),
    };
    let runtime = runtime(source, site.settings());
    let may = wait::until("the binding holds", || async {
        let permissions = runtime.permissions().await.expect("answers");
        let may = move |verb: &str, resource: &str| {
            permissions
                .iter()
                .find(|permission| permission.verb == verb && permission.resource == resource)
                .is_some_and(|permission| permission.is_allowed)
        };
        may("list", "pods").then_some(may)
    })
    .await;
    assert!(may("get", "pods/log") && may("list", "deployments"));
    assert!(
        !may("create", "deployments") && !may("list", "secrets") && !may("create", "pods/attach")
    );

    let refused = runtime
        .start(
            &crate::site::everything(),
            &runtimes::progress::ProgressSink::silent(),
        )
        .await;
    let refused = refused.expect_err("no right to");
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    assert!(
        refused.to_string().contains("does not have the right"),
        "{refused}"
    );
    site.close().await;
}
