//! What is to run: everything a runtime needs to know of one MCP server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// `Debug` shows no secret: those are `SecretString`.
#[derive(Debug, Clone)]
pub struct ServerSpec {
    pub id: Uuid,
    /// As people call it. Containers and pods are named after it.
    pub name: String,
    /// Without one the command runs in the base image of the runtime.
    pub image: Option<String>,
    /// Without one the image's own entry point runs.
    pub command: Option<String>,
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub secret_env: BTreeMap<String, SecretString>,
    /// Each is the file `/secrets/KEY` in the server's file system, readable by the server alone.
    pub secret_files: BTreeMap<String, SecretString>,
    pub transport: Transport,
    pub resources: Resources,
    pub pull_secrets: Vec<PullSecret>,
    /// Kubernetes only.
    pub service_account: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    Stdio,
    /// Streamable HTTP on `port` inside of the container, at `path` (with its leading slash).
    Http {
        port: u16,
        path: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    pub memory_bytes: u64,
    /// Thousandths of a core.
    pub cpu_millis: u32,
    pub pids: u32,
}

impl Default for Resources {
    /// What a Node or Python server needs at its start, with room to work.
    fn default() -> Self {
        Self {
            memory_bytes: 512 * 1024 * 1024,
            cpu_millis: 1000,
            pids: 256,
        }
    }
}

/// What a registry asks for before it gives an image away.
#[derive(Debug, Clone)]
pub struct PullSecret {
    /// Host of the registry, such as `ghcr.io`.
    pub registry: String,
    pub username: String,
    pub password: SecretString,
}

/// Directory of the secret files as the server sees it.
pub const SECRETS_DIRECTORY: &str = "/secrets";

impl ServerSpec {
    /// Whether it could run at all: it says what to run, and no name leaves its place.
    pub fn check(&self) -> Result<()> {
        let invalid = |cause: String| Err(Error::InvalidSpec { cause });
        if self.image.is_none() && self.command.is_none() {
            return invalid("it has neither an image nor a command. Give one of them".to_owned());
        }
        for key in self.env.keys().chain(self.secret_env.keys()) {
            if key.is_empty() || key.contains(['=', '\0']) {
                return invalid(format!(
                    "\"{key}\" cannot be the name of an environment variable"
                ));
            }
        }
        for key in self.secret_files.keys() {
            if key.is_empty() || key == "." || key == ".." || key.contains(['/', '\\', '\0']) {
                return invalid(format!("\"{key}\" cannot be the name of a secret file"));
            }
        }
        Ok(())
    }

    /// Changes when anything changes that a running server would have to be restarted for. It stands in labels, which
    /// more people may read than secrets: so it is salted, and a guess at a weak secret is made slow.
    pub fn fingerprint(&self) -> String {
        let mut hash = Fields(Sha256::new());
        // The id is the salt: equal secrets of two servers give unequal fingerprints.
        hash.field(self.id.as_bytes());
        hash.field(self.name.as_bytes());
        hash.optional(self.image.as_deref());
        hash.optional(self.command.as_deref());
        hash.list(self.args.iter().map(String::as_str));
        hash.list(
            self.env
                .iter()
                .flat_map(|(key, value)| [key.as_str(), value.as_str()]),
        );
        hash.field(&self.hardened_secrets());
        match &self.transport {
            Transport::Stdio => hash.field(b"stdio"),
            Transport::Http { port, path } => {
                hash.field(b"http");
                hash.field(&port.to_be_bytes());
                hash.field(path.as_bytes());
            }
        }
        hash.field(&self.resources.memory_bytes.to_be_bytes());
        hash.field(&self.resources.cpu_millis.to_be_bytes());
        hash.field(&self.resources.pids.to_be_bytes());
        hash.optional(self.service_account.as_deref());
        hash.hex()
    }

    fn hardened_secrets(&self) -> [u8; 32] {
        if self.secret_env.is_empty() && self.secret_files.is_empty() {
            return [0; 32];
        }
        let mut hash = Fields(Sha256::new());
        hash.field(self.id.as_bytes());
        hash.secrets(&self.secret_env);
        hash.secrets(&self.secret_files);
        let mut digest: [u8; 32] = hash.0.finalize().into();
        for _ in 0..ROUNDS {
            digest = Sha256::digest(digest).into();
        }
        digest
    }
}

/// Rounds of hashing over the secrets: about a millisecond.
const ROUNDS: u32 = 10_000;

/// A hash over fields, each with its length, so that none can run into the next.
struct Fields(Sha256);

impl Fields {
    fn field(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_be_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.list(text.iter().copied());
    }

    fn list<'a>(&mut self, items: impl Iterator<Item = &'a str> + Clone) {
        self.0.update(items.clone().count().to_be_bytes());
        for item in items {
            self.field(item.as_bytes());
        }
    }

    fn secrets(&mut self, secrets: &BTreeMap<String, SecretString>) {
        let pairs = secrets.iter();
        self.list(pairs.flat_map(|(key, value)| [key.as_str(), value.expose_secret()]));
    }

    /// Half of the hash: it has to fit into a label of Kubernetes (63 characters).
    fn hex(self) -> String {
        let mut text = String::with_capacity(32);
        for byte in &self.0.finalize()[..16] {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests;
