//! Signing in at a SAML 2.0 identity provider: the browser goes there with a request, and comes back with a signed response.
//!
//! A response is believed if it has exactly one assertion, signed with a key that the administrator gave, for this server,
//! for this very sign-in, just now. Whoever calls sees to it that an assertion is used once.
//!
//! Sources: SAML 2.0 Core, Bindings, Profiles; "On Breaking SAML" (Somorovsky et al., 2012) for signature wrapping.

mod conditions;
mod document;
mod metadata;
mod request;
mod response;
mod signature;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::flow::FlowSecrets;
use crate::{Error, Identity, Log, Mapping, Result};

/// As the contract has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SamlConfig {
    issuer: String,
    entry_point: String,
    cert: String,
    audience: Option<String>,
    identifier_format: Option<String>,
    want_assertions_signed: Option<bool>,
    private_key: Option<SecretString>,
    #[serde(default)]
    additional_params: Map<String, Value>,
    #[serde(default)]
    idp_metadata: IdpMetadata,
    #[serde(default)]
    sp_metadata: SpMetadata,
    #[serde(default)]
    mapping: Mapping,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct IdpMetadata {
    /// The provider's own document; what it says comes first.
    metadata: Option<String>,
    #[serde(rename = "entityID")]
    entity_id: Option<String>,
    cert: Option<String>,
    #[serde(rename = "redirectURL")]
    redirect_url: Option<String>,
    #[serde(rename = "isAssertionEncrypted")]
    is_assertion_encrypted: Option<bool>,
    #[serde(default, rename = "singleSignOnService")]
    single_sign_on: Vec<Service>,
}

#[derive(Debug, Clone, Deserialize)]
struct Service {
    #[serde(rename = "Binding")]
    binding: String,
    #[serde(rename = "Location")]
    location: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct SpMetadata {
    metadata: Option<String>,
    #[serde(rename = "entityID")]
    entity_id: Option<String>,
    #[serde(rename = "privateKey")]
    private_key: Option<SecretString>,
}

/// A provider, ready to be asked.
#[derive(Debug)]
pub struct Saml {
    config: SamlConfig,
    /// What the provider calls itself; several where the settings leave it open.
    issuers: Vec<String>,
    entry_point: Url,
    certificates: Vec<Vec<u8>>,
}

/// This server, as the provider knows it.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The assertion consumer service.
    pub acs_url: &'a str,
    pub metadata_url: &'a str,
    pub now: DateTime<Utc>,
}

/// Somebody, and the assertion that says so.
#[derive(Debug)]
pub struct Asserted {
    pub identity: Identity,
    /// To be used once.
    pub assertion_id: String,
    /// When it can't be used anyhow.
    pub valid_until: DateTime<Utc>,
}

impl Saml {
    /// `issuer`: of the provider as a whole, which its assertions name unless its metadata say otherwise.
    pub fn new(config: SamlConfig, issuer: &str) -> Result<Self> {
        let idp = &config.idp_metadata;
        if idp.is_assertion_encrypted == Some(true) {
            return Err(Error::settings(
                "encrypted assertions are not read. They come over HTTPS and are signed; switch their encryption off at \
                 the provider, and idpMetadata.isAssertionEncrypted here",
            ));
        }
        let described = match idp
            .metadata
            .as_deref()
            .filter(|text| !text.trim().is_empty())
        {
            Some(text) => Some(metadata::read(text)?),
            None => None,
        };
        let mut certificates = Vec::new();
        let given = [Some(&config.cert), idp.cert.as_ref()];
        for text in given.into_iter().flatten() {
            certificates.extend(signature::certificates(text)?);
        }
        let (mut issuers, mut location) = (Vec::new(), None);
        if let Some(described) = described {
            for text in &described.certificates {
                certificates.extend(signature::certificates(text)?);
            }
            issuers.push(described.entity_id);
            location = described.redirect;
        } else if let Some(entity_id) = &idp.entity_id {
            issuers.push(entity_id.clone());
        } else {
            issuers.extend([issuer.to_owned(), config.issuer.clone()]);
        }
        if certificates.is_empty() {
            return Err(Error::settings(
                "there is no certificate. Put the provider's signing certificate (PEM) into samlConfig.cert",
            ));
        }
        let entry_point = config.entry_point(location)?;
        Ok(Self {
            config,
            issuers,
            entry_point,
            certificates,
        })
    }

    /// What this server calls itself there.
    pub fn entity_id<'a>(&'a self, setting: Setting<'a>) -> &'a str {
        let config = &self.config;
        let own = config.sp_metadata.entity_id.as_deref();
        own.or(config.audience.as_deref())
            .filter(|id| !id.is_empty())
            .unwrap_or(setting.metadata_url)
    }

    /// Their fingerprints. Signatures are checked against the keys in them; when a certificate expires does not matter, as SAML
    /// has it.
    pub fn certificates(&self) -> Vec<String> {
        self.certificates
            .iter()
            .map(|der| signature::describe(der))
            .collect()
    }

    /// Where the browser goes to sign in.
    pub fn begin(&self, flow: &FlowSecrets, setting: Setting<'_>) -> Result<Url> {
        request::url(self, flow, setting)
    }

    /// Who came back.
    pub fn finish(
        &self,
        encoded: &str,
        flow: &FlowSecrets,
        setting: Setting<'_>,
        log: &mut Log,
    ) -> Result<Asserted> {
        response::read(self, encoded, flow, setting, log)
    }

    pub fn metadata(&self, setting: Setting<'_>) -> String {
        let own = self.config.sp_metadata.metadata.as_deref();
        match own.filter(|text| !text.trim().is_empty()) {
            Some(text) => text.to_owned(),
            None => metadata::write(self, setting),
        }
    }

    fn wants_signed_assertions(&self) -> bool {
        self.config.want_assertions_signed.unwrap_or(true)
    }

    fn private_key(&self) -> Option<&SecretString> {
        let config = &self.config;
        let key = config.sp_metadata.private_key.as_ref();
        key.or(config.private_key.as_ref())
            .filter(|key| !key.expose_secret().trim().is_empty())
    }
}

impl SamlConfig {
    fn entry_point(&self, described: Option<String>) -> Result<Url> {
        let idp = &self.idp_metadata;
        let redirect = |service: &&Service| service.binding.ends_with(":HTTP-Redirect");
        let listed = idp.single_sign_on.iter().find(redirect);
        let own = Some(self.entry_point.clone()).filter(|url| !url.is_empty());
        let text = own
            .or(described)
            .or_else(|| listed.map(|service| service.location.clone()))
            .or_else(|| idp.redirect_url.clone())
            .unwrap_or_default();
        let parsed = Url::parse(&text).ok();
        let web = parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        web.ok_or_else(|| {
            Error::settings(format!(
                "samlConfig.entryPoint is not an http or https address: `{text}`. It is the provider's single sign-on \
                 address for the binding HTTP-Redirect"
            ))
        })
    }
}
