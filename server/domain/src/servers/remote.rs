//! How a remote server is reached: its address, headers and token.

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use http::{HeaderMap, HeaderName, HeaderValue};
use mcp::client::HttpTarget;
use mcp::http::Http;
use mcp::oauth::Grant;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Fields;
use url::Url;

use super::spec::UserConfig;
use super::{Result, ServerError};

/// The field that holds a token somebody pasted.
pub(super) const ACCESS_TOKEN: &str = "access_token";
/// The field that holds what a sign-in gave, as JSON.
pub(super) const GRANT: &str = "oauth";
/// When that was, in seconds since 1970.
pub(super) const GRANTED_AT: &str = "oauth_granted_at";

pub(super) fn target(
    row: &McpServer,
    item: &CatalogItem,
    secrets: &Fields,
    http: &Http,
) -> Result<HttpTarget> {
    let user_config = UserConfig::read(item, row, secrets);
    let missing = user_config.missing();
    if !missing.is_empty() {
        return Err(ServerError::Missing { keys: missing });
    }
    let mut headers = HeaderMap::new();
    for value in user_config.values() {
        let Some(name) = &value.header else { continue };
        let parsed = name
            .parse::<HeaderName>()
            .ok()
            .zip(HeaderValue::from_str(&value.text).ok());
        let Some((name, mut header)) = parsed else {
            return Err(ServerError::Invalid(format!(
                "what was entered for the header {name} cannot be sent as a header"
            )));
        };
        header.set_sensitive(value.is_sensitive);
        headers.insert(name, header);
    }
    Ok(HttpTarget {
        url: url(item, &user_config)?,
        headers,
        bearer: access_token(secrets),
        http: http.clone(),
    })
}

/// The address as it is entered, with values of the form in it.
fn url(item: &CatalogItem, user_config: &UserConfig) -> Result<Url> {
    let text = user_config.interpolate(item.server_url.as_deref().unwrap_or_default());
    Url::parse(&text).map_err(|error| {
        ServerError::Invalid(format!(
            "the catalog item {} has no usable address: {error}",
            item.name
        ))
    })
}

/// The address without an installation, for a sign-in that comes before it.
pub(super) fn plain_url(item: &CatalogItem) -> Result<Url> {
    let config = item.oauth_config.as_ref();
    let own = config.and_then(|config| config.get("server_url")?.as_str());
    let text = item.server_url.as_deref().or(own).unwrap_or_default();
    Url::parse(text).map_err(|error| {
        ServerError::Invalid(format!(
            "the catalog item {} has no usable address: {error}",
            item.name
        ))
    })
}

pub(super) fn access_token(secrets: &Fields) -> Option<SecretString> {
    let granted = grant(secrets).map(|grant| grant.access_token().clone());
    granted.or_else(|| secrets.get(ACCESS_TOKEN).cloned())
}

pub(super) fn grant(secrets: &Fields) -> Option<Grant> {
    serde_json::from_str(secrets.get(GRANT)?.expose_secret()).ok()
}

/// Seconds since 1970 at which the token expires, where its server said so.
pub(super) fn expires_at(secrets: &Fields) -> Option<i64> {
    let granted_at: i64 = secrets.get(GRANTED_AT)?.expose_secret().parse().ok()?;
    let lasts = i64::try_from(grant(secrets)?.expires_in?).ok()?;
    Some(granted_at.saturating_add(lasts))
}

/// What a sign-in gave, as the fields that keep it. Serialising a grant cannot fail: it has no maps.
pub(super) fn grant_fields(grant: &Grant, now: i64) -> Fields {
    let json = serde_json::to_string(grant).unwrap_or_default();
    Fields::from([
        (GRANT.to_owned(), SecretString::from(json)),
        (GRANTED_AT.to_owned(), SecretString::from(now.to_string())),
    ])
}
