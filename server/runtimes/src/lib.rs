//! Where MCP servers run: one trait over Docker, Kubernetes and plain processes.
//!
//! A runtime takes a [`spec::ServerSpec`], makes it run and says how it is. It keeps no desired state: what should run,
//! when to try again and what to tell a person is decided by `domain::servers`. Nothing here knows MCP, HTTP routes or
//! a database; bytes of a server's standard streams pass through as they are.

pub mod docker;
pub mod error;
pub mod kubernetes;
pub mod process;
pub mod progress;
pub mod registry;
pub mod runtime;
pub mod spec;
pub mod status;
