//! Signing in to Vault with a service account, which Vault has the cluster's own API server confirm.
//!
//! The cluster is that of `ARCHESTRA_TEST_KUBECONFIG`, with `kubectl` on the path. Without it the test says that it was
//! skipped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrets::Error;
use secrets::stores::SecretStore as _;
use secrets::stores::vault::{Auth, KvVersion, VaultStore};
use serde_json::{Value, json};
use testkit::bao::Bao;
use testkit::rerun::{given, output};

use crate::site::{fields, vault};

const KUBECONFIG: &str = "ARCHESTRA_TEST_KUBECONFIG";
const NAMESPACE: &str = "archestra-secrets-test";

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

fn kubectl(arguments: &str) -> String {
    output(
        "kubectl",
        &arguments.split(' ').collect::<Vec<_>>(),
        &environment(),
    )
    .unwrap()
}

#[expect(
    clippy::print_stderr,
    reason = "a skipped test must not look like a passed one"
)]
fn skipped() {
    eprintln!("SKIPPED: {KUBECONFIG} names no cluster");
}

fn environment() -> [(&'static str, String); 1] {
    [("KUBECONFIG", given(KUBECONFIG).unwrap())]
}

fn store(bao: &Bao, role: &str, token: &std::path::Path) -> VaultStore {
    let auth = Auth::Kubernetes {
        role: role.to_owned(),
        token_file: token.to_owned(),
        mount: "kubernetes".to_owned(),
    };
    VaultStore::new(vault(bao, KvVersion::Two, auth)).unwrap()
}

async fn prepare(bao: &Bao) {
    let config: Value =
        serde_json::from_str(&kubectl("config view --raw --minify --flatten -o json")).unwrap();
    let cluster = &config["clusters"][0]["cluster"];
    let reviewer = kubectl(&format!("-n {NAMESPACE} create token reviewer"));
    bao.done(
        "POST",
        "sys/auth/kubernetes",
        json!({ "type": "kubernetes" }),
    )
    .await
    .unwrap();
    let certificate = decoded(cluster["certificate-authority-data"].as_str().unwrap());
    let settings = json!({
        "kubernetes_host": cluster["server"], "kubernetes_ca_cert": certificate,
        "token_reviewer_jwt": reviewer.trim(), "disable_local_ca_jwt": true,
    });
    bao.done("POST", "auth/kubernetes/config", settings)
        .await
        .unwrap();
    let policy = "path \"secret/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }";
    bao.done(
        "PUT",
        "sys/policies/acl/secrets",
        json!({ "policy": policy }),
    )
    .await
    .unwrap();
    let role = json!({
        "bound_service_account_names": "archestra", "bound_service_account_namespaces": NAMESPACE,
        "token_policies": "secrets", "token_ttl": "1h",
    });
    bao.done("POST", "auth/kubernetes/role/archestra", role)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_service_account_signs_in_and_another_does_not() {
    if given(KUBECONFIG).is_none() {
        skipped();
        return;
    }
    output("sh", &["-c", &format!(
        "kubectl create namespace {NAMESPACE}; for name in archestra other reviewer; do
             kubectl -n {NAMESPACE} create serviceaccount $name; done
         kubectl create clusterrolebinding {NAMESPACE} --clusterrole=system:auth-delegator --serviceaccount={NAMESPACE}:reviewer; true"
    )], &environment()).unwrap();
    let bao = Bao::start().await.unwrap();
    prepare(&bao).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    let write = |account: &str| {
        std::fs::write(
            &file,
            kubectl(&format!("-n {NAMESPACE} create token {account}")),
        )
        .unwrap();
    };
    write("other");
    let refused = store(&bao, "archestra", &file)
        .get("a", None)
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    assert!(
        refused.to_string().contains("service accounts"),
        "{refused}"
    );
    write("archestra");
    let mine = store(&bao, "archestra", &file);
    mine.put("a", &fields(&[("KEY", "1")])).await.unwrap();
    assert_eq!(mine.get("a", None).await.unwrap().len(), 1);
    // Its token is lost; the cluster's own is read again.
    bao.done(
        "POST",
        "sys/leases/revoke-prefix/auth/kubernetes/login",
        json!({}),
    )
    .await
    .unwrap();
    assert_eq!(mine.get("a", None).await.unwrap().len(), 1);
    let missing = store(&bao, "archestra", std::path::Path::new("/nowhere"))
        .get("a", None)
        .await;
    assert!(missing.unwrap_err().to_string().contains("K8S_TOKEN_PATH"));
    kubectl(&format!("delete namespace {NAMESPACE} --wait=false"));
    kubectl(&format!("delete clusterrolebinding {NAMESPACE}"));
}
