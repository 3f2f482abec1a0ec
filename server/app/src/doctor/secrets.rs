//! The store of secrets: goes there and back.

use std::sync::Arc;

use secrets::stores::SecretStore as _;
use secrets::stores::keyring::Keyring;
use secrets::stores::vault::{Description, KvVersion, Settings, VaultStore};
use secrets::{Error, Mode};

use super::{ANSWER_WITHIN, Finding, Patient};

const KEYRING: &str = "keyring";
const VAULT: &str = "Vault";
const WHY: &str =
    "stored secrets can't be read, or are kept in the database instead of where they should be";

pub(super) async fn check(patient: Arc<Patient>) -> Vec<Finding> {
    let stores = &patient.config.secrets;
    if let Some(degraded) = &stores.degraded {
        return vec![Finding::fault(
            "secrets",
            degraded.reason.clone(),
            WHY,
            degraded.fix.clone(),
        )];
    }
    vec![match (stores.mode, &stores.vault) {
        (Mode::Keyring, _) => keyring().await,
        (Mode::Vault | Mode::ReadonlyVault, Some(settings)) => vault(settings).await,
        _ => Finding::ok("secrets", "in the database, encrypted"),
    }]
}

async fn keyring() -> Finding {
    let keyring = Keyring::default();
    match tokio::time::timeout(ANSWER_WITHIN, keyring.check()).await {
        Ok(Ok(found)) => Finding::ok(KEYRING, found),
        Ok(Err(Error::Unavailable { cause, fix, .. } | Error::Refused { cause, fix, .. })) => {
            Finding::fault(KEYRING, cause, WHY, fix)
        }
        Ok(Err(other)) => Finding::fault(KEYRING, other.to_string(), WHY, ""),
        Err(_) => Finding::fault(
            KEYRING,
            "it does not answer; it may be waiting for somebody to unlock it",
            WHY,
            "Unlock it: sign in to the desktop, or open its program, for example Passwords and Keys.",
        ),
    }
}

async fn vault(settings: &Settings) -> Finding {
    let store = match VaultStore::new(settings.clone()) {
        Ok(store) => store,
        Err(error) => return Finding::fault(VAULT, error.to_string(), WHY, ""),
    };
    let place = store.describe();
    match tokio::time::timeout(ANSWER_WITHIN, store.check()).await {
        Ok(Ok(found)) => Finding::ok(VAULT, found),
        Ok(Err(Error::Unavailable { cause, .. })) if cause.contains("sealed") => Finding::fault(
            VAULT,
            format!("Vault at {} is sealed", place.address),
            WHY,
            format!(
                "Run `VAULT_ADDR={} vault operator unseal`; nothing here needs a restart.",
                place.address
            ),
        ),
        Ok(Err(Error::Unavailable { cause, fix, .. })) => Finding::fault(VAULT, cause, WHY, fix),
        Ok(Err(Error::Refused { cause, fix, .. })) => refused(&cause, fix, place, settings.kv),
        Ok(Err(other)) => Finding::fault(
            VAULT,
            other.to_string(),
            WHY,
            "Run `archestra secrets verify`.",
        ),
        Err(_) => Finding::fault(
            VAULT,
            format!("Vault at {} does not answer", place.address),
            WHY,
            "Let this machine reach it, or correct ARCHESTRA_HASHICORP_VAULT_ADDR.",
        ),
    }
}

fn refused(cause: &str, fix: String, place: &Description, kv: KvVersion) -> Finding {
    if cause.contains("lookup-self") {
        let found = format!(
            "Vault at {} does not take the token: {cause}",
            place.address
        );
        let fix = "Make another one (`vault token create -policy=archestra`), and set ARCHESTRA_HASHICORP_VAULT_TOKEN to it.";
        return Finding::fault(VAULT, found, WHY, fix);
    }
    if cause.contains("403") {
        let found = format!("Vault's policy does not allow what is needed: {cause}");
        return Finding::fault(
            VAULT,
            found,
            WHY,
            format!(
                "Run `vault policy write archestra -` with {}.",
                policy(place, kv)
            ),
        );
    }
    Finding::fault(VAULT, cause, WHY, fix)
}

fn policy(place: &Description, kv: KvVersion) -> String {
    let (data, metadata) = (&place.secret_path, &place.metadata_path);
    match kv {
        KvVersion::One => format!(
            "path \"{data}/*\" {{ capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }}"
        ),
        KvVersion::Two => format!(
            "path \"{data}/*\" {{ capabilities = [\"create\", \"read\", \"update\"] }} path \"{metadata}/*\" {{ capabilities = \
             [\"read\", \"list\", \"delete\"] }}"
        ),
    }
}
