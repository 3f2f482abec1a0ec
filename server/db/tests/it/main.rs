//! The queries of MCP's nouns against a real Postgres.
#![expect(clippy::unwrap_used, reason = "tests")]

mod agent_tools;
mod agents;
mod audit_log;
mod catalog;
mod interactions;
mod rows;
mod secrets;
mod servers;
mod teams;
mod tokens;
mod tool_calls;
mod tool_policies;
mod tools;
