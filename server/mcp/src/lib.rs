//! The Model Context Protocol as this server speaks it to the servers behind it: the JSON-RPC wire, the protocol's two
//! eras, a client for one server shared by many callers, and what keeps such a client out of the wrong networks.
//!
//! It knows no database, no HTTP server and no agent. JSON stays as it came; only what a rule names is parsed.

pub mod client;
pub mod era;
pub mod error;
pub mod guard;
pub mod http;
pub mod jsonrpc;
pub mod oauth;
pub mod object;
mod sse;
