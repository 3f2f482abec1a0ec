//! Secrets from one store to another, and whether all of them can be read.
//!
//! A move writes to the target, reads it back, points the row there and then deletes at the source. Until the row points
//! there the source holds; from then on the row remembers what is to be deleted. So it can end at any point and go on.

use db::secrets::{Change, Found, Secret};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::stores::database::is_canary;
use crate::stores::{SecretStore, database, vault};
use crate::{Error, Fields, Result, Secrets, location};

const PAGE: i64 = 200;

/// What a move did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Moved {
    pub moved: usize,
    pub already_there: usize,
    /// What somebody else keeps in Vault stays there.
    pub references: usize,
    /// Name and cause.
    pub failed: Vec<(String, String)>,
}

/// What a reading of all secrets found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verified {
    pub readable: usize,
    /// Name and cause.
    pub unreadable: Vec<(String, String)>,
    /// In Vault under our prefix, and no row points there.
    pub orphans: Vec<String>,
}

impl Secrets {
    /// To `database`, `keyring` or `vault`. A failure of one secret does not hold up the others.
    pub async fn move_to(&self, store: &str) -> Result<Moved> {
        let target = match store {
            database::ID => None,
            other => Some(self.store(other)?),
        };
        if let Some(store) = target {
            // Better said once than for every secret.
            store.check().await?;
        }
        self.leave(None).await?;
        let mut outcome = Moved::default();
        let mut after = None;
        loop {
            let ids = db::secrets::ids_after(&self.db, after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            for id in ids {
                self.move_one(id, target, &mut outcome).await?;
            }
        }
        Ok(outcome)
    }

    async fn move_one(
        &self,
        id: Uuid,
        target: Option<&dyn SecretStore>,
        outcome: &mut Moved,
    ) -> Result<()> {
        let found = db::secrets::find(&self.db, id).await?;
        let Some((row, fields)) = found.filter(|_| !is_canary(id)) else {
            return Ok(());
        };
        if row.store == vault::ID && row.location.is_none() {
            outcome.references += 1;
            return Ok(());
        }
        if row.store == target.map_or(database::ID, SecretStore::id) {
            outcome.already_there += 1;
            return Ok(());
        }
        let moved = async {
            let fields = self.read(&row, fields).await?;
            self.carry(&row, &fields, target).await
        };
        match moved.await {
            Ok(true) => outcome.moved += 1,
            // Somebody wrote it meanwhile; what they wrote is where new secrets go.
            Ok(false) => outcome.already_there += 1,
            Err(error) => outcome.failed.push((row.name, error.to_string())),
        }
        Ok(())
    }

    async fn carry(
        &self,
        row: &Secret,
        fields: &Fields,
        target: Option<&dyn SecretStore>,
    ) -> Result<bool> {
        let location = target.map(|_| location(&row.name, row.id));
        if let (Some(store), Some(location)) = (target, &location) {
            store.put(location, fields).await?;
            let back = store.get(location, None).await?;
            if !same(fields, &back) {
                return Err(Error::Invalid(format!(
                    "{} gave back something else than it was given; the secret stays where it was.",
                    store.title()
                )));
            }
        }
        let change = |found: Found, version| {
            let unchanged = |(now, _): &(Secret, _)| now.version == row.version;
            let Some(found) = found.filter(unchanged) else {
                return Ok(None);
            };
            let sealed = match target {
                None => self.sealer.seal(row.id, version, fields)?,
                Some(_) => Vec::new(),
            };
            let to = target.map_or(database::ID, SecretStore::id);
            Ok::<_, Error>(Some(Change {
                name: row.name.clone(),
                store: to.to_owned(),
                location,
                fields: sealed,
                leaves_a_copy: self.leaves_a_copy(Some(&found), to),
            }))
        };
        let written = db::secrets::write(&self.db, row.id, change).await?;
        self.recent.forget(row.id);
        self.leave(Some(row.id)).await?;
        Ok(written)
    }

    /// Deletes copies at places that secrets have left: of one secret, or of all. A store that does not answer keeps them
    /// until the next time.
    pub(crate) async fn leave(&self, only: Option<Uuid>) -> Result<()> {
        for row in db::secrets::leaving(&self.db, only).await? {
            let (Some(store), Some(location)) = (&row.leaving_store, &row.leaving_location) else {
                continue;
            };
            let is_back = row.store == *store && row.location.as_ref() == Some(location);
            if !is_back {
                let deleted = match self.store(store) {
                    Ok(store) => store.delete(location).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = deleted {
                    tracing::warn!(secret = %row.id, store, %error, "a copy of a secret that has moved could not be deleted yet");
                    continue;
                }
            }
            db::secrets::has_left(&self.db, &row).await?;
        }
        Ok(())
    }

    /// Deletes what earlier moves left behind. Failures are logged, and tried again the next time.
    pub async fn finish_moves(&self) -> Result<()> {
        self.leave(None).await
    }

    /// Encrypts every value of the database with a fresh nonce.
    pub async fn encrypt_anew(&self) -> Result<usize> {
        let mut count = 0;
        let mut after = None;
        loop {
            let ids = db::secrets::ids_after(&self.db, after, PAGE).await?;
            let Some(last) = ids.last() else {
                return Ok(count);
            };
            after = Some(*last);
            for id in ids {
                let found = db::secrets::find(&self.db, id).await?;
                let Some((row, fields)) = found.filter(|(row, _)| row.store == database::ID) else {
                    continue;
                };
                if !is_canary(id) {
                    let fields = self.read(&row, fields).await?;
                    count += usize::from(self.carry(&row, &fields, None).await?);
                }
            }
        }
    }

    /// Reads every secret, each from its store.
    pub async fn verify(&self) -> Result<Verified> {
        let mut outcome = Verified::default();
        let mut known = Vec::new();
        let mut after = None;
        loop {
            let ids = db::secrets::ids_after(&self.db, after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            for id in ids {
                let Some((row, fields)) = db::secrets::find(&self.db, id).await? else {
                    continue;
                };
                match self.read(&row, fields).await {
                    Ok(_) if is_canary(id) => {}
                    Ok(_) => outcome.readable += 1,
                    Err(error) => outcome.unreadable.push((row.name, error.to_string())),
                }
                known.extend(row.location);
                known.extend(row.leaving_location);
            }
        }
        if let Some(vault) = self.vault.as_deref().filter(|vault| vault.writable()) {
            let orphans = vault.locations().await?;
            let orphans = orphans.into_iter().filter(|name| !known.contains(name));
            outcome.orphans = orphans.collect();
        }
        Ok(outcome)
    }
}

fn same(one: &Fields, other: &Fields) -> bool {
    let plain = |(name, value): (&String, &secrecy::SecretString)| {
        (name.clone(), value.expose_secret().to_owned())
    };
    one.iter().map(plain).eq(other.iter().map(plain))
}
