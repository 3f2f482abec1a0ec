//! Opens the stores of secrets as configured, or says what stands in the way.

use db::Db;
use secrecy::SecretString;
use secrets::stores::SecretStore as _;
use secrets::stores::keyring::Keyring;
use secrets::stores::vault::{Settings, VaultStore};
use secrets::{Degraded, Mode, Options, Secrets};

use crate::StartError;
use crate::auth_secret::AuthSecret;
use crate::config::Config;

pub(crate) async fn open(
    config: &Config,
    db: Db,
    auth_secret: &AuthSecret,
    keyring: Keyring,
) -> Result<Secrets, StartError> {
    let (mode, degraded) = in_force(config, &keyring).await?;
    if let Some(degraded) = &degraded {
        tracing::error!(
            reason = degraded.reason,
            fix = degraded.fix,
            "secrets are not kept as configured"
        );
    }
    let secrets = Secrets::start(
        db,
        Options {
            auth_secret: auth_secret.value.clone(),
            previous: auth_secret.previous.clone(),
            mode,
            configured: config.secrets.configured,
            degraded,
            vault: config.secrets.vault.clone(),
            keyring,
            auth_secret_place: auth_secret.place.clone(),
        },
    )
    .await?;
    auth_secret.settle()?;
    Ok(secrets)
}

/// A keyring is there or not: only trying tells.
async fn in_force(
    config: &Config,
    keyring: &Keyring,
) -> Result<(Mode, Option<Degraded>), StartError> {
    let stores = &config.secrets;
    if stores.mode != Mode::Keyring {
        return Ok((stores.mode, stores.degraded.clone()));
    }
    match keyring.check().await {
        Ok(_) => Ok((Mode::Keyring, None)),
        Err(error) if stores.strict => Err(error.into()),
        Err(error) => Ok((
            Mode::Database,
            Some(Degraded {
                reason: format!(
                    "KEYRING is configured, but {error} Secrets are kept in the database"
                ),
                fix: "Unlock or start the keyring, and start again.".to_owned(),
            }),
        )),
    }
}

/// The database's address: given, in Vault, or none.
pub(crate) async fn database_url(config: &Config) -> Result<Option<SecretString>, StartError> {
    let stores = &config.secrets;
    let (Some(reference), Some(settings)) = (&stores.database_url, &stores.vault) else {
        return Ok(config.database_url.clone());
    };
    let url = VaultStore::new(Settings::clone(settings))?
        .resolve(reference)
        .await?;
    crate::config::check_database_url(&url).map_err(|fault| StartError::DatabaseReference {
        reference: reference.to_string(),
        fault,
    })?;
    Ok(Some(url))
}
