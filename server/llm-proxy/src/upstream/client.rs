//! The connections to all upstreams.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as LegacyClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

pub(super) type Client = LegacyClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Shorter than providers and the load balancers in front of them keep a connection, so that a call seldom meets one
/// that is being closed.
const IDLE: Duration = Duration::from_secs(45);
const TCP_KEEPALIVE: Duration = Duration::from_mins(1);
const HTTP2_PING: Duration = Duration::from_secs(30);

pub(super) fn client() -> Client {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(TCP_KEEPALIVE));
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls())
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(tcp);
    LegacyClient::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .http2_adaptive_window(true)
        .http2_keep_alive_interval(HTTP2_PING)
        .build(connector)
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
