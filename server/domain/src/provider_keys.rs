//! Keys for model providers: which one pays for a call, what it is, and what it can be used for.
//!
//! Which one is decided from the snapshot (`choice`), its value is read from the secret store once and held in memory
//! (`values`), and every new one is tried at its provider before it is saved (`keys`, `listing`).

mod choice;
mod error;
mod keys;
mod listing;
mod local;
mod models;
mod values;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use llm::providers::Provider;
use mcp::guard::AddressGuard;
use mcp::http::Http;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

pub use choice::{
    Choice, Source, Step, choose, environment_pays, explanation, provider_of, steps, variable,
};
pub use error::KeyError;
pub use keys::{Change, NewKey, Value, change, create, delete, test, test_saved};
pub use local::{LocalServer, find_local, is_known as is_local};
pub use models::{models_of, sync};

use crate::platform::Platform;
use crate::servers::Servers;
use crate::upstreams::Upstreams;
use values::Values;

type Result<T> = std::result::Result<T, KeyError>;

/// What is known of keys beside the snapshot: their values, and when the environment's were last listed.
pub struct ProviderKeys {
    /// For addresses that came from outside.
    guarded: Http,
    /// For addresses of the configuration, and for model servers of this machine.
    trusted: Http,
    /// Whether keys may lead to model servers of this machine.
    local_servers: bool,
    values: Values,
    /// What the environment's keys can be used for, by provider.
    environment: Mutex<HashMap<&'static str, (Instant, Vec<String>)>>,
}

impl ProviderKeys {
    /// With the clients of MCP servers, whose rules of addresses hold here, too.
    pub fn new(servers: &Servers, upstreams: &Upstreams) -> Self {
        Self {
            guarded: servers.remote_http().clone(),
            trusted: servers.local_http().clone(),
            local_servers: upstreams.local_servers,
            values: Values::default(),
            environment: Mutex::default(),
        }
    }

    pub fn address_guard(&self) -> &AddressGuard {
        self.guarded.guard()
    }

    /// What a key's own address has to pass; none for a model server of this machine.
    pub fn guard(&self, base_url: &Url) -> Option<&AddressGuard> {
        let is_free = self.local_servers && local::is_known(base_url);
        (!is_free).then(|| self.address_guard())
    }

    fn http(&self, base_url: &Url) -> &Http {
        match self.guard(base_url) {
            Some(_) => &self.guarded,
            None => &self.trusted,
        }
    }
}

impl fmt::Debug for ProviderKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProviderKeys")
            .field("local_servers", &self.local_servers)
            .finish_non_exhaustive()
    }
}

/// What a call of an agent goes out with.
#[derive(Debug)]
pub struct Resolved {
    pub choice: Choice,
    pub base_url: Url,
    /// None where the server asks for no key, and where there is none.
    pub key: Option<SecretString>,
}

/// From memory; the secret store is asked the first time after a key has changed, and now and then in the background.
pub async fn resolve(
    platform: &Platform,
    agent: Option<Uuid>,
    provider: &'static Provider,
) -> Result<Resolved> {
    let choice = choose(
        &platform.snapshot.load(),
        &platform.upstreams,
        agent,
        provider,
    );
    resolve_choice(platform, choice).await
}

pub async fn resolve_choice(platform: &Platform, choice: Choice) -> Result<Resolved> {
    let base_url = choice.base_url(&platform.upstreams);
    let base_url = base_url.ok_or(KeyError::NoAddress(choice.provider.name))?;
    let key = if let Some(key) = &choice.key {
        value_of(platform, key.secret_id).await?
    } else {
        let upstream = platform.upstreams.of(choice.provider.id);
        upstream.and_then(|upstream| upstream.api_key.clone())
    };
    Ok(Resolved {
        choice,
        base_url,
        key,
    })
}

async fn value_of(platform: &Platform, secret_id: Option<Uuid>) -> Result<Option<SecretString>> {
    match secret_id {
        Some(id) => platform
            .provider_keys
            .values
            .get(platform, id)
            .await
            .map(Some),
        None => Ok(None),
    }
}

/// Nothing is ever left half changed under these locks, so a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
