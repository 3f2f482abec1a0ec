//! Composes the planes and serves them. The only crate that knows all planes and reads the configuration.

pub mod cli;
pub mod config;
pub mod memory;
pub mod telemetry;

mod auth_secret;
mod backup_schedule;
mod banner;
mod data_dir;
mod database;
mod doctor;
mod error;
mod first_run;
mod health;
mod listen;
mod metrics;
mod middleware;
mod openapi;
mod router;
mod secret_stores;
mod server;
mod ui;

pub use error::StartError;
pub use server::{Running, serve};

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
