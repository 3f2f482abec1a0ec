//! Proof key for code exchange (RFC 7636), method S256, and other values nobody must guess.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 random bits in 43 characters, the shortest verifier that is allowed.
pub(super) fn random() -> String {
    let mut bytes = [0; 32];
    // The library's only failure is a system without randomness, where it aborts itself.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}
