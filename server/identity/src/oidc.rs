//! Signing in at an `OpenID` provider: the authorization code flow with PKCE, state and nonce.
//!
//! Keys and metadata are read anew for every sign-in: there are few of them, and nothing is ever stale when a provider
//! rotates its keys.
//!
//! Sources: `OpenID` Connect Core and Discovery 1.0, RP-Initiated Logout 1.0; RFC 6749, 7523, 7636, 9207.

mod discovery;
mod id_token;
mod presets;
mod redeem;
#[cfg(test)]
mod tests;
mod userinfo;

use mcp::http::Http;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::flow::FlowSecrets;
use crate::{Error, Identity, Log, Mapping, Result};
pub use discovery::Endpoints;
pub use presets::{PRESETS, Preset, preset_of};

/// As the contract has it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the contract"
)]
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OidcConfig {
    pub issuer: String,
    pub client_id: String,
    client_secret: SecretString,
    discovery_endpoint: String,
    pkce: bool,
    #[serde(default)]
    skip_discovery: bool,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_endpoint: Option<String>,
    user_info_endpoint: Option<String>,
    token_endpoint_authentication: Option<Authentication>,
    scopes: Option<Vec<String>>,
    /// Google: only accounts of this domain.
    hd: Option<String>,
    #[serde(default)]
    mapping: Mapping,
    /// The provider's name for a person replaces ours at every sign-in.
    #[serde(default)]
    pub override_user_info: bool,
    #[serde(default)]
    pub enable_rp_initiated_logout: bool,
    #[serde(default)]
    enterprise_managed_credentials: Credentials,
}

/// How this server proves at the token endpoint who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Authentication {
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    private_key_id: Option<String>,
    private_key_pem: Option<SecretString>,
    client_assertion_audience: Option<String>,
    // What a gateway does with them is not a sign-in's; the values are checked here all the same.
    #[expect(dead_code, reason = "read so that a wrong value is refused")]
    exchange_strategy: Option<ExchangeStrategy>,
    #[expect(dead_code, reason = "read so that a wrong value is refused")]
    token_endpoint_authentication: Option<Authentication>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ExchangeStrategy {
    EntraObo,
    OktaManaged,
    Rfc8693,
}

/// Where the browser comes back to, and when it is.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub redirect_uri: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// What the browser came back with.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

/// Somebody, and the token that says so: a provider wants it back when they sign out.
pub struct SignedIn {
    pub identity: Identity,
    pub id_token: Option<SecretString>,
}

