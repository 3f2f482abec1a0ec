//! An ID token is believed if the provider signed it, for us, for this very sign-in, just now.

use http::HeaderValue;
use jsonwebtoken::errors::ErrorKind as Kind;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use mcp::http::Http;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::Endpoints;
use super::discovery::keys;
use crate::{Error, Result};

/// Clocks differ by as much.
const SKEW: i64 = 60;
/// Signatures that only the provider can make: none with a shared secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: i64,
}

pub(super) async fn verify(
    http: &Http,
    endpoints: &Endpoints,
    token: &SecretString,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>> {
    let token = token.expose_secret();
    let header = decode_header(token)
        .map_err(|_| Error::untrusted("the ID token is no signed JSON web token"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Error::untrusted(format!(
            "the ID token is signed with {:?}, and only signatures with the provider's private key count. Set its \
             algorithm to RS256 at the provider",
            header.alg
        )));
    }
    let url = endpoints
        .jwks
        .as_ref()
        .ok_or_else(|| Error::settings("there is no jwksEndpoint to check the ID token with"))?;
    let keys = keys(http, url).await?;
    let claims = signed(token, &header, &keys, expected)?;
    check(&claims, expected)?;
    Ok(claims)
}

/// The claims, if one of the keys signed them. A token that names its key is checked with that one alone.
pub(super) fn signed(
    token: &str,
    header: &Header,
    keys: &[Jwk],
    expected: &Expected<'_>,
) -> Result<Map<String, Value>> {
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    // The library would ask the system's clock; `check` asks ours.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["iss", "aud"]);
    let fits = |key: &&Jwk| {
        let named = header.kid.is_none() || key.common.key_id == header.kid;
        let signs = key
            .common
            .public_key_use
            .as_ref()
            .is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        named && signs
    };
    let mut fault = None;
    for key in keys.iter().filter(fits) {
        let Ok(key) = DecodingKey::from_jwk(key) else {
            continue;
        };
        match decode::<Map<String, Value>>(token, &key, &validation) {
            Ok(token) => return Ok(token.claims),
            Err(error) => fault = Some(error.into_kind()),
        }
    }
    Err(Error::untrusted(match fault {
        None => "the provider's key set has no key that the ID token names".to_owned(),
        Some(Kind::InvalidIssuer) => {
            format!("the ID token is not of the issuer {}", expected.issuer)
        }
        Some(Kind::InvalidAudience) => format!(
            "the ID token is for another client than {}",
            expected.client_id
        ),
        Some(Kind::InvalidSignature) => "the ID token's signature is wrong".to_owned(),
        Some(other) => format!("the ID token can't be checked: {other:?}"),
    }))
}

/// What the library does not check, or not with our clock.
fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<()> {
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let fault = |text: &str| Err(Error::untrusted(text.to_owned()));
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 are exact for longer than we will be"
    )]
    let (earliest, latest) = ((expected.now - SKEW) as f64, (expected.now + SKEW) as f64);
    match time("exp") {
        None => return fault("the ID token does not say until when it is valid"),
        Some(end) if end <= earliest => return fault("the ID token has expired"),
        Some(_) => {}
    }
    if time("iat").is_some_and(|made| made > latest)
        || time("nbf").is_some_and(|start| start > latest)
    {
        return fault("the ID token is of the future; is this server's clock right?");
    }
    let nonce = claims
        .get("nonce")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return fault("the ID token was made for another sign-in (its nonce differs)");
    }
    let audiences = claims
        .get("aud")
        .and_then(Value::as_array)
        .map_or(1, Vec::len);
    match claims.get("azp") {
        Some(party) if party != expected.client_id => {
            fault("the ID token was given to another client (azp)")
        }
        None if audiences > 1 => {
            fault("the ID token is for several clients and says not to whom it was given (azp)")
        }
        _ => Ok(()),
    }
}

pub(super) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}
