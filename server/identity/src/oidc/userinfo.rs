//! What a provider says of somebody when it is asked with their token.

use mcp::http::Http;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::discovery::get;
use super::id_token::bearer;
use crate::{Error, Result};

/// `claims`: of the ID token; empty where there is none.
pub(super) async fn ask(
    http: &Http,
    url: &Url,
    token: &SecretString,
    claims: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut more: Map<String, Value> = get(http, url, bearer(token)).await?;
    // OpenID Connect Core, section 5.3.2, against tokens that were swapped.
    if let Some(subject) = claims.get("sub")
        && more.get("sub") != Some(subject)
    {
        return Err(Error::untrusted(
            "the userinfo endpoint speaks of somebody else than the ID token",
        ));
    }
    if claims.is_empty() && is_github(url) {
        add_github_email(http, url, token, &mut more).await?;
    }
    Ok(more)
}

/// GitHub's own, and its server for enterprises.
fn is_github(url: &Url) -> bool {
    url.as_str() == "https://api.github.com/user" || url.path() == "/api/v3/user"
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

/// A profile holds an address only if its owner shows it to everybody, and not whether it is verified.
async fn add_github_email(
    http: &Http,
    url: &Url,
    token: &SecretString,
    claims: &mut Map<String, Value>,
) -> Result<()> {
    let url = Url::parse(&format!("{url}/emails"))
        .map_err(|_| Error::settings("userInfoEndpoint is not an address"))?;
    let emails: Vec<Email> = get(http, &url, bearer(token)).await?;
    if let Some(primary) = emails.into_iter().find(|email| email.primary) {
        claims.insert("email".into(), primary.email.into());
        claims.insert("email_verified".into(), primary.verified.into());
    }
    Ok(())
}
