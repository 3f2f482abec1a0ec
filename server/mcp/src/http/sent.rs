//! What a request proved itself with, and an error must not repeat: some servers answer a wrong token with that token,
//! and their words go into logs, rows and answers.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use reqwest::Response;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::Outgoing;

/// Of a form that asks for tokens.
const FIELDS: [&str; 5] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "client_assertion",
];
/// A shorter text is a word like any other, and hides nothing.
const SHORTEST: usize = 4;

#[derive(Clone, Default)]
pub(crate) struct Sent(Vec<SecretString>);

impl Sent {
    pub(super) fn with(outgoing: &Outgoing) -> Self {
        let headers = outgoing.headers.values();
        let mut secrets: Vec<String> = headers
            .filter(|value| value.is_sensitive())
            .flat_map(in_header)
            .collect();
        let kind = outgoing.headers.get(CONTENT_TYPE);
        if kind.is_some_and(|kind| kind == "application/x-www-form-urlencoded") {
            let pairs = form_urlencoded::parse(&outgoing.body);
            let pairs = pairs.filter(|(name, _)| FIELDS.contains(&name.as_ref()));
            secrets.extend(pairs.map(|(_, value)| value.into_owned()));
        }
        secrets.retain(|secret| secret.len() >= SHORTEST);
        Self(secrets.into_iter().map(SecretString::from).collect())
    }

    /// Of the request that this answers, if with an error.
    pub(crate) fn before(response: &Response) -> Self {
        response
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn hidden_in<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.0.iter().map(ExposeSecret::expose_secret) {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, "…"));
            }
        }
        text
    }
}

/// The credential without its scheme, and the password of a pair.
fn in_header(value: &HeaderValue) -> Vec<String> {
    let value = value.to_str().unwrap_or_default();
    let (scheme, credential) = value.split_once(' ').unwrap_or(("", value));
    let pair = scheme
        .eq_ignore_ascii_case("basic")
        .then(|| String::from_utf8(STANDARD.decode(credential).ok()?).ok())
        .flatten();
    let password = pair.as_deref().and_then(|pair| pair.split_once(':'));
    let password = password.and_then(|(_, password)| {
        let pair = form_urlencoded::parse(password.as_bytes()).next()?;
        Some(pair.0.into_owned())
    });
    let mut found = vec![credential.to_owned()];
    found.extend(password);
    found
}
