//! One-time codes of an authenticator app (RFC 6238), and recovery codes for when it is lost.

#[cfg(test)]
mod tests;

use aws_lc_rs::rand::fill;
use secrecy::{ExposeSecret as _, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::{Error, Result};

const RECOVERY_CODES: usize = 10;
/// Without letters that are taken for each other; 32 of them, so that a byte's low bits choose evenly.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What the app is given once.
pub struct Enrolment {
    /// Base 32.
    pub secret: SecretString,
    /// For a QR code.
    pub uri: SecretString,
}

/// 160 random bits, as RFC 4226 recommends.
pub fn enrol(account: &str) -> Result<Enrolment> {
    let mut bytes = vec![0; 20];
    // The library's only failure is a system without randomness, where it aborts itself.
    let _ = fill(&mut bytes);
    let secret = Secret::from(bytes);
    let text = secret.to_base32();
    let url = totp(secret, account)?.to_url();
    let url = url.map_err(|error| Error::settings(error.to_string()))?;
    Ok(Enrolment {
        secret: text.into(),
        uri: url.into(),
    })
}

fn totp(secret: Secret, account: &str) -> Result<Totp> {
    // A colon parts the account from the issuer there.
    let account = account.replace(':', " ");
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .with_account_name(account)
        .with_issuer(Some("Archestra"))
        .build()
        .map_err(|error| Error::settings(error.to_string()))
}

/// The time step that a code is of, if it is right and later than `used`: a code works once. A clock may be off by one step.
pub fn check(secret: &SecretString, code: &str, now: u64, used: u64) -> Option<u64> {
    let secret = Secret::try_from_base32(secret.expose_secret()).ok()?;
    let totp = totp(secret, "account").ok()?;
    let code: String = code.split_whitespace().collect();
    let step = totp.check(&code, now)?;
    (step > used).then_some(step)
}

/// New ones, each of 80 random bits; shown once, kept as hashes.
pub fn recovery_codes() -> Vec<String> {
    let code = || {
        let mut bytes = [0; 16];
        let _ = fill(&mut bytes);
        let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect();
        groups.join("-")
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// As it is hashed: people leave hyphens out and write capitals.
pub fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}
