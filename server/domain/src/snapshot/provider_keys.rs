//! The part of the snapshot that says which provider key an agent uses.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use db::Db;
use db::provider_keys::{Assignment, ProviderKey as Row};
use url::Url;
use uuid::Uuid;

use super::Snapshot;

#[derive(Debug, Default)]
pub(super) struct ProviderKeys {
    keys: HashMap<Uuid, Arc<ProviderKey>>,
    /// By provider.
    defaults: HashMap<String, Arc<ProviderKey>>,
    /// By agent, then by provider.
    assigned: HashMap<Uuid, HashMap<String, Arc<ProviderKey>>>,
    /// Who lists a model.
    models: HashMap<String, Vec<String>>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct ProviderKey {
    pub id: Uuid,
    pub name: String,
    pub provider: String,
    /// Another value has another id. None: the server asks for no key.
    pub secret_id: Option<Uuid>,
    pub base_url: Option<Url>,
    pub tested_at: Option<DateTime<Utc>>,
}

impl ProviderKeys {
    pub(super) async fn read(db: &Db) -> db::Result<Self> {
        let (keys, assignments, models) = tokio::try_join!(
            db::provider_keys::list(db),
            db::provider_keys::assignments(db),
            db::models::names(db),
        )?;
        Ok(Self::of(keys, assignments, models))
    }

    pub(super) fn of(
        rows: Vec<Row>,
        assignments: Vec<Assignment>,
        models: Vec<(String, String)>,
    ) -> Self {
        let mut all = Self::default();
        for row in rows {
            let is_default = row.is_default;
            let key = Arc::new(ProviderKey::from_row(row));
            if is_default {
                all.defaults.insert(key.provider.clone(), key.clone());
            }
            all.keys.insert(key.id, key);
        }
        for row in assignments {
            if let Some(key) = all.keys.get(&row.key_id) {
                let of_agent = all.assigned.entry(row.agent_id).or_default();
                of_agent.insert(row.provider, key.clone());
            }
        }
        for (model, provider) in models {
            all.models.entry(model).or_default().push(provider);
        }
        all
    }
}

impl ProviderKey {
    /// The address has been checked when it was saved.
    fn from_row(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            provider: row.provider,
            secret_id: row.secret_id,
            base_url: row.base_url.and_then(|url| Url::parse(&url).ok()),
            tested_at: row.tested_at,
        }
    }
}

impl Snapshot {
    pub fn provider_key(&self, id: Uuid) -> Option<&Arc<ProviderKey>> {
        self.provider_keys.keys.get(&id)
    }

    pub fn provider_keys(&self) -> impl Iterator<Item = &Arc<ProviderKey>> {
        self.provider_keys.keys.values()
    }

    /// The key that is assigned to an agent.
    pub fn key_of_agent(&self, agent: Uuid, provider: &str) -> Option<&Arc<ProviderKey>> {
        self.provider_keys.assigned.get(&agent)?.get(provider)
    }

    pub fn default_key(&self, provider: &str) -> Option<&Arc<ProviderKey>> {
        self.provider_keys.defaults.get(provider)
    }

    /// The providers that list a model of this name.
    pub fn providers_of_model(&self, model: &str) -> &[String] {
        let providers = self.provider_keys.models.get(model);
        providers.map(Vec::as_slice).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn of_keys(
        keys: Vec<Row>,
        assignments: Vec<Assignment>,
        models: Vec<(String, String)>,
    ) -> Self {
        Self {
            provider_keys: ProviderKeys::of(keys, assignments, models),
            ..Self::default()
        }
    }
}
