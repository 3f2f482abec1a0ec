//! The stores against what they talk to: PostgreSQL, gnome-keyring and Vault's API, all of them real.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod auth;
mod cut_short;
mod keyring;
mod kubernetes;
mod matrix;
mod moving;
mod site;
