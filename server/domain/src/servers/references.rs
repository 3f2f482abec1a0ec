//! Values that somebody else keeps in Vault: an installation has where they are, and is started with what is there.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use secrets::{Fields, Reference};

use super::{Result, ServerError, Servers};

pub(super) type References = BTreeMap<String, Reference>;

/// What was entered as `path#key`.
pub(super) fn parse(entered: &Fields, folders: Option<&[String]>) -> Result<References> {
    let parse = |(field, text): (&String, &SecretString)| {
        let reference = Reference::parse(text.expose_secret())?;
        if folders.is_none_or(|folders| folders.iter().any(|folder| reference.is_in(folder))) {
            return Ok((field.clone(), reference));
        }
        Err(ServerError::Forbidden(format!(
            "the path {} is in no Vault folder of a team of yours. Ask an administrator",
            reference.path
        )))
    };
    entered.iter().map(parse).collect()
}

impl Servers {
    /// What they lead to, before they are written down.
    pub(super) async fn resolve(&self, references: &References) -> Result<Fields> {
        let vault = self.parts.secrets.vault();
        let vault = vault.ok_or(secrets::Error::NoVault)?;
        let mut fields = Fields::new();
        for (field, reference) in references {
            fields.insert(field.clone(), vault.resolve(reference).await?);
        }
        Ok(fields)
    }
}
