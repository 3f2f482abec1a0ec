//! Where a provider's endpoints are: from its metadata, or as the administrator wrote them down.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue};
use mcp::http::{Http, body};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::OidcConfig;
use crate::{Error, Log, Result};

/// Metadata and key sets are a few kilobytes.
const LIMIT: usize = 1024 * 1024;
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);

/// What a sign-in needs to know of a provider.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub authorization: Url,
    pub token: Url,
    pub jwks: Option<Url>,
    pub userinfo: Option<Url>,
    pub end_session: Option<Url>,
    pub(super) authentications: Vec<String>,
    pub(super) announces_pkce: bool,
    pub(super) announces_issuer: bool,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl OidcConfig {
    pub async fn endpoints(&self, http: &Http, log: &mut Log) -> Result<Endpoints> {
        if self.skip_discovery {
            let endpoints = self.endpoints_by_hand();
            return log.step("discovery", endpoints, |_| {
                "Skipped: the endpoints are those of the settings.".into()
            });
        }
        let found = self.discover(http).await;
        log.step("discovery", found, |_| {
            format!("{} describes {}.", self.discovery_endpoint, self.issuer)
        })
    }

    async fn discover(&self, http: &Http) -> Result<Endpoints> {
        let url = address("discoveryEndpoint", &self.discovery_endpoint)?;
        let metadata: Metadata = get(http, &url, None).await?;
        if metadata.issuer != self.issuer {
            return Err(Error::untrusted(format!(
                "{url} describes the issuer {}, and the settings say {}. They must be the same, letter for letter",
                metadata.issuer, self.issuer
            )));
        }
        let has = |list: &[String], wanted: &str| list.iter().any(|one| one == wanted);
        Ok(Endpoints {
            authorization: self.chosen(
                "authorization_endpoint",
                self.authorization_endpoint.as_ref(),
                &metadata.authorization_endpoint,
            )?,
            token: self.chosen(
                "token_endpoint",
                self.token_endpoint.as_ref(),
                &metadata.token_endpoint,
            )?,
            jwks: self.optional(
                "jwks_uri",
                self.jwks_endpoint.as_ref(),
                metadata.jwks_uri.as_ref(),
            )?,
            userinfo: self.optional(
                "userinfo_endpoint",
                self.user_info_endpoint.as_ref(),
                metadata.userinfo_endpoint.as_ref(),
            )?,
            end_session: self.optional(
                "end_session_endpoint",
                None,
                metadata.end_session_endpoint.as_ref(),
            )?,
            announces_pkce: has(&metadata.code_challenge_methods_supported, "S256"),
            authentications: metadata.token_endpoint_auth_methods_supported,
            announces_issuer: metadata.authorization_response_iss_parameter_supported,
        })
    }

    pub(super) fn endpoints_by_hand(&self) -> Result<Endpoints> {
        let needed = |name: &str, value: &Option<String>| match given(value.as_ref()) {
            Some(value) => address(name, value),
            None => Err(Error::settings(format!(
                "oidcConfig.{name} is missing, and without discovery (skipDiscovery) nobody else says where it is"
            ))),
        };
        let optional = |name: &str, value: &Option<String>| {
            given(value.as_ref())
                .map(|value| address(name, value))
                .transpose()
        };
        Ok(Endpoints {
            authorization: needed("authorizationEndpoint", &self.authorization_endpoint)?,
            token: needed("tokenEndpoint", &self.token_endpoint)?,
            jwks: optional("jwksEndpoint", &self.jwks_endpoint)?,
            userinfo: optional("userInfoEndpoint", &self.user_info_endpoint)?,
            end_session: None,
            authentications: Vec::new(),
            announces_pkce: false,
            announces_issuer: false,
        })
    }

    fn optional(
        &self,
        name: &str,
        ours: Option<&String>,
        theirs: Option<&String>,
    ) -> Result<Option<Url>> {
        let value = given(ours).or(theirs);
        value
            .map(|value| self.chosen(name, None, value))
            .transpose()
    }

    /// The administrator's word before the provider's. A provider that is reached with encryption has all of it encrypted.
    fn chosen(&self, name: &str, ours: Option<&String>, theirs: &str) -> Result<Url> {
        let url = address(name, given(ours).map_or(theirs, String::as_str))?;
        if self.issuer.starts_with("https:") && url.scheme() != "https" {
            return Err(Error::untrusted(format!(
                "the {name} {url} is not encrypted"
            )));
        }
        Ok(url)
    }
}

fn given(value: Option<&String>) -> Option<&String> {
    value.filter(|value| !value.is_empty())
}

pub(super) fn address(name: &str, value: &str) -> Result<Url> {
    let parsed = Url::parse(value).ok();
    let web = parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    web.ok_or_else(|| Error::settings(format!("{name} is not an http or https address: `{value}`")))
}

/// A document of JSON.
pub(super) async fn get<T: DeserializeOwned>(
    http: &Http,
    url: &Url,
    bearer: Option<HeaderValue>,
) -> Result<T> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(bearer) = bearer {
        headers.insert(AUTHORIZATION, bearer);
    }
    let read = async {
        let response = http.get(url.clone(), headers).await?;
        let status = response.status();
        Ok::<_, mcp::error::Error>((status, body(response, LIMIT).await?))
    };
    let answer = tokio::time::timeout(TIMEOUT, read).await;
    let answer =
        answer.map_err(|_| Error::provider(format!("{url} did not answer within {TIMEOUT:?}")))?;
    let (status, bytes) = answer.map_err(unreachable)?;
    if !status.is_success() {
        return Err(Error::provider(format!("{url} answered HTTP {status}")));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        Error::provider(format!(
            "{url} did not answer with the expected JSON: {error}"
        ))
    })
}

pub(super) fn unreachable(error: mcp::error::Error) -> Error {
    match error {
        refused @ mcp::error::Error::Address(_) => {
            Error::settings(format!("{refused} (ARCHESTRA_MCP_ALLOWED_NETWORKS)"))
        }
        other => Error::provider(other.to_string()),
    }
}

/// The keys of a set that we can read; a provider may have others for others.
pub(super) async fn keys(http: &Http, url: &Url) -> Result<Vec<jsonwebtoken::jwk::Jwk>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = get(http, url, None).await?;
    let keys = set.keys.into_iter();
    Ok(keys
        .filter_map(|key| serde_json::from_value(key).ok())
        .collect())
}

impl Endpoints {
    /// Whether the provider's keys can be read, for a test.
    pub async fn check_keys(&self, http: &Http) -> Result<usize> {
        let Some(url) = &self.jwks else {
            return Err(Error::settings(
                "there is no jwksEndpoint, so ID tokens can't be checked",
            ));
        };
        match keys(http, url).await?.len() {
            0 => Err(Error::provider(format!(
                "{url} has no key that can be used"
            ))),
            count => Ok(count),
        }
    }
}
