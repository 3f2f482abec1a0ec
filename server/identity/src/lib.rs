//! Who somebody is, as an identity provider says it, and what follows from what it says.
//!
//! Nothing here knows a database, a route or a session: a caller hands in settings, what came back with the browser and the
//! time, and gets an [`Identity`] or the reason why there is none. Every step is written into a [`Log`], so that a failed
//! sign-in can be read.

mod claims;
mod error;
mod flow;
pub mod kept_token;
mod log;
pub mod mapping;
pub mod oidc;
pub mod saml;
pub mod totp;

pub use claims::{Identity, Mapping};
pub use error::Error;
pub use flow::{FlowKey, FlowSecrets};
pub use log::{Log, Status, Step};

pub type Result<T> = std::result::Result<T, Error>;
