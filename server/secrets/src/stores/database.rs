//! Values in the product's own database, each encrypted for its row, its version and its field.

#[cfg(test)]
mod tests;

use db::Db;
use db::secrets::{Change, Field, Found, Held, Secret};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::envelope::{Cipher, Place};
use crate::key::Key;
use crate::{Error, Fields, Result};

/// As rows name it.
pub const ID: &str = "database";
const TABLE: &str = "secret_fields";
/// The row that proves the key.
const CANARY: Uuid = Uuid::nil();
const CANARY_FIELD: &str = "canary";
const CANARY_VALUE: &str = "this key opens the secrets of this database";
/// How many ids a pass over all secrets reads at once.
const PAGE: i64 = 200;

/// Seals and opens what rows hold.
pub(crate) struct Sealer {
    cipher: Cipher,
    /// Of the auth secret before, while envelopes are written anew.
    previous: Option<Cipher>,
}

/// What the canary says of the rows.
#[derive(Debug, PartialEq, Eq)]
enum Rows {
    Current,
    /// Of the previous key, or of the version before this one.
    Older,
}

impl Sealer {
    pub(crate) fn new(key: &Key, previous: Option<&Key>) -> Self {
        Self {
            cipher: Cipher::new(key),
            previous: previous.map(Cipher::new),
        }
    }

    pub(crate) fn seal(&self, row: Uuid, version: i64, fields: &Fields) -> Result<Vec<Field>> {
        let seal = |(field, value): (&String, &SecretString)| {
            let envelope = self.cipher.seal(place(row, version, field), value)?;
            Ok((field.clone(), Held::Envelope(envelope)))
        };
        fields.iter().map(seal).collect()
    }

    /// A replica that still has the previous secret may have written it.
    pub(crate) fn open(&self, row: &Secret, field: &str, envelope: &[u8]) -> Result<SecretString> {
        let place = place(row.id, row.version, field);
        match (self.cipher.open(place, envelope), &self.previous) {
            (Err(Error::Tampered { .. }), Some(previous)) => previous.open(place, envelope),
            (opened, _) => opened,
        }
    }

    /// Of the first version, which knew no versions of rows.
    fn open_unversioned(&self, row: &Secret, field: &str, envelope: &[u8]) -> Result<SecretString> {
        let place = place(row.id, row.version, field);
        match (
            self.cipher.open_unversioned(place, envelope),
            &self.previous,
        ) {
            (Err(Error::Tampered { .. }), Some(previous)) => {
                previous.open_unversioned(place, envelope)
            }
            (opened, _) => opened,
        }
    }

    fn is_current(&self, row: &Secret, (field, held): &Field) -> bool {
        match held {
            Held::Envelope(envelope) => {
                let place = place(row.id, row.version, field);
                self.cipher.open(place, envelope).is_ok()
            }
            Held::Plain(_) => false,
            Held::Reference(_) => true,
        }
    }

    /// A row as it should be: every value in an envelope of the present kind. `None` if it is already.
    fn renewed(&self, found: Found, version: i64, unversioned_too: bool) -> Result<Option<Change>> {
        let Some((row, fields)) = found else {
            return Ok(None);
        };
        if fields.iter().all(|field| self.is_current(&row, field)) {
            return Ok(None);
        }
        let mut renewed = Vec::new();
        for (field, held) in fields {
            let value = match held {
                Held::Reference(_) => {
                    renewed.push((field, held));
                    continue;
                }
                Held::Plain(value) => SecretString::from(value),
                Held::Envelope(envelope) => match self.open(&row, &field, &envelope) {
                    Err(Error::Tampered { .. }) if unversioned_too => {
                        self.open_unversioned(&row, &field, &envelope)?
                    }
                    opened => opened?,
                },
            };
            let envelope = self.cipher.seal(place(row.id, version, &field), &value)?;
            renewed.push((field, Held::Envelope(envelope)));
        }
        Ok(Some(Change {
            name: row.name,
            store: row.store,
            location: row.location,
            fields: renewed,
            leaves_a_copy: false,
        }))
    }

