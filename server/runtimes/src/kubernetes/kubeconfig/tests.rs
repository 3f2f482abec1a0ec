//! Sixty uploads that try to have something read, run or reached, and the few that are what they should be.
#![expect(clippy::expect_used, reason = "tests")]

mod hostile;

use std::net::TcpListener;

use secrecy::ExposeSecret;

use super::*;

/// Self-signed, for `test` only, and of no use anywhere.
const CERTIFICATE: &str = include_str!("tests/certificate.base64");
const KEY: &str = include_str!("tests/key.base64");

/// A file with one context of one cluster and one user, as `kubectl` writes it.
pub(super) fn of(cluster: &str, user: &str) -> String {
    format!(
        r#"{{"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{{"name": "k", "cluster": {cluster}}}],
            "users": [{{"name": "u", "user": {user}}}],
            "contexts": [{{"name": "c", "context": {{"cluster": "k", "user": "u", "namespace": "mcp"}}}}]}}"#
    )
}

/// As the program uses it: parsed, a context chosen, a client's configuration built.
pub(super) fn used(text: &str, allowances: Allowances) -> Result<kube::Config, Rejection> {
    let kubeconfig = Kubeconfig::parse(text, allowances)?;
    let context = kubeconfig.choose(None)?;
    kubeconfig.config(context)
}

#[test]
fn a_token_and_an_authority_become_a_configuration_in_memory() {
    let cluster = format!(
        r#"{{"server": "https://10.0.0.1:6443", "certificate-authority-data": "{}"}}"#,
        CERTIFICATE.trim()
    );
    let config = used(
        &of(&cluster, r#"{"token": "eyJ.abc"}"#),
        Allowances::default(),
    );
    let config = config.expect("a configuration");
    assert_eq!(config.cluster_url.to_string(), "https://10.0.0.1:6443/");
    assert_eq!(config.default_namespace, "mcp");
    assert_eq!(
        config.root_cert.map(|certificates| certificates.len()),
        Some(1)
    );
    assert!(config.root_cert_file.is_none() && config.proxy_url.is_none());
    let token = config.auth_info.token.expect("a token");
    assert_eq!(token.expose_secret(), "eyJ.abc");
}

#[test]
fn a_client_certificate_is_taken_with_its_key_only() {
    let both = format!(
        r#"{{"client-certificate-data": "{}", "client-key-data": "{}"}}"#,
        CERTIFICATE.trim(),
        KEY.trim()
    );
    let server = r#"{"server": "https://k.example"}"#;
    let config = used(&of(server, &both), Allowances::default()).expect("a configuration");
    assert!(config.auth_info.client_key_data.is_some());
    assert!(config.auth_info.client_key.is_none() && config.auth_info.client_certificate.is_none());
    let one = format!(r#"{{"client-certificate-data": "{}"}}"#, CERTIFICATE.trim());
    assert!(used(&of(server, &one), Allowances::default()).is_err());
}

#[test]
fn what_has_to_be_allowed_is_refused_until_it_is() {
    let cases = [
        (
            r#"{"server": "https://k.example", "insecure-skip-tls-verify": true}"#,
            Allowances {
                skip_tls_verify: true,
                ..Allowances::default()
            },
        ),
        (
            r#"{"server": "http://127.0.0.1:8001"}"#,
            Allowances {
                plain_http_on_loopback: true,
                ..Allowances::default()
            },
        ),
    ];
    for (cluster, allowances) in cases {
        let text = of(cluster, "{}");
        assert!(used(&text, Allowances::default()).is_err(), "{cluster}");
        assert!(used(&text, allowances).is_ok(), "{cluster}");
    }
}

#[test]
fn contexts_are_listed_with_what_speaks_against_them() {
    let text = r"
apiVersion: v1
kind: Config
current-context: good
clusters:
- {name: k, cluster: {server: 'https://k.example:6443'}}
users:
- {name: token, user: {token: abc}}
- {name: cloud, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}}
contexts:
- {name: good, context: {cluster: k, user: token, namespace: mcp}}
- {name: cloud, context: {cluster: k, user: cloud}}
";
    let kubeconfig = Kubeconfig::parse(text, Allowances::default()).expect("a kubeconfig");
    let contexts = kubeconfig.contexts();
    assert_eq!(contexts.len(), 2);
    assert!(contexts[0].is_current && contexts[0].refusal.is_none());
    assert_eq!(contexts[0].server, "https://k.example:6443");
    assert_eq!(contexts[0].namespace.as_deref(), Some("mcp"));
    let refusal = contexts[1].refusal.as_deref().expect("a refusal");
    assert!(
        refusal.contains("exec") && refusal.contains("kubectl create token"),
        "{refusal}"
    );
    assert!(matches!(
        kubeconfig.choose(Some("other")),
        Err(Rejection::UnknownContext { .. })
    ));
    assert_eq!(kubeconfig.choose(None), Ok("good"));
}

#[test]
fn what_is_kept_of_an_upload_is_the_chosen_context_alone() {
    let text = r"
kind: Config
clusters: [{name: k, cluster: {server: 'https://k.example'}}, {name: other, cluster: {server: 'https://o.example'}}]
users: [{name: u, user: {token: abc}}, {name: other, user: {token: hunter2}}]
contexts: [{name: c, context: {cluster: k, user: u}}, {name: o, context: {cluster: other, user: other}}]
";
    let kubeconfig = Kubeconfig::parse(text, Allowances::default()).expect("a kubeconfig");
    let kept = kubeconfig.only("c").expect("a context");
    let kept = kept.expose_secret();
    assert!(kept.contains("abc") && !kept.contains("hunter2") && !kept.contains("o.example"));
    let config = used(kept, Allowances::default()).expect("a configuration");
    assert_eq!(config.cluster_url.host(), Some("k.example"));
}

#[test]
fn several_contexts_without_a_current_one_must_be_chosen_from() {
    let text = r"
clusters: [{name: k, cluster: {server: 'https://k.example'}}]
contexts: [{name: a, context: {cluster: k}}, {name: b, context: {cluster: k}}]
";
    let kubeconfig = Kubeconfig::parse(text, Allowances::default()).expect("a kubeconfig");
    let rejection = kubeconfig.choose(None).expect_err("no choice");
    assert!(rejection.to_string().contains("a, b"), "{rejection}");
}

#[test]
fn nothing_secret_stands_in_debug_output_or_messages() {
    let text = of(
        r#"{"server": "https://k.example"}"#,
        r#"{"token": "hunter2"}"#,
    );
    let kubeconfig = Kubeconfig::parse(&text, Allowances::default()).expect("a kubeconfig");
    assert!(!format!("{kubeconfig:?}").contains("hunter2"));
    let broken = "users:\n- name: u\n  user: {token: [hunter2]}\ncontexts: []\n";
    let rejection = Kubeconfig::parse(broken, Allowances::default()).expect_err("no kubeconfig");
    assert!(
        !format!("{rejection:?} {rejection}").contains("hunter2"),
        "{rejection}"
    );
    assert!(rejection.to_string().contains("line 3"), "{rejection}");
}

#[test]
fn nothing_is_contacted_while_a_kubeconfig_is_looked_at() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("non-blocking");
    let address = listener.local_addr().expect("an address");
    let text = of(&format!(r#"{{"server": "https://{address}"}}"#), "{}");
    used(&text, Allowances::default()).expect("a configuration");
    assert!(listener.accept().is_err(), "somebody has called");
}
