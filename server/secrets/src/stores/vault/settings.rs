//! Where Vault is, and how we sign in.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::KvVersion;

#[derive(Debug, Clone)]
pub struct Settings {
    pub address: Url,
    pub auth: Auth,
    pub kv: KvVersion,
    /// As Vault's API names it; none for `secret/data/archestra` or `secret/archestra`.
    pub prefix: Option<String>,
    /// None: the prefix with `/metadata/` for `/data/`.
    pub metadata_prefix: Option<String>,
    pub namespace: Option<String>,
    /// A file of certificates in PEM that sign Vault's, beside the usual ones.
    pub ca_file: Option<PathBuf>,
    /// Somebody else writes; we only read.
    pub read_only: bool,
    pub timeout: Duration,
    pub cache_for: Duration,
}

/// How we sign in to Vault.
#[derive(Debug, Clone)]
pub enum Auth {
    Token(SecretString),
    Kubernetes {
        role: String,
        /// Read at every sign-in: the cluster renews it.
        token_file: PathBuf,
        mount: String,
    },
    Aws(Aws),
}

#[derive(Debug, Clone)]
pub struct Aws {
    pub role: String,
    pub mount: String,
    pub region: String,
    pub sts_endpoint: Url,
    /// `X-Vault-AWS-IAM-Server-ID`.
    pub server_id: Option<String>,
    /// What AWS's own variables say: `AWS_ACCESS_KEY_ID` and so on.
    pub environment: HashMap<String, SecretString>,
    pub home: Option<PathBuf>,
}

impl Auth {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Token(_) => "TOKEN",
            Self::Kubernetes { .. } => "K8S",
            Self::Aws(_) => "AWS",
        }
    }
}
