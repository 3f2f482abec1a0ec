//! The plane over HTTP, between a real client and a provider that says what it is told, on a real database.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod credentials;
mod failures;
mod harness;
mod limits;
mod provider_keys;
mod records;
mod requests;
mod vertex;
