//! Which key pays for an agent's calls to a provider, and why: its own, else the organization's, else the environment's.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use llm::providers::{Provider, provider};
use url::Url;
use uuid::Uuid;

use crate::snapshot::{ProviderKey, Snapshot};
use crate::upstreams::Upstreams;

/// Where a key comes from, in the order in which they are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Profile,
    Organization,
    Environment,
    Nothing,
}

impl Source {
    pub fn id(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Organization => "organization",
            Self::Environment => "environment",
            Self::Nothing => "none",
        }
    }
}

/// Which key it is; its value is read by [`super::resolve`].
#[derive(Debug, Clone)]
pub struct Choice {
    pub provider: &'static Provider,
    pub source: Source,
    /// Of a profile or the organization.
    pub key: Option<Arc<ProviderKey>>,
}

impl Choice {
    /// The key's own address, else the one of the configuration.
    pub fn base_url(&self, upstreams: &Upstreams) -> Option<Url> {
        let own = self.key.as_ref().and_then(|key| key.base_url.clone());
        own.or_else(|| Some(upstreams.of(self.provider.id)?.base_url.clone()))
    }
}

pub fn choose(
    snapshot: &Snapshot,
    upstreams: &Upstreams,
    agent: Option<Uuid>,
    provider: &'static Provider,
) -> Choice {
    let of_agent = agent.and_then(|agent| snapshot.key_of_agent(agent, provider.id));
    let (source, key) = match (of_agent, snapshot.default_key(provider.id)) {
        (Some(key), _) => (Source::Profile, Some(key)),
        (None, Some(key)) => (Source::Organization, Some(key)),
        (None, None) if environment_pays(upstreams, provider) => (Source::Environment, None),
        (None, None) => (Source::Nothing, None),
    };
    Choice {
        provider,
        source,
        key: key.cloned(),
    }
}

/// Whether the server itself has what it takes to call a provider.
pub fn environment_pays(upstreams: &Upstreams, provider: &Provider) -> bool {
    let has_key = |provider: &Provider| {
        let upstream = upstreams.of(provider.id);
        upstream.is_some_and(|upstream| upstream.api_key.is_some())
    };
    has_key(provider) || is_vertex(upstreams, provider)
}

fn is_vertex(upstreams: &Upstreams, provider: &Provider) -> bool {
    provider.id == "gemini" && upstreams.vertex.is_some()
}

/// The variable that holds, or could hold, the server's own key.
pub fn variable(upstreams: &Upstreams, provider: &Provider) -> String {
    if is_vertex(upstreams, provider) {
        return "ARCHESTRA_GEMINI_VERTEX_AI_ENABLED".to_owned();
    }
    format!("ARCHESTRA_CHAT_{}_API_KEY", provider.id.to_uppercase())
}

/// The provider that lists the model; if none or several do, the one its name is typical for, else the first of several.
pub fn provider_of(snapshot: &Snapshot, model: &str) -> Option<&'static Provider> {
    let listing = snapshot.providers_of_model(model);
    let by_name = llm::models::provider_of(model);
    match listing {
        [only] => provider(only).or(by_name),
        several => by_name.or_else(|| provider(several.first()?)),
    }
}

/// One place that was looked at, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub source: Source,
    pub used: bool,
    pub explanation: String,
}

/// Every place in order, with why it is used or not.
pub fn steps(
    snapshot: &Snapshot,
    upstreams: &Upstreams,
    agent: Option<(Uuid, &str)>,
    provider: &'static Provider,
) -> [Step; 3] {
    let choice = choose(snapshot, upstreams, agent.map(|(id, _)| id), provider);
    let of_agent = agent.and_then(|(id, _)| snapshot.key_of_agent(id, provider.id));
    let name = agent.map_or("This call", |(_, name)| name);
    let llm = provider.name;
    let variable = variable(upstreams, provider);
    let texts = [
        match of_agent {
            Some(key) => format!("“{}” is assigned to {name} for {llm}.", key.name),
            None => format!("No key is assigned to {name} for {llm}."),
        },
        match snapshot.default_key(provider.id) {
            Some(key) => format!("“{}” is the organization's default for {llm}.", key.name),
            None => format!("The organization has no default key for {llm}."),
        },
        if environment_pays(upstreams, provider) {
            format!("{variable} is set on the server.")
        } else {
            format!("{variable} is not set on the server.")
        },
    ];
    let sources = [Source::Profile, Source::Organization, Source::Environment];
    let mut texts = texts.into_iter();
    sources.map(|source| Step {
        source,
        used: source == choice.source,
        explanation: texts.next().unwrap_or_default(),
    })
}

/// The same in one sentence.
pub fn explanation(upstreams: &Upstreams, agent: Option<&str>, choice: &Choice) -> String {
    let llm = choice.provider.name;
    let agent = agent.unwrap_or("this call");
    let key = choice
        .key
        .as_ref()
        .map_or_else(String::new, |key| key.name.clone());
    let variable = variable(upstreams, choice.provider);
    match choice.source {
        Source::Profile => format!("The key “{key}” is used, because it is assigned to {agent}."),
        Source::Organization => format!(
            "The organization's default key “{key}” is used, because none is assigned to {agent} for {llm}."
        ),
        Source::Environment => format!(
            "{variable} of the server is used, because neither {agent} nor the organization has a key for {llm}."
        ),
        Source::Nothing => format!(
            "There is no key for {llm}. Add one under Settings → Chat, or set {variable} on the server."
        ),
    }
}
