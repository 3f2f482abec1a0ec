//! What the proxy consults on every request, held in memory and replaced as a whole.
//!
//! No SQL runs on the hot path: a snapshot is rebuilt when Postgres says that a table changed, and the last
//! good one serves while the database is away. That is also how replicas stay in step.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use chrono::{DateTime, Utc};
use db::Db;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::pricing::Price;

#[derive(Debug, Default)]
pub struct Snapshot {
    agents: HashMap<Uuid, Agent>,
    slugs: HashMap<String, Uuid>,
    default_agent: Option<Uuid>,
    api_keys: HashMap<[u8; 32], ApiKeyOwner>,
    custom_prices: HashMap<(String, String), Price>,
}

#[derive(Debug, Clone)]
pub struct Agent {
    pub id: Uuid,
    pub name: String,
    pub labels: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct ApiKeyOwner {
    pub key_id: Uuid,
    pub user_id: String,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Snapshot {
    pub async fn read(db: &Db) -> db::Result<Self> {
        let (agents, keys, prices) = tokio::try_join!(
            db::agents::all(db),
            db::api_keys::all(db),
            db::token_prices::list(db)
        )?;
        Ok(Self::build(agents, keys, prices))
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
                            labels: agent.labels,
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
                        expires_at: key.expires_at,
                    };
                    Some((key.key_hash.try_into().ok()?, owner))
                })
                .collect(),
            custom_prices: prices
                .into_iter()
                .filter_map(|row| {
                    let price = Price::parse(
                        &row.input,
                        &row.output,
                        row.cache_read.as_deref(),
                        row.cache_write.as_deref(),
                    );
                    Some(((row.provider, row.model), price.ok()?))
                })
                .collect(),
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
        let digest: [u8; 32] = Sha256::digest(raw.as_bytes()).into();
        self.api_keys
            .get(&digest)
            .filter(|owner| owner.expires_at.is_none_or(|expiry| expiry > now))
    }

    /// A price a person set wins over the built-in table.
    pub fn price(&self, provider: &str, model: &str) -> Option<Price> {
        let custom = self
            .custom_prices
            .get(&(provider.to_owned(), model.to_owned()))
            .cloned();
        custom.or_else(|| Price::listed(llm::prices::price_table().find(provider, model)?).ok())
    }
}

/// The current snapshot; clones see the same one.
#[derive(Debug, Clone, Default)]
pub struct SnapshotHandle(Arc<ArcSwap<Snapshot>>);

impl SnapshotHandle {
    pub fn load(&self) -> Guard<Arc<Snapshot>> {
        self.0.load()
    }

    pub fn store(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }

    /// Reads the database again.
    pub async fn refresh(&self, db: &Db) -> db::Result<()> {
        self.store(Snapshot::read(db).await?);
        Ok(())
    }
}
