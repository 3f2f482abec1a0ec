//! Access without a user: client credentials, and identities that another authority vouches for (extensions of MCP).

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::assertion::{Claims, SigningKey};
use super::discovery::discover;
use super::registration::{self, AuthMethod, Registration};
use super::token::{Endpoint, post};
use super::{Challenge, Config, Grant, OauthError, scope};
use crate::http::Http;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A token for this program itself, proven by its secret or by a key (`private_key_jwt`, RFC 7523).
pub async fn client_credentials(
    http: &Http,
    server_url: &Url,
    challenge: Option<&Challenge>,
    config: &Config,
    key: Option<&SigningKey>,
) -> Result<Grant, OauthError> {
    let found = discover(http, server_url, challenge).await?;
    let server = &found.authorization_server;
    let registration = known(config, registration::with_secret(server))?;
    let assertion = match key {
        Some(key) => Some(key.sign(&Claims::of_client(
            &registration.client_id,
            &server.issuer,
            key.issued_at,
        ))?),
        None => None,
    };
    let scopes = scope::choose(challenge, &found, config, None);
    let asked = scopes.join(" ");
    let mut parameters = vec![("grant_type", "client_credentials")];
    if !scopes.is_empty() {
        parameters.push(("scope", &asked));
    }
    if let Some(assertion) = &assertion {
        parameters.push(("client_assertion_type", CLIENT_ASSERTION));
        parameters.push(("client_assertion", assertion));
    }
    let url = server.token_endpoint()?;
    let endpoint = Endpoint {
        url: &url,
        issuer: &server.issuer,
        registration: &registration,
        resource: &found.resource,
    };
    let tokens = endpoint.ask(http, &parameters).await?;
    Ok(endpoint.grant(tokens, &scopes))
}

/// Trades an assertion that the authorization server trusts for a token (RFC 7523, section 2.1).
///
/// `assertion` is asked for with the issuer and the resource, because it may have to be made for them.
pub async fn jwt_bearer(
    http: &Http,
    server_url: &Url,
    challenge: Option<&Challenge>,
    config: &Config,
    assertion: impl AsyncFnOnce(String, String) -> Result<SecretString, OauthError>,
) -> Result<Grant, OauthError> {
    let found = discover(http, server_url, challenge).await?;
    let server = &found.authorization_server;
    let registration = known(config, registration::with_secret(server))?;
    let assertion = assertion(server.issuer.clone(), found.resource.clone()).await?;
    let scopes = scope::choose(challenge, &found, config, None);
    let asked = scopes.join(" ");
    let mut parameters = vec![
        ("grant_type", JWT_BEARER),
        ("assertion", assertion.expose_secret()),
    ];
    if !scopes.is_empty() {
        parameters.push(("scope", &asked));
    }
    let url = server.token_endpoint()?;
    let endpoint = Endpoint {
        url: &url,
        issuer: &server.issuer,
        registration: &registration,
        resource: &found.resource,
    };
    let tokens = endpoint.ask(http, &parameters).await?;
    Ok(endpoint.grant(tokens, &scopes))
}

/// Has an identity provider turn a user's id token into an assertion for one authorization server (ID-JAG, RFC 8693).
pub async fn exchange_identity(
    http: &Http,
    token_endpoint: &Url,
    client_id: &str,
    id_token: &SecretString,
    audience: &str,
    resource: &str,
) -> Result<SecretString, OauthError> {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        )
        .append_pair(
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:id-jag",
        )
        .append_pair("audience", audience)
        .append_pair("resource", resource)
        .append_pair("subject_token", id_token.expose_secret())
        .append_pair(
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:id_token",
        )
        .append_pair("client_id", client_id)
        .finish();
    let tokens = post(http, token_endpoint, http::HeaderMap::new(), form).await?;
    Ok(tokens.access_token.into())
}

fn known(config: &Config, with_secret: AuthMethod) -> Result<Registration, OauthError> {
    let client_id = config.client_id.clone().ok_or_else(|| {
        OauthError::Protocol("a program without a user needs a client id".to_owned())
    })?;
    Ok(Registration {
        client_id,
        client_secret: config.client_secret.clone(),
        auth_method: if config.client_secret.is_some() {
            with_secret
        } else {
            AuthMethod::None
        },
        is_dynamic: false,
    })
}
