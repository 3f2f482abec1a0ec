//! What the configuration says of secrets: which store, how Vault is reached, and what to do where that can't be.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;

use secrecy::SecretString;
use secrets::stores::vault::{Auth, Aws, CACHE_FOR, KvVersion, Settings, TIMEOUT, VaultStore};
use secrets::{Degraded, Mode, Reference};

use super::{ConfigError, Environment, Reader};

#[derive(Debug, Clone)]
pub struct SecretStores {
    /// What was asked for.
    pub configured: Mode,
    /// In force, as far as the configuration can tell.
    pub mode: Mode,
    /// Why the two differ.
    pub degraded: Option<Degraded>,
    /// Also while another store is in force: secrets may be there still.
    pub vault: Option<Settings>,
    pub previous: Option<SecretString>,
    /// No fallback.
    pub strict: bool,
    pub database_url: Option<Reference>,
}

impl SecretStores {
    pub(super) fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let reader = Reader(environment);
        let asked = environment.value("ARCHESTRA_SECRETS_MANAGER");
        // It has been checked.
        let configured = asked.and_then(Mode::parse).unwrap_or(Mode::Database);
        let strict = reader.switch("ARCHESTRA_SECRETS_STRICT");
        let wants_vault = matches!(configured, Mode::Vault | Mode::ReadonlyVault);
        let missing = missing(environment);
        let degraded = (wants_vault && !missing.is_empty()).then(|| Degraded {
            reason: format!(
                "{} is configured, but {} is missing. Secrets are kept in the database",
                configured.name(),
                missing.join(" and ")
            ),
            fix: format!("Set {}, and start again.", missing.join(" and ")),
        });
        if let (true, Some(degraded)) = (strict, &degraded) {
            return Err(ConfigError(vec![format!(
                "ARCHESTRA_SECRETS_STRICT: {}. {}",
                degraded.reason, degraded.fix
            )]));
        }
        let vault = if missing.is_empty() {
            Some(vault(environment, configured == Mode::ReadonlyVault)?)
        } else {
            None
        };
        Ok(Self {
            configured,
            mode: if degraded.is_some() {
                Mode::Database
            } else {
                configured
            },
            degraded,
            database_url: database_url(environment, vault.is_some())?,
            vault,
            previous: reader.secret("ARCHESTRA_AUTH_SECRET_PREVIOUS"),
            strict,
        })
    }
}

/// What Vault can't be reached without.
fn missing(environment: &Environment) -> Vec<&'static str> {
    let method = method(environment);
    let needed = match method.as_str() {
        "K8S" => "ARCHESTRA_HASHICORP_VAULT_K8S_ROLE",
        "AWS" => "ARCHESTRA_HASHICORP_VAULT_AWS_ROLE",
        _ => "ARCHESTRA_HASHICORP_VAULT_TOKEN",
    };
    ["ARCHESTRA_HASHICORP_VAULT_ADDR", needed]
        .into_iter()
        .filter(|name| environment.get(name).is_none())
        .collect()
}

fn method(environment: &Environment) -> String {
    let method = environment.value("ARCHESTRA_HASHICORP_VAULT_AUTH_METHOD");
    method.unwrap_or_default().to_ascii_uppercase()
}

fn vault(environment: &Environment, read_only: bool) -> Result<Settings, ConfigError> {
    let reader = Reader(environment);
    let text = |name: &str| {
        environment
            .get(&format!("ARCHESTRA_HASHICORP_VAULT_{name}"))
            .map(str::to_owned)
    };
    let settings = Settings {
        address: reader.url("ARCHESTRA_HASHICORP_VAULT_ADDR")?,
        auth: auth(environment)?,
        kv: match environment.value("ARCHESTRA_HASHICORP_VAULT_KV_VERSION") {
            Some("1") => KvVersion::One,
            _ => KvVersion::Two,
        },
        prefix: text("SECRET_PATH"),
        metadata_prefix: text("SECRET_METADATA_PATH"),
        namespace: text("NAMESPACE"),
        ca_file: text("CACERT").map(PathBuf::from),
        read_only,
        timeout: TIMEOUT,
        cache_for: CACHE_FOR,
    };
    // It says what is wrong with them.
    VaultStore::new(settings.clone()).map_err(|error| ConfigError(vec![error.to_string()]))?;
    Ok(settings)
}

fn auth(environment: &Environment) -> Result<Auth, ConfigError> {
    let reader = Reader(environment);
    let text = |name: &str| {
        let value = environment.value(&format!("ARCHESTRA_HASHICORP_VAULT_{name}"));
        value.unwrap_or_default().to_owned()
    };
    Ok(match method(environment).as_str() {
        "K8S" => Auth::Kubernetes {
            role: text("K8S_ROLE"),
            token_file: text("K8S_TOKEN_PATH").into(),
            mount: text("K8S_MOUNT_POINT"),
        },
        "AWS" => Auth::Aws(Aws {
            role: text("AWS_ROLE"),
            mount: text("AWS_MOUNT_POINT"),
            region: text("AWS_REGION"),
            sts_endpoint: reader.url("ARCHESTRA_HASHICORP_VAULT_AWS_STS_ENDPOINT")?,
            server_id: environment
                .get("ARCHESTRA_HASHICORP_VAULT_AWS_IAM_SERVER_ID")
                .map(str::to_owned),
            environment: environment
                .beginning_with("AWS_")
                .map(|(name, value)| (name.to_owned(), SecretString::from(value)))
                .collect::<HashMap<_, _>>(),
            home: environment.get("HOME").map(PathBuf::from),
        }),
        _ => Auth::Token(text("TOKEN").into()),
    })
}

/// `path:key`; a path may hold colons, a key does not.
fn database_url(
    environment: &Environment,
    has_vault: bool,
) -> Result<Option<Reference>, ConfigError> {
    const NAME: &str = "ARCHESTRA_DATABASE_URL_VAULT_REF";
    let Some(value) = environment.get(NAME) else {
        return Ok(None);
    };
    if !has_vault {
        return Err(ConfigError(vec![format!(
            "{NAME} needs Vault. Set ARCHESTRA_HASHICORP_VAULT_ADDR and what its way to sign in needs, or set \
             ARCHESTRA_DATABASE_URL instead."
        )]));
    }
    let (path, key) = value.rsplit_once(':').unwrap_or_default();
    Reference::new(path, key)
        .map(Some)
        .map_err(|error| ConfigError(vec![format!("{NAME} can't be used: {error}")]))
}
