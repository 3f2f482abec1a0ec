//! Keys for separate purposes from one secret: HKDF-SHA256 (RFC 5869), the purpose as its `info`.

use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Any fixed value does; this one tells our keys from those of another program that is given the same secret.
const SALT: &[u8] = b"archestra";

pub(crate) type Key = Zeroizing<[u8; 32]>;

pub(crate) struct AuthSecret(Hkdf<Sha256>);

impl AuthSecret {
    pub(crate) fn new(secret: &SecretString) -> Self {
        Self(Hkdf::new(Some(SALT), secret.expose_secret().as_bytes()))
    }

    pub(crate) fn derive(&self, purpose: &str) -> Key {
        let mut key = Zeroizing::new([0; 32]);
        // It only refuses more than 8,160 bytes.
        let expanded = self.0.expand(purpose.as_bytes(), key.as_mut());
        debug_assert!(expanded.is_ok());
        key
    }
}
