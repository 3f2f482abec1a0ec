//! A provider's settings and the secrets in them: kept apart, put together again, or shown without.

use db::identity_providers::IdentityProvider;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Fields;
use serde_json::Value;
use uuid::Uuid;

use super::{IdentityError, Result};
use crate::platform::Platform;

/// What stands in the place of a secret that is not shown. Sent back, it leaves the secret as it is.
pub const MASK: &str = "********";

/// Where secrets are in settings.
const OIDC: [&str; 3] = [
    "/clientSecret",
    "/enterpriseManagedCredentials/clientSecret",
    "/enterpriseManagedCredentials/privateKeyPem",
];
const SAML: [&str; 10] = [
    "/privateKey",
    "/decryptionPvk",
    "/idpMetadata/privateKey",
    "/idpMetadata/privateKeyPass",
    "/idpMetadata/encPrivateKey",
    "/idpMetadata/encPrivateKeyPass",
    "/spMetadata/privateKey",
    "/spMetadata/privateKeyPass",
    "/spMetadata/encPrivateKey",
    "/spMetadata/encPrivateKeyPass",
];

/// Whether secrets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    Masked,
    Clear,
}

/// Lets `edit` see every secret place of a provider's settings that holds a text, with its name.
fn places(row: &mut IdentityProvider, mut edit: impl FnMut(String, &mut Value)) {
    let blocks = [
        ("oidcConfig", row.oidc_config.as_mut(), &OIDC[..]),
        ("samlConfig", row.saml_config.as_mut(), &SAML[..]),
    ];
    for (block, value, pointers) in blocks {
        let Some(value) = value else { continue };
        for pointer in pointers {
            if let Some(place) = value.pointer_mut(pointer).filter(|place| place.is_string()) {
                edit(format!("{block}{}", pointer.replace('/', ".")), place);
            }
        }
    }
}

/// Takes the secrets out of settings that somebody wrote, and stores them; a mask stands for what is `stored` already. The
/// row's own secret is a new one afterwards: the old one is deleted when the row is written.
pub async fn seal(
    platform: &Platform,
    row: &mut IdentityProvider,
    stored: Option<Uuid>,
) -> Result<()> {
    let mut before = match stored {
        Some(id) => platform.secrets.get(id).await?.unwrap_or_default(),
        None => Fields::new(),
    };
    let (mut fields, mut unknown) = (Fields::new(), None);
    places(row, |name, place| {
        let text = place.as_str().unwrap_or_default().to_owned();
        let value = if text == MASK {
            before.remove(&name)
        } else {
            Some(SecretString::from(text))
        };
        match value {
            Some(value) => {
                fields.insert(name, value);
                *place = Value::String(MASK.to_owned());
            }
            None => unknown = Some(name),
        }
    });
    if let Some(name) = unknown {
        return Err(IdentityError::Invalid(format!(
            "{name} is {MASK}, which stands for a stored value, and none is stored. Send the value itself."
        )));
    }
    row.secret_id = None;
    if !fields.is_empty() {
        let id = Uuid::now_v7();
        let name = format!("identity provider {}", row.provider_id);
        platform.secrets.put(id, &name, &fields).await?;
        row.secret_id = Some(id);
    }
    Ok(())
}

/// Puts the secrets back to where they were.
pub async fn open(platform: &Platform, row: &mut IdentityProvider, secrecy: Secrecy) -> Result<()> {
    let Some(id) = row.secret_id.filter(|_| secrecy == Secrecy::Clear) else {
        return Ok(());
    };
    let fields = platform.secrets.get(id).await?.unwrap_or_default();
    places(row, |name, place| {
        if let Some(value) = fields.get(&name) {
            *place = Value::String(value.expose_secret().to_owned());
        }
    });
    Ok(())
}
