//! Signed statements about the client itself (RFC 7523), with ES256 or RS256.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::{OauthError, pkce};

/// Long enough for clocks that differ, short enough to be useless when stolen.
const VALID_FOR: u64 = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    Rs256,
}

/// A private key in PKCS#8 PEM.
pub struct SigningKey {
    pub pem: SecretString,
    pub algorithm: Algorithm,
    /// Seconds since 1970, from the caller's clock.
    pub issued_at: u64,
}

#[derive(Serialize)]
pub(super) struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: u64,
    exp: u64,
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
}

impl<'a> Claims<'a> {
    pub(super) fn of_client(client_id: &'a str, issuer: &'a str, now: u64) -> Self {
        Self {
            iss: client_id,
            sub: client_id,
            aud: issuer,
            jti: pkce::random(),
            iat: now,
            exp: now + VALID_FOR,
        }
    }
}

impl SigningKey {
    pub(super) fn sign(&self, claims: &Claims<'_>) -> Result<String, OauthError> {
        let header = Header {
            alg: match self.algorithm {
                Algorithm::Es256 => "ES256",
                Algorithm::Rs256 => "RS256",
            },
            typ: "JWT",
        };
        let text = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = self.signature(text.as_bytes());
        let signature = signature.ok_or_else(|| {
            OauthError::Protocol(
                "the client's private key is not PKCS#8 PEM of the algorithm named".to_owned(),
            )
        })?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, text: &[u8]) -> Option<Vec<u8>> {
        let der = der(self.pem.expose_secret())?;
        let random = SystemRandom::new();
        match self.algorithm {
            Algorithm::Es256 => {
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok()?;
                Some(key.sign(&random, text).ok()?.as_ref().to_vec())
            }
            Algorithm::Rs256 => {
                let key = RsaKeyPair::from_pkcs8(&der).ok()?;
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                    .ok()?;
                Some(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn encoded(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn der(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .map(str::trim)
        .collect();
    STANDARD.decode(body).ok()
}
