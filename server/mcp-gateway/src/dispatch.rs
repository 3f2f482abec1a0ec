//! A request's method, and what answers it.

mod completion;
mod prompts;
mod resources;
mod tools;

use std::sync::Arc;

use axum::response::Response;
use domain::snapshot::{Agent, Snapshot};
use domain::tool_policies::ChatCall;
use http::{HeaderMap, HeaderName};
use mcp::era::{Era, ProtocolVersion, meta, method};
use mcp::object::{Object, raw};
use serde_json::json;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::answer::{self, CacheScope, Outcome, Running, with_cache};
use crate::authenticate::Caller;
use crate::catalog::Catalog;
use crate::error::Failure;
use crate::parked::Resumed;
use crate::recording::Recording;
use crate::request::Request;
use crate::session::{self, Session};
use crate::{Gateway, listening};

pub(crate) use tools::call_named;

/// One client's request and everything that is known about it.
pub(crate) struct Exchange {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) agent: Agent,
    pub(crate) caller: Caller,
    pub(crate) chat: ChatCall,
    pub(crate) client: Client,
    pub(crate) headers: HeaderMap,
}

/// The program at the other end.
pub(crate) struct Client {
    pub(crate) era: Era,
    pub(crate) capabilities: Box<RawValue>,
    pub(crate) name: Option<String>,
    /// In the old era, unless the client goes without.
    pub(crate) session: Option<Session>,
    pub(crate) log_level: Option<String>,
    pub(crate) accepts_events: bool,
}

impl Client {
    /// Whether a question of a server can reach it.
    pub(crate) fn can_be_asked(&self) -> bool {
        self.era == Era::Stateless || self.session.is_some() && self.accepts_events
    }
}

impl Exchange {
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.gateway.catalogs.of(&self.snapshot, &self.agent)
    }

    pub(crate) fn is_stateless(&self) -> bool {
        self.client.era == Era::Stateless
    }

    /// Headers that the agent passes on to its servers.
    pub(crate) fn passed_headers(&self) -> Vec<HeaderName> {
        let names = self
            .agent
            .settings
            .get("passthroughHeaders")
            .and_then(|names| names.as_array());
        names
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str()?.parse().ok())
            .collect()
    }

    /// What ends a running request when its client cancels it.
    fn cancel_token(&self, request: &Request) -> CancellationToken {
        match &self.client.session {
            Some(session) => {
                let now = self.gateway.platform.clock.monotonic();
                self.gateway.sessions.run(session.id, now, &request.id)
            }
            None => CancellationToken::new(),
        }
    }
}

pub(crate) async fn request(exchange: Arc<Exchange>, request: Request) -> Response {
    let recording = Recording::begin(&exchange, &request);
    match (request.method.as_str(), exchange.client.era) {
        (method::TOOLS_CALL, _) => forwarded(exchange, request, recording, Kind::Tool).await,
        (method::PROMPTS_GET, _) => forwarded(exchange, request, recording, Kind::Prompt).await,
        (method::RESOURCES_READ, _) => {
            forwarded(exchange, request, recording, Kind::Resource).await
        }
        (method::COMPLETE, _) => forwarded(exchange, request, recording, Kind::Completion).await,
        (method::LISTEN, Era::Stateless) => listening::subscribe(&exchange, &request),
        _ => {
            let outcome = answered_here(&exchange, &request).await;
            recording.finish(&outcome);
            match outcome {
                Ok(result) => answer::result(&request.id, &result),
                Err(failure) => failure.answer(Some(&request.id), exchange.is_stateless()),
            }
        }
    }
}

/// What needs no server, or several of them.
async fn answered_here(exchange: &Arc<Exchange>, request: &Request) -> Outcome {
    let params = request.params.as_deref();
    match (request.method.as_str(), exchange.client.era) {
        (method::TOOLS_LIST, _) => tools::list(exchange, params),
        (method::PROMPTS_LIST, _) => prompts::list(exchange).await,
        (method::RESOURCES_LIST, _) => resources::list(exchange, method::RESOURCES_LIST).await,
        (method::RESOURCES_TEMPLATES_LIST, _) => {
            resources::list(exchange, method::RESOURCES_TEMPLATES_LIST).await
        }
        (method::DISCOVER, Era::Stateless) => Ok(discover(exchange)),
        (method::PING, Era::Legacy) => Ok(raw(&json!({}))),
        (method::SET_LEVEL, Era::Legacy) => set_level(exchange, params),
        (method::RESOURCES_SUBSCRIBE, Era::Legacy) => {
            resources::subscribe(exchange, params, true).await
        }
        (method::RESOURCES_UNSUBSCRIBE, Era::Legacy) => {
            resources::subscribe(exchange, params, false).await
        }
        (other, _) => Err(Failure::MethodNotFound(other.to_owned())),
    }
}

