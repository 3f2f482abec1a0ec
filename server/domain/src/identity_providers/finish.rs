//! A browser that came back from a provider.

use db::identity_providers::{Flow, IdentityProvider};
use db::users::User;
use identity::oidc::Callback;
use identity::{FlowSecrets, Identity, Log, oidc, saml};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    AWAY, IdentityError, Protocol, Result, acs_url, admit, callback_url, flow_key, metadata_url,
    protocol, trial,
};
use crate::api_keys::digest;
use crate::platform::Platform;

/// What came of a sign-in.
#[derive(Debug)]
pub enum Finished {
    SignedIn {
        user: Box<User>,
        provider: Uuid,
        return_to: String,
        id_token: Option<SecretString>,
    },
    /// A test, whose log says how it went.
    Tried { provider: Uuid, test: Uuid },
    /// A SAML provider's word, to be read on a page that has the browser's cookie.
    Parked { handle: String },
}

async fn provider(platform: &Platform, provider_id: &str) -> Result<IdentityProvider> {
    let row = db::identity_providers::find_by_provider_id(&platform.db, provider_id).await?;
    row.ok_or(IdentityError::NotFound)
}

/// The flow of a state that came back: once, and of this browser if it says who it is.
async fn take(
    platform: &Platform,
    row: &IdentityProvider,
    state: &str,
    browser: Option<&str>,
    parked: bool,
) -> Result<Flow> {
    let browser = browser.map(|browser| digest(browser).to_vec());
    let state = digest(state);
    let flow = db::identity_providers::take_flow(
        &platform.db,
        &state,
        row.id,
        browser.as_deref(),
        parked,
        platform.clock.now(),
    );
    flow.await?.ok_or(IdentityError::Expired)
}

pub async fn finish_oidc(
    platform: &Platform,
    provider_id: &str,
    callback: &Callback,
    browser: &str,
) -> Result<Finished> {
    let row = provider(platform, provider_id).await?;
    let state = callback.state.clone().unwrap_or_default();
    let flow = take(platform, &row, &state, Some(browser), false).await?;
    let secrets = FlowSecrets::resume(&flow_key(platform), state);
    let mut log = trial::log_of(platform, &flow).await?;
    let found = ask_oidc(platform, &row, &secrets, callback, &mut log).await;
    let (found, id_token) = match found {
        Ok(found) => (Ok(found.identity), found.id_token),
        Err(error) => (Err(error), None),
    };
    settle(platform, &row, flow, found, id_token, log).await
}

async fn ask_oidc(
    platform: &Platform,
    row: &IdentityProvider,
    secrets: &FlowSecrets,
    callback: &Callback,
    log: &mut Log,
) -> Result<oidc::SignedIn> {
    let Protocol::Oidc(config) = protocol(platform, row).await? else {
        return Err(IdentityError::NotFound);
    };
    let redirect = callback_url(platform, &row.provider_id);
    let setting = oidc::Setting {
        redirect_uri: &redirect,
        now: platform.clock.now().timestamp(),
    };
    let http = platform.servers.remote_http();
    Ok(config.finish(http, secrets, callback, setting, log).await?)
}

/// A response that a browser brought by a cross-site POST, and so without its cookie.
pub async fn finish_saml(
    platform: &Platform,
    provider_id: &str,
    response: &str,
    state: &str,
) -> Result<Finished> {
    let row = provider(platform, provider_id).await?;
    let flow = take(platform, &row, state, None, false).await?;
    let secrets = FlowSecrets::resume(&flow_key(platform), state.to_owned());
    let mut log = trial::log_of(platform, &flow).await?;
    let found = ask_saml(platform, &row, &secrets, response, &mut log).await;
    match found {
        Ok(identity) if flow.test_id.is_none() => park(platform, flow, &identity).await,
        found => settle(platform, &row, flow, found, None, log).await,
    }
}

async fn ask_saml(
    platform: &Platform,
    row: &IdentityProvider,
    secrets: &FlowSecrets,
    response: &str,
    log: &mut Log,
) -> Result<Identity> {
    let Protocol::Saml(saml) = protocol(platform, row).await? else {
        return Err(IdentityError::NotFound);
    };
    let (acs, metadata) = (
        acs_url(platform, &row.provider_id),
        metadata_url(platform, &row.provider_id),
    );
    let setting = saml::Setting {
        acs_url: &acs,
        metadata_url: &metadata,
        now: platform.clock.now(),
    };
    let asserted = saml.finish(response, secrets, setting, log)?;
    let first = db::identity_providers::use_assertion(
        &platform.db,
        row.id,
        &asserted.assertion_id,
        asserted.valid_until,
    );
    if !first.await? {
        let error = identity::Error::Untrusted("its assertion was used before".to_owned());
        log.fail("replay", error.to_string());
        return Err(error.into());
    }
    Ok(asserted.identity)
}

async fn park(platform: &Platform, flow: Flow, identity: &Identity) -> Result<Finished> {
    let handle = FlowSecrets::begin(&flow_key(platform)).state;
    let outcome = serde_json::to_value(identity).unwrap_or_default();
    let parked = Flow {
        state_hash: digest(&handle).to_vec(),
        outcome: Some(outcome),
        expires_at: flow.expires_at.min(platform.clock.now() + AWAY),
        ..flow
    };
    db::identity_providers::insert_flow(&platform.db, &parked).await?;
    Ok(Finished::Parked { handle })
}

pub async fn finish_parked(
    platform: &Platform,
    provider_id: &str,
    handle: &str,
    browser: &str,
) -> Result<Finished> {
    let row = provider(platform, provider_id).await?;
    let mut flow = take(platform, &row, handle, Some(browser), true).await?;
    let outcome = flow.outcome.take().unwrap_or_default();
    let identity = serde_json::from_value(outcome).map_err(|_| IdentityError::Expired);
    settle(platform, &row, flow, identity, None, Log::default()).await
}

/// Signs somebody in, or writes down how it would have gone.
async fn settle(
    platform: &Platform,
    row: &IdentityProvider,
    flow: Flow,
    found: Result<Identity>,
    id_token: Option<SecretString>,
    mut log: Log,
) -> Result<Finished> {
    if let Some(test) = flow.test_id {
        trial::finish(platform, row, test, found, &mut log).await?;
        return Ok(Finished::Tried {
            provider: row.id,
            test,
        });
    }
    let user = admit::admit(platform, row, &found?).await?;
    db::identity_providers::worked(&platform.db, row.id, platform.clock.now()).await?;
    Ok(Finished::SignedIn {
        user: Box::new(user),
        provider: row.id,
        return_to: flow.return_to,
        id_token,
    })
}
