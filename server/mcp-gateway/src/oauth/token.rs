//! `POST …/token` and `POST …/revoke`: a code or a refresh token against an access token, and the end of both.

use std::sync::Arc;

use aws_lc_rs::digest as hash;
use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use db::oauth::OauthToken;
use domain::api_keys::digest;
use http::header::{AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{client, consent, refusal};
use crate::Gateway;

/// Long enough for a working day, since every new token is news to all replicas.
const ACCESS: TimeDelta = TimeDelta::hours(12);
const REFRESH: TimeDelta = TimeDelta::days(90);
const ACCESS_PREFIX: &str = "archestra_at_";
const REFRESH_PREFIX: &str = "archestra_rt_";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Trade {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    refresh_token: String,
    client_id: String,
    client_secret: String,
    resource: Option<String>,
}

type Refused = (StatusCode, &'static str, String);

pub(super) async fn token(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Form(mut trade): Form<Trade>,
) -> Response {
    let traded = async {
        authenticate(&gateway, &headers, &mut trade).await?;
        match trade.grant_type.as_str() {
            "authorization_code" => by_code(&gateway, &trade).await,
            "refresh_token" => by_refresh_token(&gateway, &trade).await,
            other => Err(bad(
                "unsupported_grant_type",
                &format!("grant_type `{other}` is not offered"),
            )),
        }
    };
    match traded.await {
        Ok(response) => response,
        Err((status, error, description)) => refusal(status, error, &description),
    }
}

fn bad(error: &'static str, description: &str) -> Refused {
    (StatusCode::BAD_REQUEST, error, description.to_owned())
}

fn unavailable(error: &db::Error) -> Refused {
    tracing::warn!(%error, "a token could not be issued");
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "The database does not answer. Try again in a moment.".to_owned(),
    )
}

/// A client with a secret has to show it, in the body or in a header.
async fn authenticate(
    gateway: &Gateway,
    headers: &HeaderMap,
    trade: &mut Trade,
) -> Result<(), Refused> {
    if let Some((id, secret)) = basic(headers) {
        trade.client_id = id;
        trade.client_secret = secret;
    }
    let refused = |text: String| (StatusCode::UNAUTHORIZED, "invalid_client", text);
    let client = client::find(gateway, &trade.client_id)
        .await
        .map_err(refused)?;
    if client.has_secret && !client::is_secret(gateway, &trade.client_id, &trade.client_secret) {
        return Err(refused("The client secret is wrong.".to_owned()));
    }
    Ok(())
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let decoded = String::from_utf8(STANDARD.decode(value.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let pairs = url::form_urlencoded::parse(text.as_bytes()).next()?;
        Some(pairs.0.into_owned())
    };
    Some((plain(id)?, plain(secret).unwrap_or_default()))
}

async fn by_code(gateway: &Gateway, trade: &Trade) -> Result<Response, Refused> {
    let platform = &gateway.platform;
    let now = platform.clock.now();
    let code = db::oauth::take_code(&platform.db, &digest(&trade.code), now)
        .await
        .map_err(|error| unavailable(&error))?;
    let code = code.ok_or_else(|| bad("invalid_grant", "The code is unknown, used or expired."))?;
    if code.client_id != trade.client_id || code.redirect_uri != trade.redirect_uri {
        return Err(bad(
            "invalid_grant",
            "The code was given to another client or address.",
        ));
    }
    let challenge =
        URL_SAFE_NO_PAD.encode(hash::digest(&hash::SHA256, trade.code_verifier.as_bytes()));
    if challenge != code.code_challenge {
        return Err(bad(
            "invalid_grant",
            "The code_verifier does not belong to the code_challenge.",
        ));
    }
    if trade.resource.is_some() && trade.resource != code.resource {
        return Err(bad(
            "invalid_target",
            "The code was given for another resource.",
        ));
    }
    let (row, access, refresh) = fresh(
        gateway,
        &code.client_id,
        &code.user_id,
        code.agent_id,
        code.resource,
        code.scopes,
    );
    db::oauth::insert_token(&platform.db, &row)
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(issued(gateway, &row, &access, &refresh).await)
}

async fn by_refresh_token(gateway: &Gateway, trade: &Trade) -> Result<Response, Refused> {
    let platform = &gateway.platform;
    let now = platform.clock.now();
    let old = db::oauth::find_refresh(&platform.db, &digest(&trade.refresh_token), now)
        .await
        .map_err(|error| unavailable(&error))?
        .filter(|old| old.client_id == trade.client_id);
    let unknown = || {
        bad(
            "invalid_grant",
            "The refresh token is unknown, used or expired. Sign in again.",
        )
    };
    let old = old.ok_or_else(unknown)?;
    let (row, access, refresh) = fresh(
        gateway,
        &old.client_id,
        &old.user_id,
        old.agent_id,
        old.resource.clone(),
        old.scopes.clone(),
    );
    let replaced = db::oauth::replace_token(&platform.db, old.id, &row)
        .await
        .map_err(|error| unavailable(&error))?;
    if !replaced {
        return Err(unknown());
    }
    Ok(issued(gateway, &row, &access, &refresh).await)
}

fn fresh(
    gateway: &Gateway,
    client_id: &str,
    user_id: &str,
    agent_id: Option<Uuid>,
    resource: Option<String>,
    scopes: Vec<String>,
) -> (OauthToken, String, String) {
    let now = gateway.platform.clock.now();
    let access = format!("{ACCESS_PREFIX}{}", consent::secret());
    let refresh = format!("{REFRESH_PREFIX}{}", consent::secret());
    let row = OauthToken {
        id: Uuid::now_v7(),
        access_hash: digest(&access).to_vec(),
        refresh_hash: Some(digest(&refresh).to_vec()),
        client_id: client_id.to_owned(),
        user_id: user_id.to_owned(),
        agent_id,
        resource,
        scopes,
        created_at: now,
        access_expires_at: now + lifetime(gateway),
        refresh_expires_at: Some(now + REFRESH),
        last_used_at: None,
    };
    (row, access, refresh)
}

/// As long as the organization says.
fn lifetime(gateway: &Gateway) -> TimeDelta {
    let snapshot = gateway.platform.snapshot.load();
    let said = snapshot.organization();
    said.map_or(ACCESS, |row| {
        TimeDelta::seconds(row.mcp_oauth_access_token_lifetime_seconds.into())
    })
}

async fn issued(gateway: &Gateway, row: &OauthToken, access: &str, refresh: &str) -> Response {
    // The client will use it at once; other replicas hear of it as quickly as they can.
    if let Err(error) = gateway
        .platform
        .snapshot
        .refresh(&gateway.platform.db)
        .await
    {
        tracing::warn!(%error, "a new token counts only once the database has announced it");
    }
    let body = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS.num_seconds(),
        "refresh_token": refresh,
        "scope": row.scopes.join(" "),
    });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[derive(Deserialize)]
pub(super) struct Revocation {
    token: String,
}

/// Whatever is sent, the answer is that it no longer works (RFC 7009, section 2.2).
pub(super) async fn revoke(
    State(gateway): State<Arc<Gateway>>,
    Form(revocation): Form<Revocation>,
) -> Response {
    let platform = &gateway.platform;
    let now = platform.clock.now();
    let revoked = async {
        let access = platform
            .snapshot
            .load()
            .oauth_token(&revocation.token, now)
            .map(|token| token.token_id);
        let id = match access {
            Some(id) => Some(id),
            None => db::oauth::find_refresh(&platform.db, &digest(&revocation.token), now)
                .await?
                .map(|token| token.id),
        };
        if let Some(id) = id {
            db::oauth::revoke_token(&platform.db, id).await?;
            platform.snapshot.refresh(&platform.db).await?;
        }
        Ok(())
    };
    let revoked: db::Result<()> = revoked.await;
    match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            let (status, error, description) = unavailable(&error);
            refusal(status, error, &description)
        }
    }
}
