//! Rules that the planes share: who may do what, what a call costs, how it is recorded.
//!
//! No HTTP and no SQL here: planes speak the first, `db` the second.

pub mod access;
pub mod active_users;
pub mod agents;
pub mod api_keys;
pub mod availability;
pub mod backups;
pub mod catalog;
pub mod clock;
pub mod desktop;
pub mod entities;
pub mod identity_providers;
pub mod limits;
pub mod live;
pub mod mcp_catalog_builtin;
pub mod mcp_import;
pub mod metrics;
pub mod optimization_rules;
pub mod people;
pub mod platform;
pub mod pricing;
pub mod provider_keys;
pub mod recorder;
pub mod retention;
pub mod servers;
pub mod snapshot;
pub mod tokens;
pub mod tool_policies;
pub mod traces;
pub mod upstreams;