    /// Proves the key, and writes anew what an older version, an older auth secret or nobody has encrypted. Every row is
    /// a transaction of its own and the canary comes last: a start that was cut short goes on where it was.
    pub(crate) async fn prepare(&self, db: &Db) -> Result<()> {
        let rows = self.canary(db).await?;
        let plain = db::secrets::plain_ids(db).await?;
        if !plain.is_empty() {
            db::secrets::mark_unscrubbed(db, CANARY).await?;
        }
        let mut renewed = 0;
        if rows == Rows::Older || self.previous.is_some() {
            renewed = self.renew_all(db, rows == Rows::Older).await?;
        } else {
            for id in &plain {
                renewed += usize::from(self.renew(db, *id, false).await?);
            }
        }
        if rows == Rows::Older {
            self.renew(db, CANARY, true).await?;
        }
        if renewed > 0 {
            tracing::info!(secrets = renewed, "secrets were encrypted anew");
        }
        scrub(db).await
    }

    /// Every secret but the canary.
    pub(crate) async fn renew_all(&self, db: &Db, unversioned_too: bool) -> Result<usize> {
        let (mut renewed, mut after) = (0, Some(CANARY));
        loop {
            let ids = db::secrets::ids_after(db, after, PAGE).await?;
            let Some(last) = ids.last() else {
                return Ok(renewed);
            };
            after = Some(*last);
            for id in ids {
                renewed += usize::from(self.renew(db, id, unversioned_too).await?);
            }
        }
    }

    /// One that can't be opened stays as it is: it is no worse than before, and its readers are told.
    async fn renew(&self, db: &Db, id: Uuid, unversioned_too: bool) -> Result<bool> {
        let change = |found, version| self.renewed(found, version, unversioned_too);
        match db::secrets::write(db, id, change).await {
            Err(error @ (Error::Tampered { .. } | Error::NewerEnvelope { .. })) => {
                tracing::error!(secret = %id, %error, "a secret could not be encrypted anew");
                Ok(false)
            }
            written => written,
        }
    }

    /// A key that does not open what is there stops the start: going on would mix values of two keys.
    async fn canary(&self, db: &Db) -> Result<Rows> {
        let mut rows = Rows::Current;
        let expected = |opened: Result<SecretString>| {
            opened.is_ok_and(|value| value.expose_secret() == CANARY_VALUE)
        };
        let look = |found: Found, version| {
            let Some((row, fields)) = found else {
                let fields = Fields::from([(CANARY_FIELD.to_owned(), CANARY_VALUE.into())]);
                return Ok(Some(Change {
                    name: "proves the key".to_owned(),
                    store: ID.to_owned(),
                    location: None,
                    fields: self.seal(CANARY, version, &fields)?,
                    leaves_a_copy: false,
                }));
            };
            let canary = fields.into_iter().find(|(field, _)| field == CANARY_FIELD);
            let Some((field, Held::Envelope(envelope))) = canary else {
                return Err(Error::AnotherKey);
            };
            let present = self
                .cipher
                .open(place(CANARY, row.version, &field), &envelope);
            if let Err(newer @ Error::NewerEnvelope { .. }) = present {
                return Err(newer);
            }
            rows = if expected(present) {
                Rows::Current
            } else if expected(self.open(&row, &field, &envelope))
                || expected(self.open_unversioned(&row, &field, &envelope))
            {
                Rows::Older
            } else {
                return Err(Error::AnotherKey);
            };
            Ok(None)
        };
        db::secrets::write(db, CANARY, look).await?;
        Ok(rows)
    }
}

fn place(row: Uuid, version: i64, field: &str) -> Place<'_> {
    Place {
        table: TABLE,
        row,
        version,
        field,
    }
}

/// The rows are encrypted; what the table's file still holds of the values is not.
async fn scrub(db: &Db) -> Result<()> {
    let canary = db::secrets::find(db, CANARY).await?;
    if canary.is_some_and(|(row, _)| row.location.is_some())
        && let Err(error) = db::secrets::scrub(db, CANARY).await
    {
        tracing::warn!(
            %error,
            "the table of secrets could not be rewritten, so its file may still hold values in clear; the next start tries again"
        );
    }
    Ok(())
}

pub(crate) fn is_canary(id: Uuid) -> bool {
    id == CANARY
}
