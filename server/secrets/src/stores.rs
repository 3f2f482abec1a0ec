//! The stores. A new one outside of the database is a file here and its line where [`crate::Secrets`] opens.

pub mod database;
pub mod keyring;
pub mod vault;

use async_trait::async_trait;

use crate::{Fields, Result};

/// Keeps fields under a location outside of the database. What is where is in the rows of `secrets`.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// As rows name it.
    fn id(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn writable(&self) -> bool;
    /// For people: where something at this location is.
    fn place(&self, location: &str) -> String;
    /// `version` is that of the last write that the caller knows of; without one nothing is taken from memory.
    async fn get(&self, location: &str, version: Option<i64>) -> Result<Fields>;
    /// Creates, or replaces all fields.
    async fn put(&self, location: &str, fields: &Fields) -> Result<()>;
    /// Does nothing if nothing is there.
    async fn delete(&self, location: &str) -> Result<()>;
    /// Every location that this store holds.
    async fn locations(&self) -> Result<Vec<String>>;
    /// Goes all the way there and back, and says what it found.
    async fn check(&self) -> Result<String>;
    /// What the last use found.
    fn health(&self) -> Health;
}

#[derive(Debug, Clone)]
pub enum Health {
    Ok { detail: String },
    Unavailable { cause: String, fix: String },
}

impl Health {
    /// For the stores: what an outcome says about their health. What is wrong with one secret says nothing.
    fn learn<T>(&mut self, outcome: &Result<T>, detail: &str) {
        match outcome {
            Err(
                crate::Error::Unavailable { cause, fix, .. }
                | crate::Error::Refused { cause, fix, .. },
            ) => {
                *self = Self::Unavailable {
                    cause: cause.clone(),
                    fix: fix.clone(),
                };
            }
            Ok(_) => {
                *self = Self::Ok {
                    detail: detail.to_owned(),
                };
            }
            Err(_) => {}
        }
    }
}
