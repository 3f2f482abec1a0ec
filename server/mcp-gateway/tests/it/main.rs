//! The gateway plane over HTTP, with a real Postgres and servers behind it that are not ours.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod access;
mod broken_server;
mod builtin;
mod eras;
mod faults;
mod harness;
mod limits;
mod oauth;
mod policies;
mod records;
mod sessions;
mod streams;
mod tools;
