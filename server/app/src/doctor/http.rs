//! Questions over HTTP, without the proxies of the environment: the server's own calls of models do not use them either.

use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::ANSWER_WITHIN;
use crate::config::Config;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The answerer's clock.
    pub(crate) date: Option<DateTime<Utc>>,
}

/// Any answer is one, whatever its status. The error is the innermost cause.
pub(crate) async fn get(url: Url, bearer: Option<&SecretString>) -> Result<Answer, String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_WITHIN)
        .build()
        .map_err(|error| cause(&error))?;
    let mut request = client.get(url);
    if let Some(bearer) = bearer {
        request = request.bearer_auth(bearer.expose_secret());
    }
    let response = request.send().await.map_err(|error| cause(&error))?;
    let date = response.headers().get(reqwest::header::DATE);
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
    Ok(Answer {
        status: response.status().as_u16(),
        date: date.map(|date| date.to_utc()),
        body: response.text().await.map_err(|error| cause(&error))?,
    })
}

/// This instance's own API.
pub(crate) async fn local(config: &Config, path: &str) -> Result<Answer, String> {
    get(local_url(config, config.api_port(), path)?, None).await
}

/// Its metrics.
pub(crate) async fn metrics(config: &Config) -> Result<Answer, String> {
    let url = local_url(config, config.metrics_port, "/metrics")?;
    get(url, config.metrics_secret.as_ref()).await
}

fn local_url(config: &Config, port: u16, path: &str) -> Result<Url, String> {
    let address = match config.bind {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    let socket = std::net::SocketAddr::new(address, port);
    Url::parse(&format!("http://{socket}{path}")).map_err(|error| error.to_string())
}

fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", ANSWER_WITHIN.as_secs());
    }
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(|error| error.source()) {
        innermost = Some(deeper);
    }
    innermost.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

/// An address as it may be shown: without what signs in with it.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() || !url.username().is_empty() {
        // Only a URL without a host could refuse, and it has nobody to name.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url.set_query(None);
    url.to_string()
}