fn discover(exchange: &Exchange) -> Box<RawValue> {
    let mut result = json!({
        "supportedVersions": [ProtocolVersion::LATEST.as_str()],
        "capabilities": session::capabilities(false),
        "_meta": { meta::SERVER_INFO: session::server_info(&exchange.gateway, &exchange.agent) },
    });
    if let Some(instructions) = session::instructions(&exchange.agent) {
        result["instructions"] = instructions.into();
    }
    with_cache(raw(&result), CacheScope::Private)
}

fn set_level(exchange: &Exchange, params: Option<&RawValue>) -> Outcome {
    let level = Object::parse_or_empty(params).text("level");
    let level = level
        .filter(|level| answer::is_level(level))
        .ok_or_else(|| {
            Failure::InvalidParams("`level` must be one of debug … emergency.".to_owned())
        })?;
    if let Some(session) = &exchange.client.session {
        let now = exchange.gateway.platform.clock.monotonic();
        exchange
            .gateway
            .sessions
            .set_log_level(session.id, now, level);
    }
    Ok(raw(&json!({})))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tool,
    Prompt,
    Resource,
    Completion,
}

/// What one server answers, perhaps after it has told or asked the client something.
async fn forwarded(
    exchange: Arc<Exchange>,
    request: Request,
    mut recording: Recording,
    kind: Kind,
) -> Response {
    let params = Object::parse_or_empty(request.params.as_deref());
    if let Some(resumed) = exchange.gateway.parked.resume(&exchange, &params).await {
        let resumed = match resumed {
            Ok(resumed) => resumed,
            Err(failure) => {
                let answer = failure.answer(Some(&request.id), exchange.is_stateless());
                recording.finish(&Err(failure));
                return answer;
            }
        };
        // The call has been recorded from its beginning on.
        recording.cancel();
        return match resumed {
            Resumed::Running(running) => answer::deliver(exchange, request.id, running).await,
            Resumed::AskedAgain(result) => answer::result(&request.id, &result),
        };
    }
    let cancel = exchange.cancel_token(&request);
    let started = match kind {
        Kind::Tool => tools::call(&exchange, &params, &mut recording, cancel),
        Kind::Prompt => prompts::get(&exchange, &params, &mut recording, cancel).await,
        Kind::Resource => resources::read(&exchange, &params, &mut recording, cancel).await,
        Kind::Completion => completion::complete(&exchange, &params, &mut recording, cancel).await,
    };
    drop(params);
    let running = started.unwrap_or_else(Running::failed);
    let running = recorded(&exchange, &request, running, recording, kind == Kind::Tool);
    answer::deliver(exchange, request.id, running).await
}

/// The same call, written down when it ends, whichever way it does.
fn recorded(
    exchange: &Arc<Exchange>,
    request: &Request,
    running: Running,
    recording: Recording,
    is_tool: bool,
) -> Running {
    let Running { work, events } = running;
    let stateless = exchange.is_stateless();
    let ending = Ending {
        exchange: Arc::clone(exchange),
        request: request.id.clone(),
    };
    let work = async move {
        let outcome = work.await;
        drop(ending);
        recording.finish(&outcome);
        match outcome {
            Err(failure) if is_tool && failure.is_for_the_model() => {
                Ok(tools::error_result(&failure, stateless))
            }
            outcome => outcome,
        }
    };
    Running {
        work: Box::pin(work),
        events,
    }
}

/// Forgets that a request is running.
struct Ending {
    exchange: Arc<Exchange>,
    request: mcp::jsonrpc::Id,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(session) = &self.exchange.client.session {
            self.exchange
                .gateway
                .sessions
                .finished(session.id, &self.request);
        }
    }
}
