//! One call's answer, with everything its server says before: progress and log messages, and questions to the client.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mcp::client::{CallEvent, Notification, ServerRequest};
use mcp::era::{Era, method};
use mcp::jsonrpc::{self, Id, RpcError, code};
use mcp::object::Object;

use super::{COMMENT, KEEP_ALIVE, Outcome, Running, event, result, stream_response};
use crate::dispatch::Exchange;
use crate::error::{json_response, stateless_status};

/// The levels of log messages, from the least to the most important. Source: specification, server/utilities/logging.
const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

pub(crate) fn is_level(level: &str) -> bool {
    LEVELS.contains(&level)
}

/// As JSON if the answer comes before anything else. Dropping the response ends the call.
pub(crate) async fn deliver(exchange: Arc<Exchange>, id: Id, running: Running) -> Response {
    let mut relay = Relay {
        exchange,
        id,
        running: Some(running),
        asked: Vec::new(),
    };
    loop {
        match relay.next().await {
            Step::Outcome(outcome) => return relay.response(outcome),
            Step::Ask(question) => return relay.parked_response(question),
            Step::Event(first) => return relay.stream(first),
            Step::Quiet if relay.exchange.client.accepts_events => return relay.stream(COMMENT),
            Step::Quiet => {}
        }
    }
}

struct Relay {
    exchange: Arc<Exchange>,
    id: Id,
    /// None once it is over or has been parked.
    running: Option<Running>,
    /// Questions that the client may still answer.
    asked: Vec<String>,
}

enum Step {
    Event(Bytes),
    /// A question that this client is asked by an answer to its request.
    Ask(ServerRequest),
    /// Nothing happened for a while.
    Quiet,
    Outcome(Outcome),
}

impl Relay {
    async fn next(&mut self) -> Step {
        let Self {
            exchange,
            running,
            asked,
            ..
        } = self;
        let Some(running) = running else {
            return std::future::pending().await;
        };
        loop {
            // What the server said before its answer comes before its answer.
            let happened = tokio::select! {
                biased;
                Some(event) = running.events.recv() => event,
                outcome = &mut running.work => {
                    return Step::Outcome(outcome);
                }
                () = tokio::time::sleep(KEEP_ALIVE) => return Step::Quiet,
            };
            let step = match happened {
                CallEvent::Notification(notification) => told(exchange, &notification),
                CallEvent::Request(question) => asked_of(exchange, question, asked),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn response(&mut self, outcome: Outcome) -> Response {
        self.running = None;
        let stateless = self.exchange.client.era == Era::Stateless;
        match outcome {
            Ok(answer) => result(&self.id, &answer),
            Err(failure) => {
                let error = in_era(failure.rpc(), stateless);
                let status = if stateless {
                    stateless_status(error.code)
                } else {
                    failure.status(false)
                };
                json_response(status, jsonrpc::error(Some(&self.id), &error).into())
            }
        }
    }

    fn parked_response(&mut self, question: ServerRequest) -> Response {
        let parked = self.park(question);
        result(&self.id, &parked)
    }

    fn park(&mut self, question: ServerRequest) -> Box<serde_json::value::RawValue> {
        match self.running.take() {
            Some(running) => self
                .exchange
                .gateway
                .parked
                .park(&self.exchange, running, question),
            None => serde_json::value::RawValue::NULL.to_owned(),
        }
    }

    fn stream(self, first: Bytes) -> Response {
        let rest = stream::unfold(Some(self), |relay| async move {
            let mut relay = relay?;
            let last = match relay.next().await {
                Step::Event(event) => return Some((event, Some(relay))),
                Step::Quiet => return Some((COMMENT, Some(relay))),
                Step::Ask(question) => {
                    let parked = relay.park(question);
                    jsonrpc::response(&relay.id, &parked)
                }
                Step::Outcome(Ok(answer)) => jsonrpc::response(&relay.id, &answer),
                Step::Outcome(Err(failure)) => {
                    let stateless = relay.exchange.client.era == Era::Stateless;
                    jsonrpc::error(Some(&relay.id), &in_era(failure.rpc(), stateless))
                }
            };
            Some((event(&last), None))
        });
        stream_response(stream::iter([first]).chain(rest))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        for question in &self.asked {
            self.exchange.gateway.sessions.waiting.forget(question);
        }
    }
}

/// What was an error of its own until 2025-11-25 is one of the parameters since.
fn in_era(mut error: RpcError, stateless: bool) -> RpcError {
    if stateless && error.code == code::RESOURCE_NOT_FOUND {
        error.code = code::INVALID_PARAMS;
    }
    error
}

fn told(exchange: &Exchange, notification: &Notification) -> Option<Step> {
    let is_wanted = notification.method != method::MESSAGE || wants_log(exchange, notification);
    if !exchange.client.accepts_events || !is_wanted {
        return None;
    }
    let message = jsonrpc::notification(&notification.method, notification.params.as_deref());
    Some(Step::Event(event(&message)))
}

/// Since 2026-07-28 only who asks for log messages gets any.
fn wants_log(exchange: &Exchange, notification: &Notification) -> bool {
    let wanted = match (&exchange.client.log_level, exchange.client.era) {
        (Some(level), _) => level.as_str(),
        (None, Era::Legacy) => LEVELS[0],
        (None, Era::Stateless) => return false,
    };
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level);
    let level = Object::parse_or_empty(notification.params.as_deref()).text("level");
    level.and_then(|level| rank(&level)) >= rank(wanted)
}

/// A client is only asked what it said it can answer; a question that is dropped here is refused to its server.
fn asked_of(exchange: &Exchange, question: ServerRequest, asked: &mut Vec<String>) -> Option<Step> {
    let capability = match question.method.as_str() {
        method::SAMPLING => "sampling",
        method::ELICITATION => "elicitation",
        method::ROOTS_LIST => "roots",
        _ => return None,
    };
    Object::parse(&exchange.client.capabilities)?.get(capability)?;
    if exchange.client.era == Era::Stateless {
        return Some(Step::Ask(question));
    }
    let session = exchange
        .client
        .session
        .as_ref()
        .filter(|_| exchange.client.accepts_events)?;
    let (method, params) = (question.method.clone(), question.params.clone());
    let id = exchange.gateway.sessions.waiting.ask(session.id, question);
    let message = jsonrpc::request(&Id::String(id.clone()), &method, params.as_deref());
    asked.push(id);
    Some(Step::Event(event(&message)))
}
