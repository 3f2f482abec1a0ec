//! LLM wire formats and providers, as pure functions on bytes.
//!
//! A *dialect* is a wire format (code, golden-tested); a *provider* is a host with its own way to
//! send a key (data). Nothing here does I/O, knows a database or an HTTP server, or needs a runtime:
//! what comes in is bytes, what goes out is facts about them.

pub mod chat;
pub mod dialect;
mod dialects;
pub mod error;
mod fields;
mod json;
pub mod models;
pub mod operation;
pub mod prices;
pub mod prompt;
pub mod providers;
pub mod sse;
pub mod usage;
