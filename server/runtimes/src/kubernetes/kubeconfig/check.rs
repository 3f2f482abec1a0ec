//! Whether one context may be used, and what is then made of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use k8s_openapi::ByteString;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use serde_json::json;
use url::{Host, Url};

use super::file::{Cluster, File, User};
use super::{Allowances, shown};

/// A context that may be used: an address, certificates and a credential, and nothing else of the file.
pub(super) struct Checked<'file> {
    context: &'file str,
    cluster: &'file Cluster,
    user: Option<&'file User>,
    namespace: Option<&'file str>,
    server: Uri,
    authorities: Option<Vec<Vec<u8>>>,
}

/// The error is a sentence for people: what is refused, and what would do instead.
pub(super) fn context<'file>(
    file: &'file File,
    name: &'file str,
    allowances: Allowances,
) -> Result<Checked<'file>, String> {
    if file.context_names().filter(|other| *other == name).count() > 1 {
        return Err("the file has several contexts of this name".to_owned());
    }
    let (cluster, user, namespace) = file.parts(name);
    let cluster = only(file.clusters_named(cluster), "cluster", cluster)?;
    let user = match user {
        "" => None,
        user => Some(only(file.users_named(user), "user", user)?),
    };
    refuse_reach(cluster)?;
    if let Some(user) = user {
        refuse_actions(user)?;
        credentials(user)?;
    }
    if cluster.insecure_skip_tls_verify == Some(true) && !allowances.skip_tls_verify {
        return Err(
            "it skips the check of the server's certificate (insecure-skip-tls-verify). Put the cluster's certificate \
             into certificate-authority-data, or allow this explicitly"
                .to_owned(),
        );
    }
    let named = cluster.tls_server_name.as_deref();
    if named.is_some_and(|name| ServerName::try_from(name).is_err()) {
        return Err("its tls-server-name is not a host name".to_owned());
    }
    if let Some(namespace) = namespace
        && !is_dns_label(namespace)
    {
        return Err("its namespace is not a name that Kubernetes allows".to_owned());
    }
    Ok(Checked {
        context: name,
        cluster,
        user,
        namespace,
        server: server(cluster.server.as_deref().unwrap_or_default(), allowances)?,
        authorities: authorities(cluster)?,
    })
}

fn only<'file, T>(
    mut found: impl Iterator<Item = &'file T>,
    kind: &str,
    name: &str,
) -> Result<&'file T, String> {
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("the file has no {kind} {name:?}")),
        (Some(_), Some(_)) => Err(format!("the file has several {kind}s named {name:?}")),
    }
}

/// Files of this machine, and a proxy that everything would pass through.
fn refuse_reach(cluster: &Cluster) -> Result<(), String> {
    if cluster.certificate_authority.is_some() {
        return Err(file_refused(
            "certificate-authority",
            "certificate-authority-data",
        ));
    }
    if cluster.proxy_url.is_some() {
        return Err("it names a proxy (proxy-url), through which everything would pass. Remove it, and let this program reach the cluster directly".to_owned());
    }
    Ok(())
}

/// Programs to run, files to read, and acting as somebody else.
fn refuse_actions(user: &User) -> Result<(), String> {
    const TOKEN_INSTEAD: &str =
        "Use the token of a service account instead: `kubectl create token`";
    if user.exec.is_some() {
        return Err(format!(
            "it runs a program to sign in (exec), and nothing from an uploaded file is ever run. {TOKEN_INSTEAD}"
        ));
    }
    if user.auth_provider.is_some() {
        return Err(format!(
            "it signs in through a plug-in (auth-provider), which Kubernetes has given up. {TOKEN_INSTEAD}"
        ));
    }
    if user.token_file.is_some() {
        return Err(file_refused("tokenFile", "token"));
    }
    if user.client_certificate.is_some() {
        return Err(file_refused(
            "client-certificate",
            "client-certificate-data",
        ));
    }
    if user.client_key.is_some() {
        return Err(file_refused("client-key", "client-key-data"));
    }
    if user.username.is_some() || user.password.is_some() {
        return Err(format!(
            "it signs in with a user name and a password, which Kubernetes has given up. {TOKEN_INSTEAD}"
        ));
    }
    let impersonation = [
        &user.impersonated_user,
        &user.impersonated_uid,
        &user.impersonated_groups,
        &user.impersonated_extra,
    ];
    if impersonation.into_iter().any(Option::is_some) {
        return Err(format!(
            "it acts as somebody else (as, as-groups, …). {TOKEN_INSTEAD}"
        ));
    }
    Ok(())
}

fn file_refused(field: &str, instead: &str) -> String {
    format!(
        "it names a file ({field}), and no file of this machine is read for an upload. Put the contents into {instead}: \
         `kubectl config view --raw --flatten` does it"
    )
}

