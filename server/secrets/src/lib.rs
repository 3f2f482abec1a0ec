//! Where secret values are kept, and how they are encrypted.
//!
//! A secret is an id, a name for people, and a few named fields. Which store keeps it is configuration; callers see
//! [`Secrets`] alone. Values are `SecretString`: nothing here prints one.

mod envelope;
mod error;
mod key;
pub mod stores;

use std::collections::BTreeMap;
use std::fmt;

use db::Db;
use secrecy::SecretString;
use uuid::Uuid;

pub use error::Error;
use key::AuthSecret;
use stores::SecretStore;
use stores::database::DatabaseStore;

pub type Result<T> = std::result::Result<T, Error>;

/// Field name to value.
pub type Fields = BTreeMap<String, SecretString>;

/// The store in use, and the keys that come from the same secret.
pub struct Secrets {
    store: Box<dyn SecretStore>,
    auth_secret: AuthSecret,
}

impl Secrets {
    /// Opens the store `database`, and proves that its key is the one the values there were encrypted with.
    pub async fn open(db: Db, auth_secret: &SecretString) -> Result<Self> {
        let auth_secret = AuthSecret::new(auth_secret);
        let store = DatabaseStore::open(db, auth_secret.derive("secrets/database")).await?;
        Ok(Self {
            store: Box::new(store),
            auth_secret,
        })
    }

    /// The id of the store, for people.
    pub fn kind(&self) -> &'static str {
        self.store.id()
    }

    pub async fn get(&self, id: Uuid) -> Result<Option<Fields>> {
        self.store.get(id).await
    }

    /// One field of a secret.
    pub async fn field(&self, id: Uuid, field: &str) -> Result<Option<SecretString>> {
        let fields = self.store.get(id).await?;
        Ok(fields.and_then(|mut fields| fields.remove(field)))
    }

    /// Creates a secret, or replaces all of its fields.
    pub async fn put(&self, id: Uuid, name: &str, fields: &Fields) -> Result<()> {
        self.store.put(id, name, fields).await
    }

    pub async fn delete(&self, id: Uuid) -> Result<()> {
        self.store.delete(id).await
    }

    /// A key for another purpose, the same on every replica: what it protects says nothing about any other key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        *self.auth_secret.derive(purpose)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secrets")
            .field("store", &self.store.id())
            .finish_non_exhaustive()
    }
}
