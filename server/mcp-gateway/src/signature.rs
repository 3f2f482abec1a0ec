//! Values that go out to a client and come back: signed, so that any replica can trust one without having kept it.

#[cfg(test)]
mod tests;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Of the 32 bytes of an HMAC-SHA-256, as many as RFC 2104 (section 5) finds enough.
const MAC_BYTES: usize = 16;

pub(crate) struct Signer(hmac::Key);

impl Signer {
    /// Every replica has to be given the same key.
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// `purpose` keeps a value that was signed for one thing from being taken for another.
    pub(crate) fn seal(&self, purpose: &str, value: &impl Serialize) -> String {
        let payload = serde_json::to_vec(value).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let mac = self.mac(purpose, &payload);
        format!(
            "{payload}.{}",
            URL_SAFE_NO_PAD.encode(&mac.as_ref()[..MAC_BYTES])
        )
    }

    /// `None` for anything that [`Signer::seal`] has not made for this purpose.
    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: &str, sealed: &str) -> Option<T> {
        let (payload, mac) = sealed.split_once('.')?;
        let given = URL_SAFE_NO_PAD.decode(mac).ok()?;
        let right = self.mac(purpose, payload);
        aws_lc_rs::constant_time::verify_slices_are_equal(&right.as_ref()[..MAC_BYTES], &given)
            .ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    fn mac(&self, purpose: &str, payload: &str) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(payload.as_bytes());
        context.sign()
    }
}