impl OidcConfig {
    /// What can be said without asking the provider.
    pub fn check(&self) -> Result<()> {
        for (name, value) in [("clientId", &self.client_id), ("issuer", &self.issuer)] {
            if value.trim().is_empty() {
                return Err(Error::settings(format!("oidcConfig.{name} is empty")));
            }
        }
        let optional = [
            ("authorizationEndpoint", &self.authorization_endpoint),
            ("tokenEndpoint", &self.token_endpoint),
            ("jwksEndpoint", &self.jwks_endpoint),
            ("userInfoEndpoint", &self.user_info_endpoint),
        ];
        for (name, value) in optional {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                discovery::address(name, value)?;
            }
        }
        if self.skip_discovery {
            return self.endpoints_by_hand().map(|_| ());
        }
        discovery::address("discoveryEndpoint", &self.discovery_endpoint).map(|_| ())
    }

    fn scopes(&self) -> Vec<String> {
        let standard = || ["openid", "email", "profile"].map(str::to_owned).to_vec();
        let given = self.scopes.clone().filter(|scopes| !scopes.is_empty());
        given.unwrap_or_else(standard)
    }

    /// Where the browser goes to sign in.
    pub async fn begin(
        &self,
        http: &Http,
        flow: &FlowSecrets,
        setting: Setting<'_>,
        log: &mut Log,
    ) -> Result<Url> {
        let endpoints = self.endpoints(http, log).await?;
        let mut url = endpoints.authorization.clone();
        let scopes = self.scopes().join(" ");
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", setting.redirect_uri)
            .append_pair("scope", &scopes)
            .append_pair("state", &flow.state)
            .append_pair("nonce", &flow.nonce);
        if self.pkce || endpoints.announces_pkce {
            query
                .append_pair("code_challenge", &flow.challenge())
                .append_pair("code_challenge_method", "S256");
        }
        if let Some(hd) = &self.hd {
            query.append_pair("hd", hd);
        }
        drop(query);
        Ok(url)
    }

    /// Who came back.
    pub async fn finish(
        &self,
        http: &Http,
        flow: &FlowSecrets,
        callback: &Callback,
        setting: Setting<'_>,
        log: &mut Log,
    ) -> Result<SignedIn> {
        let code = log.step("answer", answer(callback), |_| {
            "The browser came back with a code.".into()
        })?;
        let endpoints = self.endpoints(http, log).await?;
        log.step("answer", self.check_sender(&endpoints, callback), |()| {
            "The answer is of the provider that was asked.".into()
        })?;
        let tokens = redeem::redeem(self, http, &endpoints, flow, code, setting).await;
        let tokens = log.step("tokens", tokens, |_| {
            "The code was traded for tokens.".into()
        })?;
        let mut claims = Map::new();
        if let Some(token) = &tokens.id_token {
            let expected = id_token::Expected {
                issuer: &self.issuer,
                client_id: &self.client_id,
                nonce: &flow.nonce,
                now: setting.now,
            };
            let verified = id_token::verify(http, &endpoints, token, &expected).await;
            claims = log.step("id token", verified, |claims| {
                format!(
                    "Signature, issuer, audience, time and nonce are right. Claims: {}",
                    names(claims)
                )
            })?;
        } else {
            let why = self.without_id_token(&endpoints);
            log.step("id token", why, |()| {
                "The provider is not an OpenID provider; it is asked who signed in.".into()
            })?;
        }
        if let Some(url) = &endpoints.userinfo {
            let more = userinfo::ask(http, url, &tokens.access_token, &claims).await;
            let more = log.step("userinfo", more, |more| format!("Claims: {}", names(more)))?;
            // What is signed wins.
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        let identity = self.identity(claims);
        let identity = log.step("person", identity, describe)?;
        Ok(SignedIn {
            identity,
            id_token: tokens.id_token,
        })
    }

    fn identity(&self, claims: Map<String, Value>) -> Result<Identity> {
        if let Some(hd) = self.hd.as_ref().filter(|hd| !hd.is_empty())
            && claims.get("hd").and_then(Value::as_str) != Some(hd)
        {
            return Err(Error::untrusted(format!(
                "the account is not one of the domain {hd}"
            )));
        }
        let subject = if claims.contains_key("sub") {
            "sub"
        } else {
            "id"
        };
        self.mapping.identity(subject, claims)
    }

    /// RFC 9207, against answers of another provider.
    fn check_sender(&self, endpoints: &Endpoints, callback: &Callback) -> Result<()> {
        match &callback.iss {
            Some(issuer) if *issuer != self.issuer => Err(Error::untrusted(format!(
                "it comes from {issuer}, and {} was asked",
                self.issuer
            ))),
            None if endpoints.announces_issuer => Err(Error::untrusted(
                "the provider says that its answers name it, and this one does not",
            )),
            _ => Ok(()),
        }
    }

    /// Plain OAuth (GitHub) has no ID token, and an administrator has to have said so by setting it up without keys.
    fn without_id_token(&self, endpoints: &Endpoints) -> Result<()> {
        if self.skip_discovery && endpoints.jwks.is_none() && endpoints.userinfo.is_some() {
            return Ok(());
        }
        Err(Error::provider(
            "it gave no ID token. Ask for the scope `openid`; for a provider that has none (plain OAuth), set \
             skipDiscovery, the endpoints, and no jwksEndpoint",
        ))
    }
}

fn answer(callback: &Callback) -> Result<&str> {
    if let Some(error) = &callback.error {
        let more = callback.error_description.as_deref();
        let more = more.map_or_else(String::new, |text| format!(" ({text})"));
        return Err(Error::Denied(format!("{error}{more}")));
    }
    let code = callback.code.as_deref().filter(|code| !code.is_empty());
    code.ok_or_else(|| Error::provider("its answer holds neither a code nor an error"))
}

pub(crate) fn names(claims: &Map<String, Value>) -> String {
    let names: Vec<&str> = claims.keys().map(String::as_str).collect();
    names.join(", ")
}

pub(crate) fn describe(identity: &Identity) -> String {
    let verified = match identity.email_verified {
        Some(true) => "verified by the provider",
        Some(false) => "not verified by the provider",
        None => "the provider does not say whether it is verified",
    };
    let email = identity.email.as_deref().unwrap_or("no address");
    format!("{} is {email} ({verified}).", identity.subject)
}
