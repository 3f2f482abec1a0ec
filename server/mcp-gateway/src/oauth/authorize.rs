//! `GET …/authorize`: checks what a client asks for and, once its user is signed in, asks the user.

use std::sync::Arc;

use axum::extract::{OriginalUri, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::api_keys::digest;
use http::header::COOKIE;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::{RESOURCE, SCOPE, client, origin, page};
use crate::Gateway;
use crate::authenticate::{Caller, may_use};
use domain::snapshot::TokenKind;

const SESSION_COOKIE: &str = "archestra.session_token";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    state: Option<String>,
    code_challenge: String,
    code_challenge_method: String,
    resource: Option<String>,
}

/// What the user is asked to agree to, in the hands of their browser until they do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) code_challenge: String,
    pub(super) resource: Option<String>,
    pub(super) agent: Option<Uuid>,
    pub(super) user: String,
    /// The browser's session: another one cannot agree in its place.
    pub(super) session: Uuid,
    pub(super) expires: i64,
}

pub(super) const PURPOSE: &str = "oauth-consent";
const MINUTES: i64 = 10;

pub(super) async fn authorize(
    State(gateway): State<Arc<Gateway>>,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    // Until it is known where the client may be answered, faults are for the person at the browser.
    let client = match client::find(&gateway, &asked.client_id).await {
        Ok(client) => client,
        Err(reason) => return page::fault(StatusCode::BAD_REQUEST, &reason),
    };
    if !client.may_redirect_to(&asked.redirect_uri) {
        let text =
            "The program that sent you here did not register the address it wants to return to.";
        return page::fault(StatusCode::BAD_REQUEST, text);
    }
    let issuer = origin(&gateway.platform.settings, &headers);
    let back = |error: &str, text: &str| {
        let pairs = [("error", error), ("error_description", text)];
        Redirect::to(&answer_url(
            &asked.redirect_uri,
            &pairs,
            asked.state.as_deref(),
            &issuer,
        ))
        .into_response()
    };
    if asked.response_type != "code" {
        return back("unsupported_response_type", "response_type must be code");
    }
    if asked.code_challenge_method != "S256" || asked.code_challenge.len() != 43 {
        return back("invalid_request", "PKCE with S256 is required");
    }
    let agent = match asked
        .resource
        .as_deref()
        .map(|resource| agent_of(&gateway, &headers, resource))
    {
        None => None,
        Some(Ok(agent)) => agent,
        Some(Err(text)) => return back("invalid_target", text),
    };
    let (user, session) = match signed_in(&gateway, &headers).await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return sign_in(&gateway, &uri),
        Err(response) => return response,
    };
    if let Err(reason) = check_access(&gateway, agent, &user) {
        return page::fault(StatusCode::FORBIDDEN, &reason);
    }
    let pending = pending(&gateway, asked, client, agent, &user, session);
    let snapshot = gateway.platform.snapshot.load();
    let agent = agent
        .and_then(|id| snapshot.agent(&id.to_string()))
        .map(|agent| agent.name.as_str());
    page::consent(
        &pending,
        &user.email,
        agent,
        &gateway.signer.seal(PURPOSE, &pending),
    )
}

fn pending(
    gateway: &Gateway,
    asked: Asked,
    client: client::Client,
    agent: Option<Uuid>,
    user: &db::users::User,
    session: Uuid,
) -> Pending {
    Pending {
        client_id: asked.client_id,
        client_name: client.name,
        redirect_uri: asked.redirect_uri,
        state: asked.state,
        code_challenge: asked.code_challenge,
        resource: asked.resource,
        agent,
        user: user.id.clone(),
        session,
        expires: gateway.platform.clock.now().timestamp() + MINUTES * 60,
    }
}

/// The agent behind a resource's URL; none for the gateway as a whole.
fn agent_of(
    gateway: &Gateway,
    headers: &HeaderMap,
    resource: &str,
) -> Result<Option<Uuid>, &'static str> {
    let foreign = "the resource is not on this server";
    let url = Url::parse(resource).map_err(|_| foreign)?;
    let settings = &gateway.platform.settings;
    let own = [
        origin(settings, headers),
        settings.api_base_url.clone(),
        settings.frontend_url.clone(),
    ];
    let is_ours = own
        .iter()
        .any(|own| Url::parse(own).is_ok_and(|own| own.origin() == url.origin()));
    if !is_ours {
        return Err(foreign);
    }
    let Some(agent) = url
        .path()
        .strip_prefix(RESOURCE)
        .filter(|agent| !agent.is_empty())
    else {
        return Ok(None);
    };
    let snapshot = gateway.platform.snapshot.load();
    let agent = snapshot
        .agent(agent.trim_end_matches('/'))
        .ok_or("there is no such agent")?;
    Ok(Some(agent.id))
}

/// The user behind the browser's session, with the session.
pub(super) async fn signed_in(
    gateway: &Gateway,
    headers: &HeaderMap,
) -> Result<Option<(db::users::User, Uuid)>, Response> {
    let Some(cookie) = session_cookie(headers) else {
        return Ok(None);
    };
    let platform = &gateway.platform;
    let looked = async {
        let session =
            db::sessions::find_live(&platform.db, &digest(&cookie), platform.clock.now()).await?;
        let Some(session) = session.filter(|session| !session.must_change_password) else {
            return Ok(None);
        };
        let user = db::users::find(&platform.db, &session.user_id).await?;
        Ok(user.map(|user| (user, session.id)))
    };
    let looked: db::Result<_> = looked.await;
    looked.map_err(|error| {
        tracing::warn!(%error, "a browser's session could not be looked up");
        page::fault(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database does not answer. Try again in a moment.",
        )
    })
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(cookie::Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == SESSION_COOKIE)
        .map(|cookie| cookie.value().to_owned())
}

/// The UI's own page, which comes back here.
fn sign_in(gateway: &Gateway, uri: &http::Uri) -> Response {
    let here = uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    let query = serde_urlencoded::to_string([("redirect", here)]).unwrap_or_default();
    let frontend = &gateway.platform.settings.frontend_url;
    Redirect::to(&format!("{frontend}/sign-in?{query}")).into_response()
}

pub(super) fn check_access(
    gateway: &Gateway,
    agent: Option<Uuid>,
    user: &db::users::User,
) -> Result<(), String> {
    let snapshot = gateway.platform.snapshot.load();
    let Some(agent) = agent.and_then(|id| snapshot.agent(&id.to_string())) else {
        return Ok(());
    };
    let caller = Caller {
        kind: TokenKind::User(user.id.clone()),
        token_id: None,
        method: "oauth",
        limit: None,
    };
    may_use(&snapshot, agent, &caller).map_err(|failure| failure.to_string())
}

/// The client's address with the answer in its query (RFC 9207 for `iss`).
pub(super) fn answer_url(
    redirect_uri: &str,
    pairs: &[(&str, &str)],
    state: Option<&str>,
    issuer: &str,
) -> String {
    let mut query: Vec<(&str, &str)> = pairs.to_vec();
    query.extend(state.map(|state| ("state", state)));
    query.push(("iss", issuer));
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{joint}{query}")
}

/// What a token is for.
pub(super) fn scopes() -> Vec<String> {
    vec![SCOPE.to_owned()]
}
