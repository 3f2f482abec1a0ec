//! What the stores are and how they are, for people.

use db::secrets::Secret;

use crate::stores::{Health, SecretStore, database, keyring, vault};
use crate::{AuthSecretPlace, Degraded, Mode, Result, Secrets};

#[derive(Debug, Clone)]
pub struct Status {
    /// In force.
    pub mode: Mode,
    /// What was asked for.
    pub configured: Mode,
    pub degraded: Option<Degraded>,
    pub auth_secret: AuthSecretPlace,
    pub stores: Vec<StoreStatus>,
}

#[derive(Debug, Clone)]
pub struct StoreStatus {
    pub id: &'static str,
    pub title: &'static str,
    pub writable: bool,
    /// New secrets go there.
    pub current: bool,
    pub health: Health,
}

impl Secrets {
    /// Contacts nobody.
    pub fn status(&self) -> Status {
        let mut stores = vec![StoreStatus {
            id: database::ID,
            title: "Database",
            writable: true,
            current: self.target().is_none(),
            health: Health::Ok {
                detail: "encrypted with AES-256-GCM".to_owned(),
            },
        }];
        let vault = self.vault.as_deref().map(|vault| vault as &dyn SecretStore);
        let keyring: &dyn SecretStore = &self.keyring;
        for store in [Some(keyring), vault].into_iter().flatten() {
            stores.push(StoreStatus {
                id: store.id(),
                title: store.title(),
                writable: store.writable(),
                current: self.kind() == store.id(),
                health: store.health(),
            });
        }
        Status {
            mode: self.mode,
            configured: self.configured,
            degraded: self.degraded.clone(),
            auth_secret: self.auth_secret_place.clone(),
            stores,
        }
    }

    /// Goes to a store and back; without a name, to the one in force, which is Vault where it is only read.
    pub async fn check(&self, store: Option<&str>) -> Result<String> {
        let in_force = match self.mode {
            Mode::ReadonlyVault => vault::ID,
            Mode::Database | Mode::Keyring | Mode::Vault => self.kind(),
        };
        match store.unwrap_or(in_force) {
            database::ID => {
                self.db.ping().await?;
                Ok("the database answers, and its key is proven".to_owned())
            }
            store => self.store(store)?.check().await,
        }
    }

    /// For people: where a secret's values are.
    pub fn place(&self, row: &Secret, references: &[String]) -> String {
        match (row.store.as_str(), &row.location) {
            (database::ID, _) => "encrypted in the database".to_owned(),
            (keyring::ID | vault::ID, Some(location)) => self.store(&row.store).map_or_else(
                |_| format!("{}: {location}", row.store),
                |store| store.place(location),
            ),
            (_, None) => format!("vault: {}", references.join(", ")),
            (other, Some(location)) => format!("{other}: {location}"),
        }
    }
}
