//! Keys that programs authenticate with: how they look and how they are kept.

use sha2::{Digest as _, Sha256};

/// What every key of ours starts with.
pub const PREFIX: &str = "archestra_";

/// A credential that claims to be one of ours (and is not a provider's).
pub fn is_ours(credential: &str) -> bool {
    credential.starts_with(PREFIX)
}

/// The form in which a key or a session token is stored. They carry 256 random bits, so a fast hash is enough.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
