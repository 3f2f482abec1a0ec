//! From a server's URL to its authorization server: protected resource metadata (RFC 9728), then the authorization server's
//! own (RFC 8414 and `OpenID` Connect Discovery), then what 2025-03-26 assumed where there are neither.

use std::time::Duration;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Challenge, OauthError};
use crate::error::Error;
use crate::http::{Http, body};

/// A document of metadata is a few kilobytes.
const LIMIT: usize = 1024 * 1024;
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);

/// Everything that is known before the client makes itself known.
#[derive(Debug)]
pub(super) struct Found {
    /// RFC 8707: what tokens are for.
    pub(super) resource: String,
    pub(super) scopes_supported: Option<Vec<String>>,
    pub(super) authorization_server: AuthorizationServer,
}

#[derive(Debug)]
pub(super) struct AuthorizationServer {
    pub(super) issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    pub(super) registration_endpoint: Option<String>,
    pub(super) scopes_supported: Vec<String>,
    pub(super) auth_methods: Option<Vec<String>>,
    /// `None` where there are no metadata at all, so that nothing can be concluded.
    pkce_methods: Option<Vec<String>>,
    pub(super) takes_metadata_documents: bool,
    /// RFC 9207: answers say whose they are.
    pub(super) announces_issuer: bool,
    /// The server itself is reached with encryption, so its authorization server has to be, too.
    must_encrypt: bool,
}

#[derive(Deserialize)]
struct ResourceMetadata {
    resource: String,
    #[serde(default)]
    authorization_servers: Vec<String>,
    #[serde(default)]
    scopes_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct ServerMetadata {
    issuer: String,
    #[serde(default)]
    authorization_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint: Option<String>,
    #[serde(default)]
    registration_endpoint: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    client_id_metadata_document_supported: bool,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

pub(super) async fn discover(
    http: &Http,
    server_url: &Url,
    challenge: Option<&Challenge>,
) -> Result<Found, OauthError> {
    let must_encrypt = server_url.scheme() == "https";
    let Some(metadata) = resource_metadata(http, server_url, challenge).await? else {
        let authorization_server = without_resource_metadata(http, server_url).await?;
        return Ok(Found {
            resource: canonical(server_url),
            scopes_supported: None,
            authorization_server,
        });
    };
    check_resource(&metadata.resource, server_url)?;
    let issuer = metadata.authorization_servers.first().ok_or_else(|| {
        OauthError::Discovery("the server's metadata name no authorization server".to_owned())
    })?;
    let metadata_of_server = server_metadata(http, issuer).await?;
    let authorization_server = metadata_of_server
        .map(|metadata| checked(metadata, issuer))
        .transpose()?
        .map(|metadata| metadata.into_server(must_encrypt));
    Ok(Found {
        resource: metadata.resource,
        scopes_supported: metadata.scopes_supported,
        authorization_server: authorization_server.ok_or_else(|| {
            OauthError::Discovery(format!("`{issuer}` publishes no metadata about itself"))
        })?,
    })
}

/// First where the challenge points to, then at the two well-known places.
async fn resource_metadata(
    http: &Http,
    server_url: &Url,
    challenge: Option<&Challenge>,
) -> Result<Option<ResourceMetadata>, OauthError> {
    let named = challenge.and_then(|challenge| challenge.resource_metadata.as_deref());
    if let Some(named) = named {
        let url = server_url.join(named).map_err(|error| {
            OauthError::Discovery(format!("`{named}` is not an address: {error}"))
        })?;
        if let Some(metadata) = document(http, url).await? {
            return Ok(Some(metadata));
        }
    }
    let path = server_url.path().trim_end_matches('/');
    let mut places = vec![format!("{WELL_KNOWN}{path}")];
    if !path.is_empty() {
        places.push(WELL_KNOWN.to_owned());
    }
    for place in places {
        if let Some(metadata) = document(http, at(server_url, &place)).await? {
            return Ok(Some(metadata));
        }
    }
    Ok(None)
}

/// RFC 9728, section 3.3: metadata about something else are somebody else's.
fn check_resource(resource: &str, server_url: &Url) -> Result<(), OauthError> {
    let covers = Url::parse(resource).is_ok_and(|resource| {
        let path = resource.path().trim_end_matches('/');
        let rest = server_url.path().strip_prefix(path);
        resource.origin() == server_url.origin()
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if covers {
        return Ok(());
    }
    Err(OauthError::Mismatch(format!(
        "the metadata at this server are about `{resource}`, not about `{}`",
        canonical(server_url)
    )))
}

/// RFC 8414 puts the well-known part before the issuer's path, `OpenID` Connect behind it.
async fn server_metadata(http: &Http, issuer: &str) -> Result<Option<ServerMetadata>, OauthError> {
    let url = Url::parse(issuer)
        .map_err(|error| OauthError::Discovery(format!("`{issuer}` is no issuer: {error}")))?;
    let path = url.path().trim_end_matches('/');
    let mut places = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        places.push(format!("{path}/.well-known/openid-configuration"));
    }
    for place in places {
        if let Some(metadata) = document(http, at(&url, &place)).await? {
            return Ok(Some(metadata));
        }
    }
    Ok(None)
}

/// RFC 8414, section 3.3. A final slash is forgiven here, because a URL without a path has two spellings; what the
/// metadata say is what later answers are compared with, letter by letter.
fn checked(metadata: ServerMetadata, issuer: &str) -> Result<ServerMetadata, OauthError> {
    if metadata.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(OauthError::Mismatch(format!(
            "the metadata of `{issuer}` say that they are those of `{}`",
            metadata.issuer
        )));
    }
    Ok(metadata)
}

impl ServerMetadata {
    fn into_server(self, must_encrypt: bool) -> AuthorizationServer {
        AuthorizationServer {
            issuer: self.issuer,
            authorization_endpoint: self.authorization_endpoint,
            token_endpoint: self.token_endpoint,
            registration_endpoint: self.registration_endpoint,
            scopes_supported: self.scopes_supported,
            auth_methods: self.token_endpoint_auth_methods_supported,
            pkce_methods: Some(self.code_challenge_methods_supported),
            takes_metadata_documents: self.client_id_metadata_document_supported,
            announces_issuer: self.authorization_response_iss_parameter_supported,
            must_encrypt,
        }
    }
}

/// 2025-03-26: the server is its own authorization server, with fixed paths where it publishes nothing.
async fn without_resource_metadata(
    http: &Http,
    server_url: &Url,
) -> Result<AuthorizationServer, OauthError> {
    let issuer = server_url.origin().ascii_serialization();
    let must_encrypt = server_url.scheme() == "https";
    if let Some(metadata) = server_metadata(http, &issuer).await? {
        // That revision knew no issuer to compare with; what is not of the same origin is somebody else's all the same.
        let names_itself =
            Url::parse(&metadata.issuer).is_ok_and(|url| url.origin() == server_url.origin());
        return if names_itself {
            Ok(metadata.into_server(must_encrypt))
        } else {
            checked(metadata, &issuer).map(|metadata| metadata.into_server(must_encrypt))
        };
    }
    let endpoint = |path: &str| Some(at(server_url, path).to_string());
    Ok(AuthorizationServer {
        authorization_endpoint: endpoint("/authorize"),
        token_endpoint: endpoint("/token"),
        registration_endpoint: endpoint("/register"),
        issuer,
        scopes_supported: Vec::new(),
        auth_methods: None,
        pkce_methods: None,
        takes_metadata_documents: false,
        announces_issuer: false,
        must_encrypt,
    })
}

/// `None` where there is no such document: 4xx, or something that is not JSON, such as a page.
async fn document<T: DeserializeOwned>(http: &Http, url: Url) -> Result<Option<T>, OauthError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let shown = url.to_string();
    let read = async {
        let response = http.get(url, headers).await?;
        let status = response.status();
        Ok::<_, Error>((status, body(response, LIMIT).await?))
    };
    let answer = tokio::time::timeout(TIMEOUT, read).await;
    let (status, bytes) = answer.map_err(|_| {
        OauthError::Discovery(format!("`{shown}` did not answer within {TIMEOUT:?}"))
    })??;
    if status.is_server_error() {
        return Err(OauthError::Discovery(format!(
            "`{shown}` answered HTTP {status}"
        )));
    }
    if !status.is_success() {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&bytes).ok())
}

