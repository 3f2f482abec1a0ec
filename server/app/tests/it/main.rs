//! The whole program over HTTP: a real database, real sockets, nothing of ours replaced.

#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod access_matrix;
mod agents;
mod api_keys;
mod audit_log;
mod backups;
#[cfg(target_os = "linux")]
mod canaries;
mod chat;
mod configuration;
mod contract;
#[cfg(target_os = "linux")]
mod doctor;
#[cfg(target_os = "linux")]
mod faults;
mod gateway;
mod harness;
mod interactions;
mod kubernetes;
mod mcp_catalog;
mod mcp_faults;
mod mcp_path;
mod mcp_servers;
mod models;
mod people;
#[cfg(target_os = "linux")]
mod program;
mod provider_keys;
mod scopes;
mod secrets;
mod serving;
mod sign_in;
mod terraform;
mod token_prices;
mod tokens;
mod traces;
