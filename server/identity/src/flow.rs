//! What a sign-in must remember while the browser is away, without storing it: everything follows from the state and a key
//! that all replicas have, and of the state itself only a hash is kept.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The same on every replica, and of no other use.
pub struct FlowKey(Key);

impl FlowKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Key::new(HMAC_SHA256, key))
    }
}

impl std::fmt::Debug for FlowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FlowKey")
    }
}

pub struct FlowSecrets {
    /// Travels with the browser.
    pub state: String,
    /// OIDC: comes back inside the signed token.
    pub nonce: String,
    /// SAML: comes back as `InResponseTo`.
    pub request_id: String,
    /// OIDC: proves that the code is redeemed by whom it was asked for.
    pub(crate) verifier: String,
}

impl FlowSecrets {
    pub fn begin(key: &FlowKey) -> Self {
        Self::resume(key, random())
    }

    /// The same as at the beginning, from the state that came back.
    pub fn resume(key: &FlowKey, state: String) -> Self {
        let derived = |purpose: &str| {
            let text = format!("{purpose}\0{state}");
            URL_SAFE_NO_PAD.encode(sign(&key.0, text.as_bytes()))
        };
        Self {
            nonce: derived("nonce"),
            // An XML id starts with a letter or an underscore.
            request_id: format!("_{}", derived("request")),
            verifier: derived("verifier"),
            state,
        }
    }

    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }
}

/// 256 random bits as text.
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    // The library's only failure is a system without randomness, where it aborts itself.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
