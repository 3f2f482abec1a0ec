//! One encrypted value: a version byte, a random 96-bit nonce, and AES-256-GCM's ciphertext with its tag.
//!
//! The associated data names the place of the value and the version of its row, so that an envelope cannot be moved to
//! another row or field, nor put back after a later write.

#[cfg(test)]
mod tests;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;
use zeroize::Zeroize as _;

use crate::key::Key;
use crate::{Error, Result};

const VERSION: u8 = 2;
/// Its associated data lacks the version of the row. Read once more, to be written anew.
const UNVERSIONED: u8 = 1;
const NONCE: usize = 12;

/// Where a value belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: Uuid,
    /// Of the write that made the envelope.
    pub(crate) version: i64,
    pub(crate) field: &'a str,
}

impl Place<'_> {
    /// No two places have the same bytes: only the field may be of any length, and it is last.
    fn associated_data(&self, version: u8) -> Vec<u8> {
        let mut bytes = vec![version];
        bytes.extend_from_slice(self.table.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.row.as_bytes());
        if version != UNVERSIONED {
            bytes.extend_from_slice(&self.version.to_be_bytes());
        }
        bytes.extend_from_slice(self.field.as_bytes());
        bytes
    }

    fn tampered(&self) -> Error {
        Error::Tampered {
            id: self.row,
            field: self.field.to_owned(),
        }
    }
}

pub(crate) struct Cipher(Aes256Gcm);

impl Cipher {
    pub(crate) fn new(key: &Key) -> Self {
        let key: &[u8; 32] = key;
        Self(Aes256Gcm::new(key.into()))
    }

    pub(crate) fn seal(&self, place: Place<'_>, value: &SecretString) -> Result<Vec<u8>> {
        self.seal_as(VERSION, place, value)
    }

    #[cfg(test)]
    pub(crate) fn seal_unversioned(
        &self,
        place: Place<'_>,
        value: &SecretString,
    ) -> Result<Vec<u8>> {
        self.seal_as(UNVERSIONED, place, value)
    }

    fn seal_as(&self, version: u8, place: Place<'_>, value: &SecretString) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: value.expose_secret().as_bytes(),
            aad: &place.associated_data(version),
        };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        // It only refuses more than 64 GiB.
        let sealed = sealed.map_err(|_| place.tampered())?;
        let mut envelope = Vec::with_capacity(1 + NONCE + sealed.len());
        envelope.push(version);
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&sealed);
        Ok(envelope)
    }

    pub(crate) fn open(&self, place: Place<'_>, envelope: &[u8]) -> Result<SecretString> {
        match envelope.first() {
            Some(&VERSION) => self.decrypt(place, envelope),
            Some(&version) if version > VERSION => Err(Error::NewerEnvelope {
                id: place.row,
                field: place.field.to_owned(),
                version,
            }),
            // An unversioned one is older than the pass that has replaced all of them: somebody put it back.
            _ => Err(place.tampered()),
        }
    }

    /// For the pass that writes older envelopes anew.
    pub(crate) fn open_unversioned(
        &self,
        place: Place<'_>,
        envelope: &[u8],
    ) -> Result<SecretString> {
        match envelope.first() {
            Some(&UNVERSIONED) => self.decrypt(place, envelope),
            _ => Err(place.tampered()),
        }
    }

    fn decrypt(&self, place: Place<'_>, envelope: &[u8]) -> Result<SecretString> {
        let tampered = || place.tampered();
        let (&version, rest) = envelope.split_first().ok_or_else(tampered)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(tampered)?;
        let payload = Payload {
            msg: sealed,
            aad: &place.associated_data(version),
        };
        let opened = self.0.decrypt(&Nonce::from(*nonce), payload);
        let opened = opened.map_err(|_| tampered())?;
        String::from_utf8(opened)
            .map(SecretString::from)
            .map_err(|error| {
                error.into_bytes().zeroize();
                tampered()
            })
    }
}
