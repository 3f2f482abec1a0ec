//! The stores. A new one is a file here and its line.

pub mod database;

use async_trait::async_trait;
use uuid::Uuid;

use crate::{Fields, Result};

/// Keeps fields under an id. What it is called and what it needs is its own business.
#[async_trait]
pub trait SecretStore: Send + Sync {
    fn id(&self) -> &'static str;
    /// `None` if there is no such secret.
    async fn get(&self, id: Uuid) -> Result<Option<Fields>>;
    /// Creates a secret, or replaces all of its fields. `name` is for people.
    async fn put(&self, id: Uuid, name: &str, fields: &Fields) -> Result<()>;
    /// Does nothing if there is no such secret.
    async fn delete(&self, id: Uuid) -> Result<()>;
}
