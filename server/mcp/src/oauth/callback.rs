//! The user comes back with a code, and later the grant is renewed.

use secrecy::ExposeSecret as _;
use url::form_urlencoded;

use super::token::Endpoint;
use super::{Flow, Grant, OauthError};
use crate::http::Http;

/// Trades the code in the callback's query for a grant.
pub async fn finish(http: &Http, flow: &Flow, query: &str) -> Result<Grant, OauthError> {
    let code = check(query, flow)?.ok_or_else(|| {
        OauthError::Protocol("it sent the user back without a code and without an error".to_owned())
    })?;
    let endpoint = Endpoint {
        url: &flow.token_endpoint,
        issuer: &flow.issuer,
        registration: &flow.registration,
        resource: &flow.resource,
    };
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", flow.redirect_uri.as_str()),
        ("code_verifier", flow.verifier.expose_secret()),
    ];
    let tokens = endpoint.ask(http, &parameters).await?;
    Ok(endpoint.grant(tokens, &flow.scopes))
}

/// A new access token. `Rejected` means that the user has to sign in again.
pub async fn refresh(http: &Http, grant: &Grant) -> Result<Grant, OauthError> {
    let Some(refresh_token) = &grant.refresh_token else {
        return Err(OauthError::Rejected("it came without a renewal".to_owned()));
    };
    let endpoint = Endpoint {
        url: &grant.token_endpoint,
        issuer: &grant.issuer,
        registration: &grant.registration,
        resource: &grant.resource,
    };
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    let tokens = endpoint.ask(http, &parameters).await?;
    let mut renewed = endpoint.grant(tokens, &grant.scopes);
    if renewed.refresh_token.is_none() {
        renewed.refresh_token = Some(refresh_token.clone());
    }
    Ok(renewed)
}

/// The code, once it is sure that the answer belongs to this flow and comes from whom the user was sent to.
pub(super) fn check(query: &str, flow: &Flow) -> Result<Option<String>, OauthError> {
    let answer = Callback::parse(query);
    answer.check(flow)?;
    Ok(answer.code)
}

#[derive(Default)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Callback {
    fn parse(query: &str) -> Self {
        let mut callback = Self::default();
        let query = query.strip_prefix('?').unwrap_or(query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let field = match name.as_ref() {
                "code" => &mut callback.code,
                "state" => &mut callback.state,
                "iss" => &mut callback.issuer,
                "error" => &mut callback.error,
                "error_description" => &mut callback.description,
                _ => continue,
            };
            *field = Some(value.into_owned());
        }
        callback
    }

    /// RFC 9207, section 2.4, letter by letter and before anything the answer says is believed, its errors included.
    fn check(&self, flow: &Flow) -> Result<(), OauthError> {
        let mismatch = |cause: String| Err(OauthError::Mismatch(cause));
        match &self.issuer {
            Some(issuer) if *issuer != flow.issuer => {
                return mismatch(format!(
                    "the answer comes from `{issuer}`, but the user was sent to `{}`",
                    flow.issuer
                ));
            }
            None if flow.issuer_is_announced => {
                return mismatch(format!(
                    "the answer does not say that it comes from `{}`, as that server always does",
                    flow.issuer
                ));
            }
            _ => {}
        }
        if self.state.as_deref() != Some(flow.state.as_str()) {
            return mismatch("the answer belongs to another sign-in".to_owned());
        }
        match &self.error {
            Some(error) => Err(OauthError::Denied {
                error: error.clone(),
                description: self.description.clone(),
            }),
            None => Ok(()),
        }
    }
}
