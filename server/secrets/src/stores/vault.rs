//! Values in Vault, or in its fork `OpenBao`, which speaks the same HTTP API: KV 1 and KV 2.
//!
//! Vault's own client library knows mounts and paths apart; the prefixes of our configuration are whole API paths, so the
//! few calls that we need are made here.

mod aws;
mod breaker;
mod client;
mod paths;
mod session;
mod settings;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::{Health, SecretStore};
use crate::reference::Reference;
use crate::{Error, Fields, Result};
use client::{Answer, Client};
pub use paths::KvVersion;
use paths::Paths;
use session::Session;
pub use settings::{Auth, Aws, Settings};

/// As rows name it.
pub const ID: &str = "vault";
const TITLE: &str = "Vault";
/// How long what was read is taken from memory.
pub const CACHE_FOR: Duration = Duration::from_secs(30);
/// How long one attempt may take.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// KV 1 refuses a secret without fields; this one stands for none.
const NO_FIELDS: &str = "archestra-no-fields";
const CHECK: &str = "archestra-connection-check";

/// For people: how we reach Vault.
#[derive(Debug, Clone)]
pub struct Description {
    pub address: String,
    pub auth_method: &'static str,
    pub kv_version: &'static str,
    pub secret_path: String,
    pub metadata_path: String,
    pub namespace: Option<String>,
}

pub struct VaultStore {
    client: Client,
    session: Session,
    paths: Paths,
    read_only: bool,
    cache_for: Duration,
    cache: Mutex<HashMap<String, Cached>>,
    health: Mutex<Health>,
    description: Description,
}

struct Cached {
    version: Option<i64>,
    at: Instant,
    fields: Fields,
}

impl VaultStore {
    /// Contacts nobody.
    pub fn new(settings: Settings) -> Result<Self> {
        let paths = Paths::new(
            settings.kv,
            settings.prefix.as_deref(),
            settings.metadata_prefix.as_deref(),
        )?;
        let description = Description {
            address: settings.address.to_string(),
            auth_method: settings.auth.name(),
            kv_version: settings.kv.as_str(),
            secret_path: paths.prefix().to_owned(),
            metadata_path: paths.metadata_prefix().to_owned(),
            namespace: settings.namespace.clone(),
        };
        let client = Client::new(&settings)?;
        Ok(Self {
            session: Session::new(settings.auth, client.http().clone()),
            client,
            paths,
            read_only: settings.read_only,
            cache_for: settings.cache_for,
            cache: Mutex::default(),
            health: Mutex::new(Health::Ok {
                detail: "not asked yet".to_owned(),
            }),
            description,
        })
    }

    pub fn describe(&self) -> &Description {
        &self.description
    }

    /// Renews the token while nobody asks for anything, until it is dropped.
    pub async fn keep_signed_in(&self) {
        loop {
            let pause = self.session.rest().await;
            tokio::time::sleep(pause).await;
            let renewed = self.session.token(&self.client).await.map(|_| ());
            self.learn(&renewed);
            if let Err(error) = renewed {
                tracing::warn!(%error, "Vault's token could not be renewed");
            }
        }
    }

    /// What a reference refers to.
    pub async fn resolve(&self, reference: &Reference) -> Result<SecretString> {
        let gone = || Error::Gone {
            place: format!("vault: {reference}{}", self.paths.hint(&reference.path)),
        };
        let found = match self.cached(&reference.path, None) {
            Some(fields) => Some(fields),
            None => self.read_path(&reference.path, None).await?,
        };
        let value = found.and_then(|mut fields| fields.remove(&reference.key));
        value.ok_or_else(gone)
    }

    /// A folder as it is compared: without slashes at its ends, and below nothing else than it shows.
    pub fn folder(&self, path: &str) -> Result<String> {
        let path = path.trim().trim_matches('/');
        self.paths.metadata_of(path)?;
        paths::encode(path)?;
        Ok(path.to_owned())
    }

    /// The names of what lies in a folder, and its path for each.
    pub async fn list_folder(&self, folder: &str) -> Result<Vec<(String, String)>> {
        let names = self.list(&self.paths.metadata_of(folder)?).await?;
        let folder = folder.trim_matches('/');
        let secrets = names.into_iter().filter(|name| !name.ends_with('/'));
        Ok(secrets
            .map(|name| {
                let path = format!("{folder}/{name}");
                (name, path)
            })
            .collect())
    }

    /// The keys of one secret, never their values.
    pub async fn keys(&self, path: &str) -> Result<Vec<String>> {
        let fields = self.read_path(path, None).await?;
        let fields = fields.ok_or_else(|| Error::Gone {
            place: format!("vault: {path}{}", self.paths.hint(path)),
        })?;
        Ok(fields.into_keys().collect())
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let called = self.signed_in(method, path, body).await;
        self.learn(&called);
        called
    }

    async fn signed_in(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let token = self.session.token(&self.client).await?;
        let answer = self
            .client
            .send(method.clone(), path, Some(&token), body)
            .await?;
        if answer.status != 403 {
            return Ok(answer);
        }
        // Somebody may have revoked the token, or Vault has forgotten it.
        let Some(token) = self.session.anew(&self.client, &token).await? else {
            return Err(self.session.refused(&method, path, &answer));
        };
        let answer = self
            .client
            .send(method.clone(), path, Some(&token), body)
            .await?;
        if answer.status == 403 {
            return Err(self.session.refused(&method, path, &answer));
        }
        Ok(answer)
    }

