//! Signing out at the provider, too.

use db::identity_providers::SessionIdentity;
use identity::{Log, kept_token};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use super::{Protocol, Result, protocol};
use crate::platform::Platform;

/// Notes which provider began a session. Its ID token is kept encrypted: the provider wants it back at the end.
pub async fn remember_session(
    platform: &Platform,
    session_id: Uuid,
    provider_id: Uuid,
    id_token: Option<&SecretString>,
) -> Result<()> {
    let session = SessionIdentity {
        session_id,
        provider_id,
        id_token: id_token
            .and_then(|token| kept_token::seal(&key(platform), session_id.as_bytes(), token)),
    };
    Ok(db::identity_providers::insert_session(&platform.db, &session).await?)
}

/// Where the browser goes after it has signed out here; `None` if the session began otherwise, or the provider has no such
/// address, or nobody wants it.
pub async fn logout_url(platform: &Platform, session_id: Uuid) -> Result<Option<Url>> {
    let Some(session) = db::identity_providers::session_of(&platform.db, session_id).await? else {
        return Ok(None);
    };
    let row = db::identity_providers::find(&platform.db, session.provider_id).await?;
    let Some(row) = row else { return Ok(None) };
    let Protocol::Oidc(config) = protocol(platform, &row).await? else {
        return Ok(None);
    };
    if !config.enable_rp_initiated_logout {
        return Ok(None);
    }
    let http = platform.servers.remote_http();
    let endpoints = config.endpoints(http, &mut Log::default()).await?;
    let token = session
        .id_token
        .and_then(|sealed| kept_token::open(&key(platform), session_id.as_bytes(), &sealed));
    Ok(endpoints.end_session.map(|mut url| {
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", &config.client_id);
        if let Some(token) = token {
            query.append_pair("id_token_hint", token.expose_secret());
        }
        let home = format!("{}/auth/sign-in", platform.settings.frontend_url);
        query.append_pair("post_logout_redirect_uri", &home);
        drop(query);
        url
    }))
}

fn key(platform: &Platform) -> [u8; 32] {
    platform.secrets.derive("identity/session")
}
