//! Sending a browser to a provider.

use db::identity_providers::{Flow, IdentityProvider};
use identity::{FlowSecrets, Log, oidc, saml};
use url::Url;
use uuid::Uuid;

use super::{AWAY, Protocol, Result, acs_url, callback_url, flow_key, metadata_url, protocol};
use crate::api_keys::digest;
use crate::platform::Platform;

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: Url,
}

/// `browser`: what the browser's cookie says, so that nobody else finishes it. `test`: nobody is to be signed in.
pub async fn begin(
    platform: &Platform,
    row: &IdentityProvider,
    browser: &str,
    return_to: &str,
    test: Option<Uuid>,
    log: &mut Log,
) -> Result<Begun> {
    let flow = FlowSecrets::begin(&flow_key(platform));
    let url = match protocol(platform, row).await? {
        Protocol::Oidc(config) => {
            let redirect = callback_url(platform, &row.provider_id);
            let setting = oidc::Setting {
                redirect_uri: &redirect,
                now: platform.clock.now().timestamp(),
            };
            let http = platform.servers.remote_http();
            config.begin(http, &flow, setting, log).await?
        }
        Protocol::Saml(saml) => {
            let (acs, metadata) = (
                acs_url(platform, &row.provider_id),
                metadata_url(platform, &row.provider_id),
            );
            let setting = saml::Setting {
                acs_url: &acs,
                metadata_url: &metadata,
                now: platform.clock.now(),
            };
            saml.begin(&flow, setting)?
        }
    };
    let waiting = Flow {
        state_hash: digest(&flow.state).to_vec(),
        provider_id: row.id,
        browser_hash: digest(browser).to_vec(),
        return_to: return_to.to_owned(),
        test_id: test,
        outcome: None,
        expires_at: platform.clock.now() + AWAY,
    };
    db::identity_providers::insert_flow(&platform.db, &waiting).await?;
    Ok(Begun { url })
}