fn credentials(user: &User) -> Result<(), String> {
    if let Some(token) = &user.token {
        let token = token.expose_secret();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "its token is not one: a token has no spaces and no line breaks".to_owned(),
            );
        }
    }
    match (&user.client_certificate_data, &user.client_key_data) {
        (None, None) => Ok(()),
        (Some(certificate), Some(key)) => {
            let certificate = decoded(certificate.expose_secret());
            if certificates(&certificate.unwrap_or_default()).is_none() {
                return Err("its client-certificate-data is no certificate in base64".to_owned());
            }
            let key = decoded(key.expose_secret()).unwrap_or_default();
            PrivateKeyDer::from_pem_slice(&key)
                .map(|_| ())
                .map_err(|_| "its client-key-data is no private key in base64".to_owned())
        }
        _ => Err(
            "it has only one of client-certificate-data and client-key-data; they belong together"
                .to_owned(),
        ),
    }
}

fn authorities(cluster: &Cluster) -> Result<Option<Vec<Vec<u8>>>, String> {
    let Some(text) = &cluster.certificate_authority_data else {
        return Ok(None);
    };
    certificates(&decoded(text).unwrap_or_default())
        .map(Some)
        .ok_or_else(|| "its certificate-authority-data is no certificate in base64".to_owned())
}

fn server(text: &str, allowances: Allowances) -> Result<Uri, String> {
    let unusable = || format!("{:?} is no address of a cluster", shown(text));
    let url = Url::parse(text).map_err(|_| unusable())?;
    let host = url.host().ok_or_else(unusable)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its server address contains a user name or password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(unusable());
    }
    if is_never_a_cluster(&host) {
        return Err(format!("{host} is not an address where a cluster can be"));
    }
    match url.scheme() {
        "https" => {}
        "http" if !is_loopback(&host) => {
            return Err("its server address must begin with https://".to_owned());
        }
        "http" if allowances.plain_http_on_loopback => {}
        "http" => {
            return Err("its server address must begin with https://; http:// to this machine has to be allowed explicitly".to_owned());
        }
        _ => return Err("its server address must begin with https://".to_owned()),
    }
    url.as_str().parse().map_err(|_| unusable())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Link-local addresses are where clouds keep their metadata; the others lead nowhere or everywhere.
fn is_never_a_cluster(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => return *name == "metadata.google.internal",
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => address.to_canonical(),
    };
    match address {
        IpAddr::V4(address) => {
            address.is_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address == Ipv4Addr::BROADCAST
                // Azure's metadata and health address, outside of the link-local block.
                || address == Ipv4Addr::new(168, 63, 129, 16)
        }
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                // The metadata address of EC2.
                || address == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

/// RFC 1123, as Kubernetes wants a namespace.
fn is_dns_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 63
        && !text.is_empty()
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    let deserializer = IntoDeserializer::<ValueError>::into_deserializer(without_breaks(base64));
    ByteString::deserialize(deserializer)
        .ok()
        .map(|data| data.0)
}

fn without_breaks(base64: &str) -> String {
    base64.split_whitespace().collect()
}

/// In DER; none where there is none or one is broken.
fn certificates(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| certificate.map(|der| der.as_ref().to_vec()))
        .collect();
    found.ok().filter(|found| !found.is_empty())
}

impl Checked<'_> {
    pub(super) fn config(&self) -> kube::Config {
        let mut config = kube::Config::new(self.server.clone());
        if let Some(namespace) = self.namespace {
            namespace.clone_into(&mut config.default_namespace);
        }
        config.root_cert.clone_from(&self.authorities);
        config.accept_invalid_certs = self.cluster.insecure_skip_tls_verify == Some(true);
        config
            .tls_server_name
            .clone_from(&self.cluster.tls_server_name);
        if let Some(user) = self.user {
            let tidy = |secret: &SecretString| without_breaks(secret.expose_secret());
            config.auth_info.token.clone_from(&user.token);
            config.auth_info.client_certificate_data =
                user.client_certificate_data.as_ref().map(tidy);
            config.auth_info.client_key_data = user
                .client_key_data
                .as_ref()
                .map(|key| SecretString::from(tidy(key)));
        }
        config
    }

    /// JSON, which is YAML too.
    pub(super) fn to_text(&self) -> SecretString {
        let exposed =
            |secret: Option<&SecretString>| secret.map(|secret| secret.expose_secret().to_owned());
        let user = self.user.map(|user| {
            json!({
                "token": exposed(user.token.as_ref()),
                "client-certificate-data": exposed(user.client_certificate_data.as_ref()),
                "client-key-data": exposed(user.client_key_data.as_ref()),
            })
        });
        let text = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.context,
            "clusters": [{"name": "cluster", "cluster": {
                "server": self.server.to_string(),
                "certificate-authority-data": self.cluster.certificate_authority_data,
                "tls-server-name": self.cluster.tls_server_name,
                "insecure-skip-tls-verify": self.cluster.insecure_skip_tls_verify,
            }}],
            "users": [{"name": "user", "user": user}],
            "contexts": [{"name": self.context, "context": {
                "cluster": "cluster",
                "user": self.user.map(|_| "user"),
                "namespace": self.namespace,
            }}],
        });
        text.to_string().into()
    }
}
