//! The providers, as data: where each one is, how its key is sent, and which calls it knows.
//!
//! Not the place for wire formats (`dialects`) or for a deployment's own base URLs and keys
//! (configuration).

mod anthropic;
mod gemini;
mod openai;
#[cfg(test)]
mod tests;
mod unrouted;

use http::Method;

use crate::dialect::Dialect;
use crate::models::Listing;
use crate::operation::Operation;

#[derive(Debug)]
pub struct Provider {
    /// The word in URLs, in the log and in the price table.
    pub id: &'static str,
    pub name: &'static str,
    /// Without a trailing slash; `upstream_path` continues it.
    pub default_base_url: &'static str,
    pub credential: Credential,
    /// How it lists its models.
    pub listing: Listing,
    /// How the names of its own models begin.
    pub model_prefixes: &'static [&'static str],
    /// How its keys begin, for people.
    pub key_example: &'static str,
    path: fn(&str) -> String,
    operation: fn(&Method, &str) -> Option<Operation>,
    dialect: fn() -> &'static dyn Dialect,
}

/// How a provider's own key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer …`
    Bearer,
    /// `x-api-key: …`
    XApiKey,
    /// `x-goog-api-key: …`
    XGoogApiKey,
}

impl Credential {
    /// The header that carries a key.
    pub fn header(self, key: &str) -> (&'static str, String) {
        match self {
            Self::Bearer => ("authorization", format!("Bearer {key}")),
            Self::XApiKey => ("x-api-key", key.to_owned()),
            Self::XGoogApiKey => ("x-goog-api-key", key.to_owned()),
        }
    }
}

static PROVIDERS: [Provider; 3] = [openai::PROVIDER, anthropic::PROVIDER, gemini::PROVIDER];

pub fn providers() -> &'static [Provider] {
    &PROVIDERS
}

pub fn provider(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}

/// Also one that no URL of the proxy leads to yet.
pub fn keyed_provider(id: &str) -> Option<&'static Provider> {
    let mut unrouted = unrouted::UNROUTED.iter();
    provider(id).or_else(|| unrouted.find(|provider| provider.id == id))
}

/// The providers that keys are kept for, sorted by id.
pub fn keyed_providers() -> Vec<&'static Provider> {
    let mut all: Vec<&Provider> = PROVIDERS.iter().chain(&unrouted::UNROUTED).collect();
    all.sort_unstable_by_key(|provider| provider.id);
    all
}

impl Provider {
    /// Whether the proxy serves it.
    pub fn is_routed(&self) -> bool {
        provider(self.id).is_some()
    }

    /// Maps what follows `/v1/{provider}[/{agent}]` (no leading slash, no query) to the path below
    /// the upstream's base URL (no leading slash either).
    pub fn upstream_path(&self, rest: &str) -> String {
        (self.path)(rest)
    }

    /// Recognises a call by the same `rest`; `None` means plain pass-through.
    pub fn operation(&self, method: &Method, rest: &str) -> Option<Operation> {
        (self.operation)(method, rest)
    }

    /// The provider's own wire format, in which a call that no operation recognises is answered when it fails.
    pub fn dialect(&self) -> &'static dyn Dialect {
        (self.dialect)()
    }
}

/// Whether a path begins with an API version (`v1`, `v1beta`, …), so that none has to be added.
fn has_version(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let mut letters = first.bytes();
    letters.next() == Some(b'v') && letters.next().is_some_and(|digit| digit.is_ascii_digit())
}

/// The path without its version and without a trailing slash.
fn without_version(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    if has_version(path) {
        path.split_once('/').map_or("", |(_, rest)| rest)
    } else {
        path
    }
}
