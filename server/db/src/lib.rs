//! All SQL of the product: one file per noun, rows in and rows out.
//!
//! Nothing of ours lies below this crate, and no row here is a wire type. Queries are checked by the
//! tests, which run each of them against a real Postgres.

mod error;
mod pool;

pub mod agents;
pub mod api_keys;
pub mod interactions;
pub mod organization;
pub mod sessions;
pub mod statistics;
pub mod token_prices;
pub mod users;

pub use error::Error;
pub use pool::{Announcement, Announcements, Db, Endpoint, Heartbeat};

pub type Result<T> = std::result::Result<T, Error>;
