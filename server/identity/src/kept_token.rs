//! A provider's ID token, encrypted for as long as a session lasts: the provider wants it back when somebody signs out.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret as _, SecretString};

/// Nonce, ciphertext and tag. `place`: where it is kept, and where alone it can be read.
pub fn seal(key: &[u8; 32], place: &[u8], token: &SecretString) -> Option<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut text = token.expose_secret().as_bytes().to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut text);
    Some([nonce.ok()?.as_ref().as_slice(), &text].concat())
}

pub fn open(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<SecretString> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let open = key.open_in_place(nonce, Aad::from(place), &mut text).ok()?;
    let open = std::str::from_utf8(open).ok()?;
    Some(SecretString::from(open))
}
