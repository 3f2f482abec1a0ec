//! All SQL of the product: one file per noun, rows in and rows out.
//!
//! Nothing of ours lies below this crate, and no row here is a wire type. Queries are checked by the
//! tests, which run each of them against a real Postgres.

mod copy;
mod error;
mod pool;
mod row_lock;

pub mod agent_delegations;
pub mod agent_tools;
pub mod agents;
pub mod api_keys;
pub mod attachments;
pub mod audit_log;
pub mod backups;
pub mod call_log;
pub mod clusters;
pub mod conversations;
pub mod examination;
pub mod idempotency_keys;
pub mod identity_providers;
pub mod installation_requests;
pub mod interactions;
pub mod invitations;
pub mod limits;
pub mod mcp_catalog;
pub mod mcp_servers;
pub mod mcp_sessions;
pub mod mcp_tool_calls;
pub mod members;
pub mod models;
pub mod oauth;
pub mod optimization_rules;
pub mod organization;
pub mod prompts;
pub mod provider_keys;
pub mod records;
pub mod roles;
pub mod secrets;
pub mod sessions;
pub mod statistics;
pub mod team_vault_folders;
pub mod teams;
pub mod token_prices;
pub mod tokens;
pub mod tool_policies;
pub mod tools;
pub mod two_factor;
pub mod users;
pub mod versions;

pub use error::Error;
pub use pool::{Announcement, Announcements, Connections, Db, Endpoint, Heartbeat};

pub type Result<T> = std::result::Result<T, Error>;
