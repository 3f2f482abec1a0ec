//! A code for tokens, with this server's proof of who it is.

use std::pin::Pin;

use http::Response;
use jsonwebtoken::{Algorithm, EncodingKey, encode};
use mcp::http::{Http, Outgoing, body};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, ExtraTokenFields,
    HttpRequest, PkceCodeVerifier, RedirectUrl, RequestTokenError, StandardRevocableToken,
    StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::discovery::{TIMEOUT, unreachable};
use super::{Authentication, Endpoints, OidcConfig, Setting};
use crate::flow::{FlowSecrets, random};
use crate::{Error, Result};

const LIMIT: usize = 1024 * 1024;
/// Long enough for clocks that differ, short enough to be useless when stolen.
const ASSERTION_SECONDS: i64 = 300;

/// What an `OpenID` provider gives beside OAuth's own tokens.
#[derive(Debug, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type OidcClient = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdTokenField, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

pub(super) struct Tokens {
    pub(super) access_token: SecretString,
    pub(super) id_token: Option<SecretString>,
}

pub(super) async fn redeem(
    config: &OidcConfig,
    http: &Http,
    endpoints: &Endpoints,
    flow: &FlowSecrets,
    code: &str,
    setting: Setting<'_>,
) -> Result<Tokens> {
    let redirect = RedirectUrl::new(setting.redirect_uri.to_owned())
        .map_err(|_| Error::settings("this server's own address can't be called back"))?;
    let authentication = config.authentication(endpoints);
    let mut client = OidcClient::new(ClientId::new(config.client_id.clone()))
        .set_token_uri(TokenUrl::from_url(endpoints.token.clone()))
        .set_redirect_uri(redirect)
        .set_auth_type(match authentication {
            Authentication::ClientSecretBasic => AuthType::BasicAuth,
            Authentication::ClientSecretPost | Authentication::PrivateKeyJwt => {
                AuthType::RequestBody
            }
        });
    if authentication != Authentication::PrivateKeyJwt {
        let secret = config.client_secret.expose_secret().to_owned();
        client = client.set_client_secret(ClientSecret::new(secret));
    }
    let mut request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
    if config.pkce || endpoints.announces_pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()));
    }
    if authentication == Authentication::PrivateKeyJwt {
        let assertion = config.assertion(endpoints, setting.now)?;
        request = request
            .add_extra_param(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .add_extra_param("client_assertion", assertion);
    }
    let client = Sender(http);
    let answer = request.request_async(&client).await;
    let tokens = answer.map_err(|error| fault(&endpoints.token, error))?;
    let id_token = tokens.extra_fields().id_token.clone();
    Ok(Tokens {
        access_token: tokens.access_token().secret().clone().into(),
        id_token: id_token.map(SecretString::from),
    })
}

/// The library's requests over our client, which looks at addresses before it connects.
struct Sender<'a>(&'a Http);

type Sent<'c> =
    Pin<Box<dyn Future<Output = std::result::Result<Response<Vec<u8>>, Error>> + Send + 'c>>;

impl<'c> AsyncHttpClient<'c> for Sender<'_> {
    type Error = Error;
    type Future = Sent<'c>;

    fn call(&'c self, request: HttpRequest) -> Sent<'c> {
        Box::pin(post(self.0, request))
    }
}

async fn post(http: &Http, request: HttpRequest) -> std::result::Result<Response<Vec<u8>>, Error> {
    let (parts, form) = request.into_parts();
    let url = Url::parse(&parts.uri.to_string())
        .map_err(|_| Error::settings("the token endpoint is not an address"))?;
    let sent = async {
        let outgoing = Outgoing {
            method: parts.method,
            url,
            headers: parts.headers,
            body: form.into(),
        };
        let response = http.send(outgoing).await?;
        let mut answer = Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        Ok::<_, mcp::error::Error>((answer, body(response, LIMIT).await?))
    };
    let answer = tokio::time::timeout(TIMEOUT, sent).await;
    let answer = answer.map_err(|_| {
        Error::provider(format!(
            "the token endpoint did not answer within {TIMEOUT:?}"
        ))
    })?;
    let (answer, bytes) = answer.map_err(unreachable)?;
    answer
        .body(bytes.to_vec())
        .map_err(|error| Error::provider(error.to_string()))
}

/// The answer's body is not repeated: it may hold tokens.
fn fault(url: &Url, error: RequestTokenError<Error, BasicErrorResponse>) -> Error {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => Error::provider(format!(
            "{url} refused the code: {}{}",
            answer.error(),
            answer
                .error_description()
                .map_or_else(String::new, |text| format!(" ({text})"))
        )),
        RequestTokenError::Parse(..) => {
            Error::provider(format!("{url} did not answer with tokens"))
        }
        RequestTokenError::Other(text) => Error::provider(format!("{url}: {text}")),
    }
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

impl OidcConfig {
    /// As the settings say, else as the provider can.
    fn authentication(&self, endpoints: &Endpoints) -> Authentication {
        let known = &endpoints.authentications;
        let can = |method: &str| known.iter().any(|one| one == method);
        self.token_endpoint_authentication.unwrap_or({
            if can("client_secret_post") && !can("client_secret_basic") {
                Authentication::ClientSecretPost
            } else {
                Authentication::ClientSecretBasic
            }
        })
    }

    /// RFC 7523: a statement about this server, signed with its private key.
    fn assertion(&self, endpoints: &Endpoints, now: i64) -> Result<String> {
        let credentials = &self.enterprise_managed_credentials;
        let unusable = || {
            Error::settings(
                "private_key_jwt needs a private key in PEM, RSA or EC P-256, in \
                 oidcConfig.enterpriseManagedCredentials.privateKeyPem",
            )
        };
        let pem = credentials.private_key_pem.as_ref().ok_or_else(unusable)?;
        let pem = pem.expose_secret().as_bytes();
        let (algorithm, key) = match EncodingKey::from_rsa_pem(pem) {
            Ok(key) => (Algorithm::RS256, key),
            Err(_) => (
                Algorithm::ES256,
                EncodingKey::from_ec_pem(pem).map_err(|_| unusable())?,
            ),
        };
        let mut header = jsonwebtoken::Header::new(algorithm);
        header.kid.clone_from(&credentials.private_key_id);
        let audience = credentials.client_assertion_audience.as_deref();
        let claims = Assertion {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: audience.unwrap_or(endpoints.token.as_str()),
            jti: random(),
            iat: now,
            exp: now + ASSERTION_SECONDS,
        };
        encode(&header, &claims, &key).map_err(|_| unusable())
    }
}
