//! Installed servers, from the catalog item to the answer of a tool: over a real Postgres, a real engine and real servers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod backups;
mod containers;
mod limits;
mod remote;
mod replicas;
mod without_runtime;
mod world;
