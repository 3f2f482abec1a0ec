//! The token endpoint: one request, with the client's own proof of who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::discovery::TIMEOUT;
use super::registration::{AuthMethod, Registration};
use super::{Grant, OauthError, scope};
use crate::http::{Http, Outgoing, complaint};
use crate::jsonrpc::excerpt;

#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) token_type: String,
    #[serde(default)]
    pub(super) expires_in: Option<u64>,
    #[serde(default)]
    pub(super) refresh_token: Option<String>,
    #[serde(default)]
    pub(super) scope: Option<String>,
}

#[derive(Deserialize)]
struct TokenError {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

/// What a token is asked for, beside the grant itself.
pub(super) struct Endpoint<'a> {
    pub(super) url: &'a Url,
    pub(super) issuer: &'a str,
    pub(super) registration: &'a Registration,
    pub(super) resource: &'a str,
}

impl Endpoint<'_> {
    /// Asks for tokens with these parameters. The resource (RFC 8707) and the client's proof are added.
    pub(super) async fn ask(
        &self,
        http: &Http,
        parameters: &[(&str, &str)],
    ) -> Result<Tokens, OauthError> {
        let (headers, body) = self.request(parameters);
        let answer = post(http, self.url, headers, body).await?;
        if !answer.token_type.eq_ignore_ascii_case("bearer") {
            return Err(OauthError::Protocol(format!(
                "it gives tokens of type `{}`, and only bearer tokens can be used",
                answer.token_type
            )));
        }
        Ok(answer)
    }

    /// Apart from sending it: the serializer cannot be held across an await.
    fn request(&self, parameters: &[(&str, &str)]) -> (HeaderMap, String) {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(parameters);
        if !self.resource.is_empty() {
            form.append_pair("resource", self.resource);
        }
        let mut headers = HeaderMap::new();
        self.prove(&mut headers, &mut form);
        (headers, form.finish())
    }

    fn prove(&self, headers: &mut HeaderMap, form: &mut Serializer<'_, String>) {
        let client_id = &self.registration.client_id;
        let secret = self.registration.client_secret.as_ref();
        match (self.registration.auth_method, secret) {
            (AuthMethod::Basic, Some(secret)) => {
                if let Some(value) = basic(client_id, secret) {
                    headers.insert(AUTHORIZATION, value);
                }
            }
            (AuthMethod::Post, Some(secret)) => {
                form.append_pair("client_id", client_id);
                form.append_pair("client_secret", secret.expose_secret());
            }
            _ => {
                form.append_pair("client_id", client_id);
            }
        }
    }

    pub(super) fn grant(&self, tokens: Tokens, asked: &[String]) -> Grant {
        Grant {
            issuer: self.issuer.to_owned(),
            resource: self.resource.to_owned(),
            // RFC 6749, section 5.1: where nothing is said, it is what was asked for.
            scopes: match &tokens.scope {
                Some(granted) => scope::split(granted),
                None => asked.to_vec(),
            },
            expires_in: tokens.expires_in,
            access_token: tokens.access_token.into(),
            refresh_token: tokens.refresh_token.map(SecretString::from),
            token_endpoint: self.url.clone(),
            registration: self.registration.clone(),
        }
    }
}

/// RFC 6749, section 2.3.1: both parts are form-encoded first.
fn basic(client_id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret.expose_secret()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) async fn post(
    http: &Http,
    url: &Url,
    mut headers: HeaderMap,
    form: String,
) -> Result<Tokens, OauthError> {
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let sent = async {
        let response = http.send(Outgoing {
            method: Method::POST,
            url: url.clone(),
            headers,
            body: form.into(),
        });
        Ok::<_, OauthError>(complaint(response.await?).await)
    };
    let answer = tokio::time::timeout(TIMEOUT, sent).await;
    let (status, bytes) = answer.map_err(|_| {
        OauthError::Protocol(format!(
            "the token endpoint did not answer within {TIMEOUT:?}"
        ))
    })??;
    if status.is_success() {
        return serde_json::from_slice(&bytes).map_err(|error| {
            // The text may hold a token, so it is not repeated.
            OauthError::Protocol(format!("the tokens are unreadable: {error}"))
        });
    }
    Err(match serde_json::from_slice::<TokenError>(&bytes) {
        Ok(error) if matches!(error.error.as_str(), "invalid_grant" | "invalid_client") => {
            OauthError::Rejected(error.error_description.unwrap_or(error.error))
        }
        Ok(error) => OauthError::Denied {
            error: error.error,
            description: error.error_description,
        },
        Err(_) => OauthError::Protocol(format!(
            "HTTP {status}: {}",
            excerpt(String::from_utf8_lossy(&bytes).trim())
        )),
    })
}
