//! Addresses that came with keys: each with its own connections, and none that the address guard refuses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::provider_keys::ProviderKeys;
use url::Url;

use super::connector::{self, Connector};
use super::endpoint::Endpoint;
use crate::error::Failure;

/// Addresses of keys that are gone are forgotten when there are so many.
const MOST: usize = 100;

pub(super) struct Keyed {
    provider_keys: Arc<ProviderKeys>,
    guarded: Connector,
    /// For model servers of this machine.
    trusted: Connector,
    known: Mutex<HashMap<Url, Arc<Endpoint>>>,
}

impl Keyed {
    pub(super) fn new(provider_keys: Arc<ProviderKeys>, trusted: Connector) -> Self {
        Self {
            guarded: connector::connector(Some(provider_keys.address_guard().clone())),
            provider_keys,
            trusted,
            known: Mutex::default(),
        }
    }

    pub(super) fn endpoint(&self, url: &Url) -> Result<Arc<Endpoint>, Failure> {
        // Nothing is left half done under this lock.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(endpoint) = known.get(url) {
            return Ok(endpoint.clone());
        }
        let connector = match self.provider_keys.guard(url) {
            Some(guard) => {
                // A literal address is never resolved.
                let checked = guard.check_url(url);
                checked.map_err(|refused| Failure::ProviderKey(refused.to_string()))?;
                &self.guarded
            }
            None => &self.trusted,
        };
        let endpoint = Arc::new(Endpoint::new(url, connector).map_err(Failure::BaseUrl)?);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(url.clone(), endpoint.clone());
        Ok(endpoint)
    }
}
