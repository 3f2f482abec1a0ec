//! Where secret values are kept, and how they are encrypted.
//!
//! A secret is an id, a name for people, and a few named fields. Its row says which store holds the values; which store new
//! ones go to is configuration. Callers see [`Secrets`] alone. Values are `SecretString`: nothing here prints one.

mod envelope;
mod error;
mod key;
mod moving;
mod options;
mod recent;
mod reference;
mod status;
pub mod stores;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use db::Db;
use db::secrets::{Change, Field, Found, Held, Secret};
use secrecy::SecretString;
use uuid::Uuid;

use envelope::{Cipher, Place};
pub use error::Error;
use key::AuthSecret;
pub use moving::{Moved, Verified};
pub use options::{AuthSecretPlace, Degraded, Mode, Options};
use recent::Recent;
pub use reference::Reference;
pub use status::{Status, StoreStatus};
use stores::database::Sealer;
use stores::keyring::Keyring;
use stores::vault::VaultStore;
use stores::{SecretStore, database, keyring, vault};

pub type Result<T> = std::result::Result<T, Error>;

/// Field name to value.
pub type Fields = BTreeMap<String, SecretString>;

/// The stores, and the keys that come from the auth secret.
pub struct Secrets {
    db: Db,
    sealer: Sealer,
    keyring: Keyring,
    vault: Option<Arc<VaultStore>>,
    mode: Mode,
    configured: Mode,
    degraded: Option<Degraded>,
    auth_secret_place: AuthSecretPlace,
    auth_secret: AuthSecret,
    recent: Recent,
}

impl Secrets {
    /// With the database as the only store.
    pub async fn open(db: Db, auth_secret: &SecretString) -> Result<Self> {
        Self::start(db, Options::new(auth_secret.clone())).await
    }

    /// Proves that the key is the one that the values in the database were encrypted with, and encrypts what is not yet. No
    /// other store is contacted.
    pub async fn start(db: Db, options: Options) -> Result<Self> {
        let auth_secret = AuthSecret::new(&options.auth_secret);
        let previous = options.previous.as_ref().map(AuthSecret::new);
        let previous = previous.map(|secret| secret.derive("secrets/database"));
        let sealer = Sealer::new(&auth_secret.derive("secrets/database"), previous.as_ref());
        sealer.prepare(&db).await?;
        let vault = options.vault.map(VaultStore::new).transpose()?;
        Ok(Self {
            db,
            sealer,
            keyring: options.keyring,
            vault: vault.map(Arc::new),
            mode: options.mode,
            configured: options.configured,
            degraded: options.degraded,
            auth_secret_place: options.auth_secret_place,
            auth_secret,
            recent: Recent::default(),
        })
    }