fn at(url: &Url, path: &str) -> Url {
    let mut at = url.clone();
    at.set_path(path);
    at.set_query(None);
    at.set_fragment(None);
    at
}

/// RFC 8707: without a fragment, and without the slash that an empty path is written with.
pub(super) fn canonical(url: &Url) -> String {
    let mut canonical = url.clone();
    canonical.set_fragment(None);
    if canonical.path() == "/" && canonical.query().is_none() {
        return canonical.as_str().trim_end_matches('/').to_owned();
    }
    canonical.into()
}

impl AuthorizationServer {
    pub(super) fn authorization_endpoint(&self) -> Result<Url, OauthError> {
        self.endpoint(
            "authorization_endpoint",
            self.authorization_endpoint.as_ref(),
        )
    }

    pub(super) fn token_endpoint(&self) -> Result<Url, OauthError> {
        self.endpoint("token_endpoint", self.token_endpoint.as_ref())
    }

    pub(super) fn endpoint(&self, name: &str, url: Option<&String>) -> Result<Url, OauthError> {
        let fault = |cause: &str| {
            OauthError::Discovery(format!("the `{name}` of `{}` {cause}", self.issuer))
        };
        let url = url.ok_or_else(|| fault("is missing"))?;
        let url = Url::parse(url).map_err(|_| fault("is not an address"))?;
        let is_allowed = url.scheme() == "https" || url.scheme() == "http" && !self.must_encrypt;
        is_allowed
            .then_some(url)
            .ok_or_else(|| fault("is not encrypted"))
    }

    /// The specification: a server that does not announce PKCE does not have it, and is not to be used.
    pub(super) fn check_pkce(&self) -> Result<(), OauthError> {
        match &self.pkce_methods {
            Some(methods) if !methods.iter().any(|method| method == "S256") => {
                Err(OauthError::Discovery(format!(
                    "`{}` does not announce PKCE with S256, without which codes can be stolen",
                    self.issuer
                )))
            }
            _ => Ok(()),
        }
    }
}
