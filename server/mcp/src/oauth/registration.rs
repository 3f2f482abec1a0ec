//! Who this program is at an authorization server: entered by hand, by a metadata document of its own (CIMD), or
//! registered on the spot (RFC 7591), in this order.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::discovery::{AuthorizationServer, TIMEOUT};
use super::{Config, Grant, OauthError, secret};
use crate::http::{Http, Outgoing, complaint};
use crate::jsonrpc::excerpt;

/// A client id belongs to the issuer that gave it, and is stored with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registration {
    pub client_id: String,
    #[serde(with = "secret::option", default)]
    pub(super) client_secret: Option<SecretString>,
    pub auth_method: AuthMethod,
    /// Registered on the spot: useless at any other issuer, and to be made again when it is refused.
    pub(super) is_dynamic: bool,
}

/// How the client shows that it is the client, at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthMethod {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "client_secret_basic")]
    Basic,
    #[serde(rename = "client_secret_post")]
    Post,
}

#[derive(Serialize)]
struct RegistrationRequest<'a> {
    client_name: &'a str,
    redirect_uris: [&'a str; 1],
    grant_types: [&'a str; 2],
    response_types: [&'a str; 1],
    token_endpoint_auth_method: AuthMethod,
    application_type: &'a str,
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
}

pub(super) async fn obtain(
    http: &Http,
    server: &AuthorizationServer,
    config: &Config,
    earlier: Option<&Grant>,
) -> Result<Registration, OauthError> {
    if let Some(client_id) = &config.client_id {
        return by_hand(server, config, client_id);
    }
    if server.takes_metadata_documents
        && let Some(url) = &config.client_metadata_url
    {
        return Ok(Registration {
            client_id: url.to_string(),
            client_secret: None,
            auth_method: AuthMethod::None,
            is_dynamic: false,
        });
    }
    let earlier = earlier.filter(|earlier| earlier.issuer == server.issuer);
    if let Some(earlier) = earlier.filter(|earlier| earlier.registration.is_dynamic) {
        return Ok(earlier.registration.clone());
    }
    register(http, server, config).await
}

fn by_hand(
    server: &AuthorizationServer,
    config: &Config,
    client_id: &str,
) -> Result<Registration, OauthError> {
    if let Some(issuer) = &config.issuer
        && issuer.trim_end_matches('/') != server.issuer.trim_end_matches('/')
    {
        return Err(OauthError::Mismatch(format!(
            "the client id `{client_id}` belongs to `{issuer}`, but the server now names `{}`",
            server.issuer
        )));
    }
    Ok(Registration {
        client_id: client_id.to_owned(),
        client_secret: config.client_secret.clone(),
        auth_method: match &config.client_secret {
            None => AuthMethod::None,
            Some(_) => with_secret(server),
        },
        is_dynamic: false,
    })
}

/// RFC 8414: where nothing is said, it is `client_secret_basic`.
pub(super) fn with_secret(server: &AuthorizationServer) -> AuthMethod {
    match &server.auth_methods {
        Some(methods) if !methods.iter().any(|method| method == "client_secret_basic") => {
            AuthMethod::Post
        }
        _ => AuthMethod::Basic,
    }
}

async fn register(
    http: &Http,
    server: &AuthorizationServer,
    config: &Config,
) -> Result<Registration, OauthError> {
    let failed = |cause: String| OauthError::Registration {
        issuer: server.issuer.clone(),
        cause,
    };
    let Some(endpoint) = &server.registration_endpoint else {
        return Err(failed("it does not let programs register".to_owned()));
    };
    let url = server.endpoint("registration_endpoint", Some(endpoint))?;
    let wanted = wanted_method(server);
    let request = RegistrationRequest {
        client_name: &config.client_name,
        redirect_uris: [config.redirect_uri.as_str()],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: wanted,
        application_type: application_type(&config.redirect_uri),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let sent = async {
        let response = http.send(Outgoing {
            method: Method::POST,
            url,
            headers,
            body: serde_json::to_vec(&request).unwrap_or_default().into(),
        });
        Ok::<_, OauthError>(complaint(response.await?).await)
    };
    let answer = tokio::time::timeout(TIMEOUT, sent).await;
    let (status, bytes) = answer.map_err(|_| failed(format!("no answer within {TIMEOUT:?}")))??;
    if !status.is_success() {
        let text = excerpt(String::from_utf8_lossy(&bytes).trim());
        return Err(failed(format!("HTTP {status}: {text}")));
    }
    let registered: Registered = serde_json::from_slice(&bytes)
        .map_err(|error| failed(format!("the answer is unreadable: {error}")))?;
    Ok(from_answer(registered, wanted))
}

/// The server has the last word about the method; without one, having a secret decides.
fn from_answer(registered: Registered, wanted: AuthMethod) -> Registration {
    let auth_method = match registered.token_endpoint_auth_method.as_deref() {
        Some("none") => AuthMethod::None,
        Some("client_secret_post") => AuthMethod::Post,
        Some("client_secret_basic") => AuthMethod::Basic,
        _ if registered.client_secret.is_none() => AuthMethod::None,
        _ => wanted,
    };
    Registration {
        client_id: registered.client_id,
        client_secret: registered.client_secret.map(SecretString::from),
        auth_method,
        is_dynamic: true,
    }
}

fn wanted_method(server: &AuthorizationServer) -> AuthMethod {
    let Some(methods) = &server.auth_methods else {
        return AuthMethod::Basic;
    };
    let offers = |name: &str| methods.iter().any(|method| method == name);
    if offers("client_secret_basic") {
        AuthMethod::Basic
    } else if offers("client_secret_post") {
        AuthMethod::Post
    } else {
        AuthMethod::None
    }
}

/// `OpenID` Connect Dynamic Client Registration: a redirect to this machine is a native application's.
fn application_type(redirect_uri: &Url) -> &'static str {
    let is_here = match redirect_uri.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    };
    if is_here { "native" } else { "web" }
}
