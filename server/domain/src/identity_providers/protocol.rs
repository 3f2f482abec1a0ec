//! A provider's settings as the protocol that it speaks, and where it finds this server.

use db::identity_providers::IdentityProvider;
use identity::mapping::{RoleMapping, TeamSync};
use identity::oidc::OidcConfig;
use identity::saml::{Saml, SamlConfig};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Result, Secrecy, open};
use crate::platform::Platform;

#[derive(Debug)]
pub enum Protocol {
    Oidc(Box<OidcConfig>),
    Saml(Box<Saml>),
}

pub fn callback_url(platform: &Platform, provider_id: &str) -> String {
    format!(
        "{}/api/auth/sso/callback/{provider_id}",
        platform.settings.frontend_url
    )
}

pub fn acs_url(platform: &Platform, provider_id: &str) -> String {
    format!(
        "{}/api/auth/sso/saml2/sp/acs/{provider_id}",
        platform.settings.frontend_url
    )
}

pub fn metadata_url(platform: &Platform, provider_id: &str) -> String {
    format!(
        "{}/api/auth/sso/saml2/sp/metadata/{provider_id}",
        platform.settings.frontend_url
    )
}

/// Reads a block of settings; what is wrong with it is said by its place, and never by its value.
fn read<T: DeserializeOwned>(name: &str, value: &Value) -> identity::Result<T> {
    serde_json::from_value(value.clone()).map_err(|error| {
        let text = error.to_string();
        let said = if text.starts_with("missing field") {
            text
        } else {
            match text.rsplit_once(", expected ") {
                Some((_, expected)) => format!("a value in it is not {expected}"),
                None => "a value in it can't be read".to_owned(),
            }
        };
        identity::Error::Settings(format!("{name}: {said}"))
    })
}

/// With its secrets in it.
pub async fn protocol(platform: &Platform, row: &IdentityProvider) -> Result<Protocol> {
    let mut row = row.clone();
    open(platform, &mut row, Secrecy::Clear).await?;
    Ok(of_row(&row)?)
}

fn of_row(row: &IdentityProvider) -> identity::Result<Protocol> {
    if let Some(config) = &row.oidc_config {
        let config: OidcConfig = read("oidcConfig", config)?;
        config.check()?;
        return Ok(Protocol::Oidc(Box::new(config)));
    }
    let config = row.saml_config.as_ref().unwrap_or(&Value::Null);
    let config: SamlConfig = read("samlConfig", config)?;
    Ok(Protocol::Saml(Box::new(Saml::new(config, &row.issuer)?)))
}

pub(super) fn role_mapping(row: &IdentityProvider) -> identity::Result<RoleMapping> {
    let mapping = row.role_mapping.as_ref();
    mapping.map_or_else(
        || Ok(RoleMapping::default()),
        |mapping| read("roleMapping", mapping),
    )
}

/// `None` where teams are people's business.
pub(super) fn team_sync(row: &IdentityProvider) -> identity::Result<Option<TeamSync>> {
    let Some(sync) = &row.team_sync_config else {
        return Ok(None);
    };
    let sync: TeamSync = read("teamSyncConfig", sync)?;
    Ok(Some(sync).filter(TeamSync::is_on))
}

/// What can be said of settings without asking the provider. The roles that they name come back.
pub fn check(row: &IdentityProvider) -> Result<Vec<String>> {
    of_row(row)?;
    let mapping = role_mapping(row)?;
    mapping.check()?;
    if let Some(sync) = team_sync(row)? {
        sync.check()?;
    }
    let rules = mapping.rules.into_iter().map(|rule| rule.role);
    Ok(rules.chain(mapping.default_role).collect())
}
