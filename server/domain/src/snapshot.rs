//! What the planes consult on every request, held in memory and replaced as a whole.
//!
//! No SQL runs on the hot path: a snapshot is rebuilt when Postgres says that a table changed, and the last
//! good one serves while the database is away. That is also how replicas stay in step.

mod gateway;
mod guardrails;
mod optimization_rules;
mod people;
mod provider_keys;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use chrono::{DateTime, Utc};
use db::Db;
use serde_json::Value;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

pub use gateway::{
    AgentTool, CredentialMode, McpToken, NoServer, OauthCaller, Server, TokenKind, Tool,
};
pub use provider_keys::ProviderKey;

use crate::access::grants::Grants;
use crate::api_keys::digest;
use crate::entities::OfEntities;
use crate::optimization_rules::OptimizationRule;
use crate::pricing::{Price, built_in};
use gateway::Gateway;
use guardrails::Guardrails;
use people::People;
use provider_keys::ProviderKeys;

#[derive(Debug, Default)]
pub struct Snapshot {
    agents: HashMap<Uuid, Agent>,
    slugs: HashMap<String, Uuid>,
    default_agent: Option<Uuid>,
    api_keys: HashMap<[u8; 32], ApiKeyOwner>,
    /// By provider and model.
    custom_prices: HashMap<String, HashMap<String, Price>>,
    gateway: Gateway,
    guardrails: Guardrails,
    optimization_rules: OfEntities<OptimizationRule>,
    people: People,
    provider_keys: ProviderKeys,
}

#[derive(Debug, Clone)]
pub struct Agent {
    pub id: Uuid,
    pub name: String,
    pub agent_type: String,
    pub description: Option<String>,
    pub labels: Vec<(String, String)>,
    /// `org`, `team` or `personal`.
    pub scope: String,
    pub author_id: Option<String>,
    /// The row's, as it is.
    pub settings: Value,
}

#[derive(Debug, Clone)]
pub struct ApiKeyOwner {
    pub key_id: Uuid,
    pub user_id: String,
    /// What it is limited to; without it, all that its owner may do.
    pub permission: Option<Grants>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl ApiKeyOwner {
    /// As much of what its owner may do as the key allows.
    pub fn limit(&self, owner: Grants) -> Grants {
        self.permission.map_or(owner, |limit| limit.and(&owner))
    }
}

impl Snapshot {
    pub async fn read(db: &Db) -> db::Result<Self> {
        let (agents, keys, prices, gateway, guardrails, rules, people, provider_keys) = tokio::try_join!(
            db::agents::all(db),
            db::api_keys::all(db),
            db::token_prices::list(db),
            Gateway::read(db),
            Guardrails::read(db),
            optimization_rules::read(db),
            People::read(db),
            ProviderKeys::read(db),
        )?;
        Ok(Self {
            gateway,
            guardrails,
            optimization_rules: rules,
            people,
            provider_keys,
            ..Self::build(agents, keys, prices)
        })
    }

    fn build(
        agents: Vec<db::agents::Agent>,
        keys: Vec<db::api_keys::ApiKey>,
        prices: Vec<db::token_prices::TokenPrice>,
    ) -> Self {
        let default_agent = agents
            .iter()
            .find(|agent| agent.is_default)
            .map(|agent| agent.id);
        Self {
            slugs: agents
                .iter()
                .map(|agent| (agent.slug.clone(), agent.id))
                .collect(),
            agents: agents
                .into_iter()
                .map(|agent| {
                    (
                        agent.id,
                        Agent {
                            id: agent.id,
                            name: agent.name,
                            agent_type: agent.agent_type,
                            description: agent.description,
                            labels: agent.labels,
                            scope: agent.scope,
                            author_id: agent.author_id,
                            settings: agent.settings,
                        },
                    )
                })
                .collect(),
            default_agent,
            api_keys: keys
                .into_iter()
                .filter_map(|key| {
                    let owner = ApiKeyOwner {
                        key_id: key.id,
                        user_id: key.user_id,
                        // A limit that can't be read leaves nothing.
                        permission: key
                            .permission
                            .map(|map| Grants::from_map(&map).unwrap_or_default()),
                        expires_at: key.expires_at,
                    };
                    Some((key.key_hash.try_into().ok()?, owner))
                })
                .collect(),
            custom_prices: by_provider(prices),
            gateway: Gateway::default(),
            guardrails: Guardrails::default(),
            optimization_rules: OfEntities::default(),
            people: People::default(),
            provider_keys: ProviderKeys::default(),
        }
    }

    /// By id, or by slug.
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        let id = id.parse().ok().or_else(|| self.slugs.get(id).copied())?;
        self.agents.get(&id)
    }

    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    pub fn default_agent(&self) -> Option<&Agent> {
        self.agents.get(&self.default_agent?)
    }

    /// Who owns a key of ours, unless it has expired.
    pub fn api_key(&self, raw: &str, now: DateTime<Utc>) -> Option<&ApiKeyOwner> {
        self.api_keys
            .get(&digest(raw))
            .filter(|owner| owner.expires_at.is_none_or(|expiry| expiry > now))
    }

    /// A price a person set wins over the built-in table.
    pub fn price(&self, provider: &str, model: &str) -> Option<Price> {
        let custom = self.custom_prices.get(provider);
        let custom = custom.and_then(|models| models.get(model));
        custom.or_else(|| built_in(provider, model)).cloned()
    }
}

/// A price that cannot be read is none.
fn by_provider(
    prices: Vec<db::token_prices::TokenPrice>,
) -> HashMap<String, HashMap<String, Price>> {
    let mut by_provider: HashMap<String, HashMap<String, Price>> = HashMap::new();
    for row in prices {
        let (read, written) = (row.cache_read.as_deref(), row.cache_write.as_deref());
        if let Ok(price) = Price::parse(&row.input, &row.output, read, written) {
            let models = by_provider.entry(row.provider).or_default();
            models.insert(row.model, price);
        }
    }
    by_provider
}

/// The current snapshot; clones see the same one.
#[derive(Debug, Clone)]
pub struct SnapshotHandle {
    current: Arc<ArcSwap<Snapshot>>,
    version: Arc<watch::Sender<u64>>,
    /// One reads at a time, or what was read earlier could replace what was read later.
    reading: Arc<Mutex<()>>,
}

impl Default for SnapshotHandle {
    fn default() -> Self {
        Self {
            current: Arc::default(),
            version: Arc::new(watch::Sender::new(0)),
            reading: Arc::default(),
        }
    }
}

impl SnapshotHandle {
    pub fn load(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    pub fn store(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.version.send_modify(|version| *version += 1);
    }

    /// Tells when there is another one.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Reads the database again.
    pub async fn refresh(&self, db: &Db) -> db::Result<()> {
        let _turn = self.reading.lock().await;
        self.store(Snapshot::read(db).await?);
        Ok(())
    }
}
