//! What the API says of a secret and of the stores.

use chrono::{DateTime, Utc};
use db::secrets::{Listed, User};
use secrets::stores::Health as State;
use secrets::{Mode, Secrets, StoreStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Secret {
    id: Uuid,
    name: String,
    /// `mcpServer`, `mcpCatalog`, `cluster`, `token`, `oauth`, `providerKey`, `identityProvider`, `twoFactor` or `other`
    kind: String,
    /// `database`, `keyring` or `vault`
    store: String,
    /// For people: where the values are.
    r#where: String,
    /// Somebody else keeps the values in Vault.
    is_reference: bool,
    /// Their names.
    fields: Vec<String>,
    references: Vec<SecretReference>,
    used_by: Vec<SecretUser>,
    created_at: DateTime<Utc>,
    /// When the value was last written.
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
struct SecretReference {
    field: String,
    /// `path#key`
    reference: String,
}

#[derive(Serialize, ToSchema)]
struct SecretUser {
    kind: String,
    id: String,
    name: String,
}

impl Secret {
    pub(super) fn new(row: Listed, users: Vec<User>, secrets: &Secrets) -> Self {
        let pairs = row.fields.iter().zip(row.references);
        let references: Vec<SecretReference> = pairs
            .filter_map(|(field, reference)| {
                Some(SecretReference {
                    field: field.clone(),
                    reference: reference?,
                })
            })
            .collect();
        let paths: Vec<String> = references.iter().map(|one| one.reference.clone()).collect();
        let user = |user: User| SecretUser {
            kind: user.kind,
            id: user.id,
            name: user.name,
        };
        Self {
            r#where: secrets.place(&row.secret, &paths),
            id: row.secret.id,
            name: row.secret.name,
            kind: row.kind,
            store: row.secret.store,
            is_reference: !references.is_empty(),
            fields: row.fields,
            references,
            used_by: users.into_iter().map(user).collect(),
            created_at: row.secret.created_at,
            updated_at: row.secret.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SecretsStatus {
    /// `DB`, `Keyring`, `Vault` or `BYOS_VAULT`: what is in force.
    r#type: &'static str,
    meta: SecretsMeta,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SecretsMeta {
    /// `DB`, `KEYRING`, `VAULT` or `READONLY_VAULT`: what was asked for.
    configured: &'static str,
    degraded: bool,
    reason: Option<String>,
    fix: Option<String>,
    auth_secret: AuthSecret,
    stores: Vec<Store>,
    vault: Option<Vault>,
    /// What goes to the database although Vault is read.
    kept_in_database: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct AuthSecret {
    /// `environment`, `keyring` or `file`
    r#where: &'static str,
    degraded: bool,
    reason: Option<String>,
    fix: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Store {
    /// `database`, `keyring` or `vault`
    id: &'static str,
    title: &'static str,
    secrets: i64,
    writable: bool,
    /// New secrets go there.
    current: bool,
    health: StoreHealth,
}

/// What the last use or check found.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "camelCase")]
enum StoreHealth {
    Ok { detail: String },
    Unavailable { cause: String, fix: String },
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Vault {
    address: String,
    /// `TOKEN`, `K8S` or `AWS`
    auth_method: &'static str,
    /// `1` or `2`
    kv_version: &'static str,
    secret_path: String,
    metadata_path: String,
    namespace: Option<String>,
}

impl SecretsStatus {
    pub(super) fn new(secrets: &Secrets, counts: &[(String, i64)]) -> Self {
        let status = secrets.status();
        let count = |id: &str| {
            let found = counts.iter().find(|(store, _)| store == id);
            found.map_or(0, |(_, count)| *count)
        };
        let store = |store: StoreStatus| Store {
            secrets: count(store.id),
            id: store.id,
            title: store.title,
            writable: store.writable,
            current: store.current,
            health: match store.health {
                State::Ok { detail } => StoreHealth::Ok { detail },
                State::Unavailable { cause, fix } => StoreHealth::Unavailable { cause, fix },
            },
        };
        let key = status.auth_secret.degraded;
        let meta = SecretsMeta {
            configured: status.configured.name(),
            degraded: status.degraded.is_some(),
            reason: status.degraded.as_ref().map(|one| one.reason.clone()),
            fix: status.degraded.map(|one| one.fix),
            auth_secret: AuthSecret {
                r#where: status.auth_secret.place,
                degraded: key.is_some(),
                reason: key.as_ref().map(|one| one.reason.clone()),
                fix: key.map(|one| one.fix),
            },
            stores: status.stores.into_iter().map(store).collect(),
            vault: vault(secrets),
            kept_in_database: (status.mode == Mode::ReadonlyVault).then_some(
                "Vault is only read. What this program must keep itself, the tokens it gives out and those it gets by \
                 signing in at MCP servers, is encrypted in its database.",
            ),
        };
        Self {
            r#type: match status.mode {
                Mode::Database => "DB",
                Mode::Keyring => "Keyring",
                Mode::Vault => "Vault",
                Mode::ReadonlyVault => "BYOS_VAULT",
            },
            meta,
        }
    }
}

fn vault(secrets: &Secrets) -> Option<Vault> {
    let vault = secrets.vault()?.describe().clone();
    Some(Vault {
        address: vault.address,
        auth_method: vault.auth_method,
        kv_version: vault.kv_version,
        secret_path: vault.secret_path,
        metadata_path: vault.metadata_path,
        namespace: vault.namespace,
    })
}
