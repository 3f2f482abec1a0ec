//! Values in the product's own database, each encrypted for its row and field.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use db::Db;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::SecretStore;
use crate::envelope::{Cipher, Place};
use crate::key::Key;
use crate::{Error, Fields, Result};

const TABLE: &str = "secret_fields";
/// The row that proves the key.
const CANARY: Uuid = Uuid::nil();
const CANARY_FIELD: &str = "canary";
const CANARY_VALUE: &str = "this key opens the secrets of this database";

pub struct DatabaseStore {
    db: Db,
    cipher: Cipher,
}

impl DatabaseStore {
    /// A key that does not open what is there stops the start: going on would mix values of two keys.
    pub(crate) async fn open(db: Db, key: Key) -> Result<Self> {
        let store = Self {
            db,
            cipher: Cipher::new(&key),
        };
        let place = place(CANARY, CANARY_FIELD);
        let envelope = store.cipher.seal(place, &CANARY_VALUE.into())?;
        let field = (CANARY_FIELD.to_owned(), envelope);
        if db::secrets::put_first(&store.db, CANARY, "proves the key", &field).await? {
            return Ok(store);
        }
        let canary = match store.get(CANARY).await {
            Ok(fields) => fields.and_then(|mut fields| fields.remove(CANARY_FIELD)),
            Err(Error::Tampered { .. }) => None,
            Err(error) => return Err(error),
        };
        match canary {
            Some(value) if value.expose_secret() == CANARY_VALUE => Ok(store),
            _ => Err(Error::AnotherKey),
        }
    }
}

fn place(row: Uuid, field: &str) -> Place<'_> {
    Place {
        table: TABLE,
        row,
        field,
    }
}

#[async_trait]
impl SecretStore for DatabaseStore {
    fn id(&self) -> &'static str {
        "database"
    }

    async fn get(&self, id: Uuid) -> Result<Option<Fields>> {
        let Some(sealed) = db::secrets::fields(&self.db, id).await? else {
            return Ok(None);
        };
        let open = |(field, envelope): (String, Vec<u8>)| -> Result<(String, SecretString)> {
            let value = self.cipher.open(place(id, &field), &envelope)?;
            Ok((field, value))
        };
        sealed
            .into_iter()
            .map(open)
            .collect::<Result<_>>()
            .map(Some)
    }

    async fn put(&self, id: Uuid, name: &str, fields: &Fields) -> Result<()> {
        let seal = |(field, value): (&String, &SecretString)| -> Result<(String, Vec<u8>)> {
            let envelope = self.cipher.seal(place(id, field), value)?;
            Ok((field.clone(), envelope))
        };
        let sealed: Vec<(String, Vec<u8>)> = fields.iter().map(seal).collect::<Result<_>>()?;
        Ok(db::secrets::put(&self.db, id, name, &sealed).await?)
    }

    async fn delete(&self, id: Uuid) -> Result<()> {
        db::secrets::delete(&self.db, id).await?;
        Ok(())
    }
}
