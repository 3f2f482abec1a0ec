//! Real database and fake outside systems for tests.
//!
//! Nothing of ours is faked here: tests run the real planes over a real Postgres. Fakes stand only for what is outside
//! of the program, such as a provider or the passing of time.

#[cfg(unix)]
pub mod bao;
pub mod clock;
pub mod database;
#[cfg(unix)]
pub mod docker_images;
#[cfg(target_os = "linux")]
pub mod keyring;
pub mod mcp;
pub mod platform;
pub mod provider;
pub mod rerun;
pub mod vault_aws;
pub mod wait;
