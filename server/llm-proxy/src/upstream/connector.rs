//! How a connection to an upstream is opened: TCP without delays, TLS for `https`.
//!
//! HTTP/1.1 only. Every provider speaks it, a call that is cancelled ends with its connection, and a lost packet holds up
//! one stream instead of all of them.

use std::time::Duration;

use domain::upstreams::AddressGuard;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;

use super::addresses::Addresses;

pub(crate) type Connector = HttpsConnector<HttpConnector<Addresses>>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TCP_KEEPALIVE: Duration = Duration::from_mins(1);

/// `guard` says which addresses a name may lead to.
pub(super) fn connector(guard: Option<AddressGuard>) -> Connector {
    let mut tcp = HttpConnector::new_with_resolver(Addresses::new(guard));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(TCP_KEEPALIVE));
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    HttpsConnectorBuilder::new()
        .with_tls_config(tls())
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp)
}

/// Trusts what the machine trusts; a machine without certificates (a bare container) gets Mozilla's list.
fn tls() -> ClientConfig {
    // An error means that the program has chosen already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match ClientConfig::builder().with_native_roots() {
        Ok(config) => config.with_no_client_auth(),
        Err(error) => {
            tracing::info!(%error, "no certificates on this machine; Mozilla's list is used for upstreams");
            ClientConfig::builder()
                .with_webpki_roots()
                .with_no_client_auth()
        }
    }
}
