//! The plane's URLs, and a request from its head to what answers it: a line per step.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use domain::snapshot::{Agent, Snapshot};
use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::authenticate::{self, Caller};
use crate::error::Failure;
use crate::request::{Messages, accepts_events};
use crate::visit::Visit;
use crate::{Gateway, listening, oauth, request, session};

type Platform = State<Arc<Gateway>>;
type HttpRequest = axum::extract::Request;

pub(crate) fn routes(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/v1/mcp", legacy_url())
        .route("/v1/mcp/", legacy_url())
        .route("/v1/mcp/{agent}", get(listen).post(post).delete(end))
        .merge(oauth::routes())
        .with_state(gateway)
}

async fn post(
    State(gateway): Platform,
    Path(agent): Path<String>,
    request: HttpRequest,
) -> Response {
    let (head, body) = request.into_parts();
    let snapshot = Arc::clone(&gateway.platform.snapshot.load());
    let admitted = admit(&gateway, &snapshot, &agent, &head);
    serve(&gateway, snapshot, admitted, &agent, head, body).await
}

fn admit(
    gateway: &Gateway,
    snapshot: &Snapshot,
    agent: &str,
    head: &Parts,
) -> Result<(Agent, Caller), Failure> {
    // Whoever has no token is not told which agents there are.
    let found = snapshot.agent(agent);
    let Some(found) = found else {
        authenticate::bearer(head).ok_or(Failure::NoToken)?;
        return Err(Failure::UnknownAgent(agent.to_owned()));
    };
    let caller = authenticate::caller(gateway, snapshot, found, head)?;
    Ok((found.clone(), caller))
}

async fn serve(
    gateway: &Arc<Gateway>,
    snapshot: Arc<Snapshot>,
    admitted: Result<(Agent, Caller), Failure>,
    agent: &str,
    head: Parts,
    body: axum::body::Body,
) -> Response {
    let (agent, caller) = match admitted {
        Ok(admitted) => admitted,
        Err(failure) => return refused(gateway, &head.headers, agent, &failure),
    };
    let messages = async {
        let body = request::read(body, gateway.platform.upstreams.body_limit).await?;
        request::parse(&body)
    };
    let messages = match messages.await {
        Ok(messages) => messages,
        Err(failure) => return failure.answer(None, false),
    };
    let visit = Visit {
        gateway: Arc::clone(gateway),
        snapshot,
        agent,
        caller,
        chat: head.extensions.get().copied(),
        headers: head.headers,
    };
    match messages {
        Messages::One(message) => visit.message(message).await,
        Messages::Many(messages) => visit.batch(messages).await,
    }
}

/// A client that may not come in is told where it gets a token.
fn refused(gateway: &Gateway, headers: &HeaderMap, agent: &str, failure: &Failure) -> Response {
    let mut response = failure.answer(None, false);
    if response.status() == StatusCode::UNAUTHORIZED {
        let metadata = oauth::resource_metadata_url(gateway, headers, agent);
        let error = match failure {
            Failure::InvalidToken => ", error=\"invalid_token\"",
            _ => "",
        };
        let challenge = format!("Bearer resource_metadata=\"{metadata}\"{error}");
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
    }
    response
}

/// A stream for clients that ask for one, and for everybody else what is here.
async fn listen(
    State(gateway): Platform,
    Path(agent): Path<String>,
    request: HttpRequest,
) -> Response {
    let (head, _) = request.into_parts();
    let snapshot = Arc::clone(&gateway.platform.snapshot.load());
    let admitted = admit(&gateway, &snapshot, &agent, &head);
    if !accepts_events(&head.headers) {
        return match (snapshot.agent(&agent), admitted) {
            (Some(found), admitted) => greeting(
                &gateway,
                &snapshot,
                found,
                admitted.ok().map(|(_, caller)| caller),
            ),
            (None, _) => refused(
                &gateway,
                &head.headers,
                &agent,
                &Failure::UnknownAgent(agent.clone()),
            ),
        };
    }
    let (found, caller) = match admitted {
        Ok(admitted) => admitted,
        Err(failure) => return refused(&gateway, &head.headers, &agent, &failure),
    };
    let session = match session::of_request(&gateway, &head.headers, found.id, &caller).await {
        Ok(Some(session)) => session,
        Ok(None) => return Failure::SessionNeeded("A stream".to_owned()).answer(None, false),
        Err(failure) => return failure.answer(None, false),
    };
    listening::stream(&gateway, &found, caller, &session)
}

fn greeting(
    gateway: &Gateway,
    snapshot: &Arc<Snapshot>,
    agent: &Agent,
    caller: Option<Caller>,
) -> Response {
    let mut body = json!({
        "name": format!("archestra-agent-{}", agent.id),
        "version": gateway.platform.settings.version,
        "agentId": agent.id,
        "transport": "http",
        "capabilities": { "tools": true, "prompts": true, "resources": true },
    });
    if let Some(caller) = caller {
        let gauge = gateway.catalogs.of(snapshot, agent).gauge;
        body["tools"] =
            json!({ "count": gauge.tools, "tokens": gauge.tokens, "allTokens": gauge.all_tokens });
        body["tokenAuth"] = json!({
            "tokenId": caller.token_id,
            "teamId": match &caller.kind { domain::snapshot::TokenKind::Team(team) => Some(*team), _ => None },
            "isOrganizationToken": caller.kind_name() == "organization",
            "isUserToken": caller.user_id().is_some(),
            "userId": caller.user_id(),
        });
    }
    axum::Json(body).into_response()
}

async fn end(
    State(gateway): Platform,
    Path(agent): Path<String>,
    request: HttpRequest,
) -> Response {
    let (head, _) = request.into_parts();
    let snapshot = Arc::clone(&gateway.platform.snapshot.load());
    let ended = async {
        let (agent, caller) = admit(&gateway, &snapshot, &agent, &head)?;
        let session = session::of_request(&gateway, &head.headers, agent.id, &caller).await?;
        let session = session.ok_or_else(|| Failure::SessionNeeded("DELETE".to_owned()))?;
        session::end(&gateway, &session).await
    };
    match ended.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => refused(&gateway, &head.headers, &agent, &failure),
    }
}

/// The URL of late 2025: the agent's id in place of the token, or any token for the default agent.
fn legacy_url() -> MethodRouter<Arc<Gateway>> {
    let allowed = async || (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response();
    axum::routing::post(legacy_post).fallback(allowed)
}

async fn legacy_post(State(gateway): Platform, request: HttpRequest) -> Response {
    let (head, body) = request.into_parts();
    let snapshot = Arc::clone(&gateway.platform.snapshot.load());
    let token = authenticate::bearer(&head).unwrap_or_default().to_owned();
    let named = snapshot.agent(&token).map(|agent| agent.id.to_string());
    let (agent, admitted) = if let Some(agent) = named {
        let admitted = authenticate::local_caller(&head).and_then(|caller| {
            let agent = snapshot.agent(&agent).ok_or(Failure::InvalidToken)?;
            Ok((agent.clone(), caller))
        });
        (agent, admitted)
    } else {
        let agent = snapshot.default_agent().map(|agent| agent.id.to_string());
        let agent = agent.unwrap_or_default();
        let admitted = admit(&gateway, &snapshot, &agent, &head);
        (agent, admitted)
    };
    serve(&gateway, snapshot, admitted, &agent, head, body).await
}
