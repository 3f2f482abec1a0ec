//! The chat plane over HTTP: in front of a real Postgres, with a provider and an MCP server that are nobody's.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod answers;
mod approvals;
mod blocked;
mod branches;
mod conversations;
mod harness;
mod latency;
mod limits;
mod policies;
mod replicas;
mod replies;
mod tools;
