//! Model servers of this machine: a fixed list, so that no request decides what is looked at.

use std::time::Duration;

use futures_util::future::join_all;
use llm::providers::{Provider, provider};
use tokio::time::timeout;
use url::{Host, Url};

use super::listing::{Access, list};
use crate::platform::Platform;

/// Whoever is there answers at once.
const PATIENCE: Duration = Duration::from_secs(1);

struct Known {
    id: &'static str,
    name: &'static str,
    port: u16,
}

/// With the ports that they listen on unless they are told otherwise.
const KNOWN: [Known; 2] = [
    Known {
        id: "ollama",
        name: "Ollama",
        port: 11434,
    },
    Known {
        id: "lm-studio",
        name: "LM Studio",
        port: 1234,
    },
];

/// One that answers.
#[derive(Debug)]
pub struct LocalServer {
    pub id: &'static str,
    pub name: &'static str,
    pub provider: &'static Provider,
    pub base_url: Url,
    pub models: Vec<String>,
}

/// Whether an address is that of a server of the list.
pub fn is_known(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let port = url.port_or_known_default();
    is_loopback && KNOWN.iter().any(|server| Some(server.port) == port)
}

/// Those that answer, unless the administrator wants none of them.
pub async fn find_local(platform: &Platform) -> Vec<LocalServer> {
    if !platform.provider_keys.local_servers {
        return Vec::new();
    }
    let found = join_all(KNOWN.iter().map(|server| look(platform, server))).await;
    found.into_iter().flatten().collect()
}

async fn look(platform: &Platform, server: &Known) -> Option<LocalServer> {
    let base_url = Url::parse(&format!("http://127.0.0.1:{}/v1", server.port)).ok()?;
    let provider = provider("openai")?;
    let access = Access {
        provider,
        base_url: &base_url,
        key: None,
    };
    let models = timeout(PATIENCE, list(&platform.provider_keys.trusted, access)).await;
    let models = models.ok()?.ok()?;
    Some(LocalServer {
        id: server.id,
        name: server.name,
        provider,
        models: models.into_iter().map(|model| model.id).collect(),
        base_url,
    })
}
