//! What goes over the wire, as the contract of the Terraform provider has it.

use db::identity_providers::IdentityProvider as Row;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ApiError;
use crate::extract::given;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentityProvider {
    id: Uuid,
    organization_id: String,
    provider_id: String,
    issuer: String,
    domain: String,
    domain_verified: Option<bool>,
    user_id: Option<String>,
    /// Secrets are `********`, but for API keys that may change them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    oidc_config: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    saml_config: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    role_mapping: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    team_sync_config: Option<Value>,
    /// Where the provider sends the browser back to.
    callback_url: String,
    /// This server's SAML metadata.
    metadata_url: Option<String>,
    /// Somebody signed in with these settings, or a test of them passed.
    works: bool,
}

impl IdentityProvider {
    pub(super) fn new(row: Row, callback_url: String, metadata_url: Option<String>) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            provider_id: row.provider_id,
            issuer: row.issuer,
            domain: row.domain,
            domain_verified: row.domain_verified,
            user_id: row.user_id,
            oidc_config: row.oidc_config,
            saml_config: row.saml_config,
            role_mapping: row.role_mapping,
            team_sync_config: row.team_sync_config,
            callback_url,
            metadata_url,
            works: row.worked_at.is_some(),
        }
    }
}

/// A provider, or a merge patch of one: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderInput {
    /// 1 to 64 letters, digits, `.`, `_` and `-`; part of the callback address.
    provider_id: Option<String>,
    issuer: Option<String>,
    /// Of email addresses; several with commas between them.
    domain: Option<String>,
    /// Whoever signs in with an address of the domain owns it, also where the provider does not say so.
    #[serde(default, deserialize_with = "given")]
    domain_verified: Option<Option<bool>>,
    #[serde(default, deserialize_with = "given")]
    user_id: Option<Option<String>>,
    /// This or `samlConfig`. `********` leaves a secret as it is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    oidc_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    saml_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    role_mapping: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    team_sync_config: Option<Option<Value>>,
}

impl ProviderInput {
    pub(super) fn check_is_whole(&self) -> Result<(), ApiError> {
        let missing = [
            ("providerId", self.provider_id.is_none()),
            ("issuer", self.issuer.is_none()),
            ("domain", self.domain.is_none()),
        ];
        match missing.into_iter().find(|(_, missing)| *missing) {
            Some((name, _)) => Err(ApiError::Validation(format!("{name} is required."))),
            None => Ok(()),
        }
    }

    pub(super) fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        if let Some(provider_id) = &self.provider_id {
            check_provider_id(provider_id)?;
            row.provider_id.clone_from(provider_id);
        }
        if let Some(issuer) = &self.issuer {
            row.issuer.clone_from(issuer);
        }
        if let Some(domain) = &self.domain {
            row.domain.clone_from(domain);
        }
        if let Some(verified) = self.domain_verified {
            row.domain_verified = verified;
        }
        if let Some(user_id) = &self.user_id {
            row.user_id.clone_from(user_id);
        }
        self.apply_blocks(row);
        for (name, block) in [
            ("oidcConfig", &row.oidc_config),
            ("samlConfig", &row.saml_config),
            ("roleMapping", &row.role_mapping),
            ("teamSyncConfig", &row.team_sync_config),
        ] {
            if block.as_ref().is_some_and(|block| !block.is_object()) {
                return Err(ApiError::Validation(format!("{name} is not an object.")));
            }
        }
        match (&row.oidc_config, &row.saml_config) {
            (None, None) => Err(ApiError::Conflict(
                "A provider speaks OIDC or SAML: give oidcConfig or samlConfig.".into(),
            )),
            (Some(_), Some(_)) => Err(ApiError::Validation(
                "A provider speaks OIDC or SAML: give oidcConfig or samlConfig, not both.".into(),
            )),
            _ => Ok(()),
        }
    }

    /// One protocol takes the other's place.
    fn apply_blocks(&self, row: &mut Row) {
        let is_set = |block: &Option<Option<Value>>| matches!(block, Some(Some(_)));
        if is_set(&self.oidc_config) && self.saml_config.is_none() {
            row.saml_config = None;
        }
        if is_set(&self.saml_config) && self.oidc_config.is_none() {
            row.oidc_config = None;
        }
        let blocks = [
            (&self.oidc_config, &mut row.oidc_config),
            (&self.saml_config, &mut row.saml_config),
            (&self.role_mapping, &mut row.role_mapping),
            (&self.team_sync_config, &mut row.team_sync_config),
        ];
        for (given, block) in blocks {
            if let Some(given) = given {
                block.clone_from(given);
            }
        }
    }
}

fn check_provider_id(id: &str) -> Result<(), ApiError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let dots = id.chars().all(|letter| letter == '.');
    if (1..=64).contains(&id.len()) && id.chars().all(plain) && !dots {
        return Ok(());
    }
    Err(ApiError::Validation(
        "providerId has 1 to 64 letters, digits, dots, underscores and hyphens: it is part of the address that the \
         provider sends people back to."
            .into(),
    ))
}
