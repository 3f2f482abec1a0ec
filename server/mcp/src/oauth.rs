//! An OAuth 2.1 client as MCP wants it: finds the authorization server, makes itself known to it, sends the user there, and
//! trades codes and refresh tokens for access tokens.
//!
//! It keeps nothing: the caller stores a [`Flow`] while the user is away and a [`Grant`] afterwards, both with secrets
//! inside, and takes care that one grant is refreshed by one caller at a time. Every request goes through the address guard.
//!
//! Sources: specification 2026-07-28, basic/authorization; RFC 6749, 7591, 7636, 8414, 8707, 9207, 9728; `OpenID` Connect
//! Discovery 1.0; draft-ietf-oauth-client-id-metadata-document.

mod assertion;
mod callback;
mod challenge;
mod discovery;
mod machine;
mod pkce;
mod registration;
mod scope;
mod secret;
mod token;

#[cfg(test)]
mod tests;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

pub use assertion::{Algorithm, SigningKey};
pub use callback::{finish, refresh};
pub use challenge::Challenge;
pub use machine::{client_credentials, exchange_identity, jwt_bearer};
pub use registration::{AuthMethod, Registration};

use crate::error::Error;
use crate::http::Http;

/// What the administrator and this server's own address decide.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the user comes back to.
    pub redirect_uri: Url,
    pub client_name: String,
    /// The address of our own client metadata document (CIMD); must be https with a path.
    pub client_metadata_url: Option<Url>,
    /// Registered by hand at the authorization server.
    pub client_id: Option<String>,
    pub client_secret: Option<SecretString>,
    /// The authorization server that `client_id` belongs to; another one is an error, not a reason to try.
    pub issuer: Option<String>,
    /// Asked for instead of what the server says it supports.
    pub scopes: Vec<String>,
}

/// A user on the way to the authorization server and back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Where to send the user's browser.
    pub authorization_url: Url,
    /// Comes back with the user; finds the flow again.
    pub state: String,
    #[serde(with = "secret")]
    verifier: SecretString,
    issuer: String,
    issuer_is_announced: bool,
    token_endpoint: Url,
    redirect_uri: Url,
    resource: String,
    scopes: Vec<String>,
    registration: Registration,
}

/// Access to one server, and what it takes to renew it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub issuer: String,
    pub resource: String,
    pub scopes: Vec<String>,
    /// Seconds from when the token was given.
    pub expires_in: Option<u64>,
    #[serde(with = "secret")]
    access_token: SecretString,
    #[serde(with = "secret::option", default)]
    refresh_token: Option<SecretString>,
    token_endpoint: Url,
    registration: Registration,
}

impl Grant {
    pub fn access_token(&self) -> &SecretString {
        &self.access_token
    }

    pub fn can_refresh(&self) -> bool {
        self.refresh_token.is_some()
    }

    pub fn client_id(&self) -> &str {
        &self.registration.client_id
    }
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum OauthError {
    #[error("the server's authorization server was not found: {0}")]
    Discovery(String),
    /// Somebody may be in between: nothing was sent.
    #[error("the sign-in was stopped for safety: {0}")]
    Mismatch(String),
    #[error(
        "this program could not register at `{issuer}`: {cause}. Register it there by hand and enter its client id"
    )]
    Registration { issuer: String, cause: String },
    #[error("the authorization server refused: {error}{}", described(description.as_ref()))]
    Denied {
        error: String,
        description: Option<String>,
    },
    /// The grant is worth nothing any more: the user has to sign in again.
    #[error("the sign-in is no longer valid ({0}); sign in again")]
    Rejected(String),
    #[error("the authorization server's answer is unusable: {0}")]
    Protocol(String),
    #[error(transparent)]
    Network(#[from] Error),
}

fn described(description: Option<&String>) -> String {
    description.map_or_else(String::new, |text| format!(" ({text})"))
}

/// Prepares a sign-in. `earlier` is the grant there was, whose registration and scopes are kept where they still apply.
pub async fn begin(
    http: &Http,
    server_url: &Url,
    challenge: Option<&Challenge>,
    config: &Config,
    earlier: Option<&Grant>,
) -> Result<Flow, OauthError> {
    let found = discovery::discover(http, server_url, challenge).await?;
    let server = &found.authorization_server;
    server.check_pkce()?;
    let registration = registration::obtain(http, server, config, earlier).await?;
    let scopes = scope::choose(challenge, &found, config, earlier);
    let verifier = pkce::random();
    let state = pkce::random();
    let mut authorization_url = server.authorization_endpoint()?;
    {
        let mut query = authorization_url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &registration.client_id)
            .append_pair("redirect_uri", config.redirect_uri.as_str())
            .append_pair("code_challenge", &pkce::challenge(&verifier))
            .append_pair("code_challenge_method", "S256")
            .append_pair("state", &state)
            .append_pair("resource", &found.resource);
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        if scopes.iter().any(|scope| scope == scope::OFFLINE) {
            // `OpenID` Connect Core, section 11: without it the scope is ignored.
            query.append_pair("prompt", "consent");
        }
    }
    Ok(Flow {
        authorization_url,
        state,
        verifier: verifier.into(),
        issuer: server.issuer.clone(),
        issuer_is_announced: server.announces_issuer,
        token_endpoint: server.token_endpoint()?,
        redirect_uri: config.redirect_uri.clone(),
        resource: found.resource,
        scopes,
        registration,
    })
}