    /// Where new secrets go.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The id of the store that new secrets go to, for people.
    pub fn kind(&self) -> &'static str {
        self.target().map_or(database::ID, SecretStore::id)
    }

    /// The Vault that references are read from.
    pub fn vault(&self) -> Option<&VaultStore> {
        self.vault.as_deref()
    }

    /// Renews what must not expire while nobody uses it; ends with the caller.
    pub async fn keep_signed_in(&self) {
        match &self.vault {
            Some(vault) => vault.keep_signed_in().await,
            None => std::future::pending().await,
        }
    }

    pub async fn get(&self, id: Uuid) -> Result<Option<Fields>> {
        let Some((row, fields)) = db::secrets::find(&self.db, id).await? else {
            return Ok(None);
        };
        match self.read(&row, fields).await {
            // It may have moved between the two reads.
            Err(gone @ Error::Gone { .. }) => match db::secrets::find(&self.db, id).await? {
                None => Ok(None),
                Some((now, fields)) if now.version != row.version => {
                    self.read(&now, fields).await.map(Some)
                }
                Some(_) => Err(gone),
            },
            read => read.map(Some),
        }
    }

    async fn read(&self, row: &Secret, fields: Vec<Field>) -> Result<Fields> {
        if let (Some(location), true) = (&row.location, row.store != database::ID) {
            let store = self.store(&row.store)?;
            return store.get(location, Some(row.version)).await;
        }
        let mut read = Fields::new();
        for (field, held) in fields {
            let value = match held {
                Held::Envelope(envelope) => self.sealer.open(row, &field, &envelope)?,
                // Somebody put it there since the start; the next one encrypts it.
                Held::Plain(value) => SecretString::from(value),
                Held::Reference(reference) => {
                    let vault = self.vault.as_ref().ok_or(Error::NoVault)?;
                    vault.resolve(&Reference::parse(&reference)?).await?
                }
            };
            read.insert(field, value);
        }
        Ok(read)
    }

    /// One field of a secret.
    pub async fn field(&self, id: Uuid, field: &str) -> Result<Option<SecretString>> {
        let fields = self.get(id).await?;
        Ok(fields.and_then(|mut fields| fields.remove(field)))
    }

    /// As [`Self::field`], from memory if it was read within the last 30 s: for calls that must not wait for a store.
    pub async fn recent_field(&self, id: Uuid, field: &str) -> Result<Option<SecretString>> {
        if let Some(fields) = self.recent.get(id) {
            return Ok(fields.get(field).cloned());
        }
        let Some(fields) = self.get(id).await? else {
            return Ok(None);
        };
        let value = fields.get(field).cloned();
        self.recent.keep(id, fields);
        Ok(value)
    }

    /// Creates a secret, or replaces all of its fields.
    pub async fn put(&self, id: Uuid, name: &str, fields: &Fields) -> Result<()> {
        self.put_into(self.target(), id, name, fields).await
    }

    async fn put_into(
        &self,
        target: Option<&dyn SecretStore>,
        id: Uuid,
        name: &str,
        fields: &Fields,
    ) -> Result<()> {
        let Some(store) = target else {
            let change = |found: Found, version| {
                Ok(Some(Change {
                    name: name.to_owned(),
                    store: database::ID.to_owned(),
                    location: None,
                    fields: self.sealer.seal(id, version, fields)?,
                    leaves_a_copy: self.leaves_a_copy(found.as_ref(), database::ID),
                }))
            };
            return self.write(id, change).await;
        };
        let before = db::secrets::find(&self.db, id).await?;
        let known = before.filter(|(row, _)| row.store == store.id());
        let location = known
            .and_then(|(row, _)| row.location)
            .unwrap_or_else(|| location(name, id));
        // The value first: a row without one would be a secret that nobody can read.
        store.put(&location, fields).await?;
        let change = |found: Found, _| {
            Ok(Some(Change {
                name: name.to_owned(),
                store: store.id().to_owned(),
                leaves_a_copy: self.leaves_a_copy(found.as_ref(), store.id()),
                location: Some(location),
                fields: Vec::new(),
            }))
        };
        self.write(id, change).await
    }

    /// Creates a secret whose values somebody else keeps in Vault, or replaces all of its fields by such.
    pub async fn put_references(
        &self,
        id: Uuid,
        name: &str,
        references: &BTreeMap<String, Reference>,
    ) -> Result<()> {
        if self.vault.is_none() {
            return Err(Error::NoVault);
        }
        let fields = references
            .iter()
            .map(|(field, reference)| (field.clone(), Held::Reference(reference.to_string())));
        let fields: Vec<Field> = fields.collect();
        let change = |found: Found, _| {
            let leaves = found
                .as_ref()
                .is_some_and(|(row, _)| row.location.is_some());
            Ok(Some(Change {
                name: name.to_owned(),
                store: vault::ID.to_owned(),
                location: None,
                fields,
                leaves_a_copy: leaves && self.leaves_a_copy(found.as_ref(), database::ID),
            }))
        };
        self.write(id, change).await
    }

    /// Where somebody else keeps the values of a secret; empty if nobody does.
    pub async fn references(&self, id: Uuid) -> Result<BTreeMap<String, Reference>> {
        let fields = db::secrets::find(&self.db, id).await?;
        let fields = fields.into_iter().flat_map(|(_, fields)| fields);
        let reference = |(field, held)| match held {
            Held::Reference(text) => Some(Reference::parse(&text).map(|text| (field, text))),
            Held::Envelope(_) | Held::Plain(_) => None,
        };
        fields.filter_map(reference).collect()
    }

    async fn write(
        &self,
        id: Uuid,
        change: impl FnOnce(Found, i64) -> Result<Option<Change>>,
    ) -> Result<()> {
        db::secrets::write(&self.db, id, change).await?;
        self.recent.forget(id);
        self.leave(Some(id)).await
    }

    /// Whether a secret that goes to the store `to` leaves a copy where it was, which we may delete.
    fn leaves_a_copy(&self, before: Option<&(Secret, Vec<Field>)>, to: &str) -> bool {
        before.is_some_and(|(row, _)| {
            row.store != to
                && row.location.is_some()
                && self.store(&row.store).is_ok_and(SecretStore::writable)
        })
    }

    pub async fn delete(&self, id: Uuid) -> Result<()> {
        self.leave(Some(id)).await?;
        let found = db::secrets::find(&self.db, id).await?;
        if let Some((row, _)) = &found
            && let (Some(location), true) = (&row.location, row.store != database::ID)
        {
            let store = self.store(&row.store)?;
            if store.writable() {
                store.delete(location).await?;
            }
        }
        db::secrets::delete(&self.db, id).await?;
        self.recent.forget(id);
        Ok(())
    }

    /// `database`, `keyring`, `vault`, or `external_vault` for what somebody else keeps there.
    pub async fn storage_type(&self, id: Uuid) -> Result<Option<&'static str>> {
        Ok(self.storage_types(&[id]).await?.remove(&id))
    }

    /// The same for many at once.
    pub async fn storage_types(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, &'static str>> {
        let places = db::secrets::places(&self.db, ids).await?;
        let named = |(id, store, location): (Uuid, String, Option<String>)| {
            let name = match (store.as_str(), location) {
                (vault::ID, None) => "external_vault",
                (vault::ID, Some(_)) => vault::ID,
                (keyring::ID, _) => keyring::ID,
                _ => database::ID,
            };
            (id, name)
        };
        Ok(places.into_iter().map(named).collect())
    }

    /// A key for another purpose, the same on every replica: what it protects says nothing about any other key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        *self.auth_secret.derive(purpose)
    }

    /// Encrypts what another table keeps for a while, bound to its row. It is not counted among the secrets.
    pub fn seal(&self, table: &'static str, row: Uuid, value: &SecretString) -> Result<Vec<u8>> {
        let cipher = Cipher::new(&self.auth_secret.derive(table));
        cipher.seal(place(table, row), value)
    }

    pub fn unseal(&self, table: &'static str, row: Uuid, sealed: &[u8]) -> Result<SecretString> {
        let cipher = Cipher::new(&self.auth_secret.derive(table));
        cipher.open(place(table, row), sealed)
    }

    /// Where new secrets go; none for the database.
    fn target(&self) -> Option<&dyn SecretStore> {
        match self.mode {
            Mode::Database | Mode::ReadonlyVault => None,
            Mode::Keyring => Some(&self.keyring),
            Mode::Vault => self.vault.as_deref().map(|vault| vault as &dyn SecretStore),
        }
    }

    fn store(&self, id: &str) -> Result<&dyn SecretStore> {
        match id {
            keyring::ID => Ok(&self.keyring),
            vault::ID => self
                .vault
                .as_deref()
                .map(|vault| vault as &dyn SecretStore)
                .ok_or(Error::NoVault),
            other => Err(Error::Invalid(format!(
                "A secret is in the store {other}, which this version of the program does not know."
            ))),
        }
    }
}

/// What a secret is called in a store that shows names to people.
fn location(name: &str, id: Uuid) -> String {
    let plain = |letter: char| {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(60).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        return id.to_string();
    }
    format!("{name}-{id}")
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secrets")
            .field("store", &self.kind())
            .finish_non_exhaustive()
    }
}

/// Of a value that is no secret's.
fn place(table: &'static str, row: Uuid) -> Place<'static> {
    Place {
        table,
        row,
        version: 0,
        field: "",
    }
}
