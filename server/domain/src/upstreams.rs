//! Where model calls go by the configuration; a key may say otherwise (`provider_keys`), a request never.

use std::path::PathBuf;
use std::time::Duration;

pub use mcp::guard::AddressGuard;
use secrecy::SecretString;
use url::Url;

#[derive(Debug, Clone)]
pub struct Upstreams {
    pub openai: Upstream,
    pub anthropic: Upstream,
    pub gemini: Upstream,
    /// If set, Gemini calls go to Vertex AI with the server's own Google credentials.
    pub vertex: Option<Vertex>,
    /// Whether keys may lead to model servers of this machine (Ollama, LM Studio).
    pub local_servers: bool,
    /// How long an upstream may stay silent: before its first byte, and between two.
    pub timeout: Duration,
    /// The largest request body, in bytes.
    pub body_limit: usize,
}

#[derive(Debug, Clone)]
pub struct Upstream {
    pub base_url: Url,
    /// Used only for callers who authenticated with a key of ours instead of bringing the provider's.
    pub api_key: Option<SecretString>,
}

#[derive(Debug, Clone)]
pub struct Vertex {
    pub project: String,
    pub location: String,
    /// A service-account file; without one, Application Default Credentials.
    pub credentials_file: Option<PathBuf>,
    /// Replaces `https://{location}-aiplatform.googleapis.com`, for private endpoints.
    pub base_url: Option<Url>,
}

impl Upstreams {
    /// The upstream of a provider id of the `llm` registry.
    pub fn of(&self, provider: &str) -> Option<&Upstream> {
        match provider {
            "openai" => Some(&self.openai),
            "anthropic" => Some(&self.anthropic),
            "gemini" => Some(&self.gemini),
            _ => None,
        }
    }
}
