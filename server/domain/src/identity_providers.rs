//! Signing in at identity providers: from the browser that is sent there to the account that it is signed in to.
//!
//! `identity` says who somebody is; here is what follows from it.

mod admit;
mod begin;
mod error;
mod finish;
mod logout;
mod protocol;
mod sealed;
mod trial;

pub use admit::is_trusted;
pub use begin::{Begun, begin};
pub use error::IdentityError;
pub use finish::{Finished, finish_oidc, finish_parked, finish_saml};
pub use logout::{logout_url, remember_session};
pub use protocol::{Protocol, acs_url, callback_url, check, metadata_url, protocol};
pub use sealed::{MASK, Secrecy, open, seal};
pub use trial::{Trial, trial};

pub type Result<T> = std::result::Result<T, IdentityError>;

use chrono::TimeDelta;
use identity::FlowKey;

use crate::platform::Platform;

/// How long somebody may take at the provider.
const AWAY: TimeDelta = TimeDelta::minutes(10);

fn flow_key(platform: &Platform) -> FlowKey {
    FlowKey::new(&platform.secrets.derive("identity/flow"))
}

/// Whether signing in with a password is off: it is switched off, and a provider is there that works.
pub async fn passwords_are_off(platform: &Platform) -> db::Result<bool> {
    if !platform.settings.disable_basic_auth {
        return Ok(false);
    }
    db::identity_providers::any_works(&platform.db).await
}