    fn learn<T>(&self, outcome: &Result<T>) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let detail = format!("{} answers", self.description.address);
        health.learn(outcome, &detail);
    }

    fn cache(&self) -> MutexGuard<'_, HashMap<String, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, path: &str, version: Option<i64>) -> Option<Fields> {
        let cache = self.cache();
        let cached = cache.get(path)?;
        let is_good = cached.version == version && cached.at.elapsed() < self.cache_for;
        is_good.then(|| cached.fields.clone())
    }

    async fn read_path(&self, path: &str, version: Option<i64>) -> Result<Option<Fields>> {
        let answer = self.call(Method::GET, &paths::encode(path)?, None).await?;
        let Some(data) = answer.found("read", path)? else {
            return Ok(None);
        };
        // A secret of KV 2 that was deleted still has its metadata.
        let data = match self.paths.kv() {
            KvVersion::One => data.get("data"),
            KvVersion::Two => data.get("data").and_then(|data| data.get("data")),
        };
        let Some(data) = data.and_then(Value::as_object) else {
            return Ok(None);
        };
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let fields: Fields = data
            .iter()
            .filter(|(name, _)| *name != NO_FIELDS)
            .map(|(name, value)| (name.clone(), SecretString::from(text(value))))
            .collect();
        let mut cache = self.cache();
        cache.retain(|_, cached| cached.at.elapsed() < self.cache_for);
        let cached = Cached {
            version,
            at: Instant::now(),
            fields: fields.clone(),
        };
        cache.insert(path.to_owned(), cached);
        Ok(Some(fields))
    }

    async fn list(&self, path: &str) -> Result<Vec<String>> {
        let path = format!("{}?list=true", paths::encode(path)?);
        let answer = self.call(Method::GET, &path, None).await?;
        let Some(found) = answer.found("list", &path)? else {
            return Ok(Vec::new());
        };
        let keys = found.get("data").and_then(|data| data.get("keys"));
        let keys = keys.and_then(Value::as_array).into_iter().flatten();
        Ok(keys
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect())
    }

    fn check_writable(&self) -> Result<()> {
        if self.read_only {
            return Err(Error::Refused {
                store: TITLE,
                cause: "it is only read (READONLY_VAULT)".to_owned(),
                fix: "Write the secret into Vault by other means, and give its path and key here."
                    .to_owned(),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl SecretStore for VaultStore {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn writable(&self) -> bool {
        !self.read_only
    }

    fn place(&self, location: &str) -> String {
        self.paths.of(location)
    }

    async fn get(&self, location: &str, version: Option<i64>) -> Result<Fields> {
        let path = self.paths.of(location);
        if version.is_some()
            && let Some(fields) = self.cached(&path, version)
        {
            return Ok(fields);
        }
        let found = self.read_path(&path, version).await?;
        found.ok_or(Error::Gone {
            place: format!("vault: {path}"),
        })
    }

    async fn put(&self, location: &str, fields: &Fields) -> Result<()> {
        self.check_writable()?;
        let plain = |(name, value): (&String, &SecretString)| {
            (name.clone(), Value::from(value.expose_secret()))
        };
        let mut data: Map<String, Value> = fields.iter().map(plain).collect();
        if data.is_empty() {
            data.insert(NO_FIELDS.to_owned(), Value::from("true"));
        }
        let body = match self.paths.kv() {
            KvVersion::One => Value::Object(data),
            KvVersion::Two => json!({ "data": data }),
        };
        let path = self.paths.of(location);
        let encoded = paths::encode(&path)?;
        let answer = self.call(Method::POST, &encoded, Some(&body)).await?;
        self.cache().remove(&path);
        answer.done("write", &path)
    }

    async fn delete(&self, location: &str) -> Result<()> {
        self.check_writable()?;
        let path = self.paths.of(location);
        // In KV 2, deleting the metadata deletes every version.
        let encoded = paths::encode(&self.paths.metadata_of(&path)?)?;
        let answer = self.call(Method::DELETE, &encoded, None).await?;
        self.cache().remove(&path);
        answer.done("delete", &path)
    }

    async fn locations(&self) -> Result<Vec<String>> {
        let names = self.list(self.paths.metadata_prefix()).await?;
        Ok(names
            .into_iter()
            .filter(|name| !name.ends_with('/') && name != CHECK)
            .collect())
    }

    async fn check(&self) -> Result<String> {
        if self.read_only {
            let token = self.session.token(&self.client).await;
            self.learn(&token);
            token?;
            return Ok(format!("signed in at {}", self.description.address));
        }
        let probe = SecretString::from(uuid::Uuid::new_v4().to_string());
        let fields = Fields::from([("probe".to_owned(), probe)]);
        self.put(CHECK, &fields).await?;
        let back = self.get(CHECK, None).await?;
        self.delete(CHECK).await?;
        let same = |name: &str| {
            let value = |fields: &Fields| {
                fields
                    .get(name)
                    .map(|value| value.expose_secret().to_owned())
            };
            value(&back) == value(&fields)
        };
        if !same("probe") {
            return Err(Error::Unavailable {
                store: TITLE,
                cause: "it gives back something else than it was given".to_owned(),
                fix: "Look whether something between us and Vault caches its answers.".to_owned(),
            });
        }
        Ok(format!(
            "signed in at {}; what is written comes back",
            self.description.address
        ))
    }

    fn health(&self) -> Health {
        let health = self.health.lock();
        health.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
