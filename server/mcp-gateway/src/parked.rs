//! Calls that wait for their client's answer between two of its requests.
//!
//! A server of the old era asks in the middle of a call; a client of 2026-07-28 is asked by an answer (`input_required`) and
//! calls again with what it was asked for. Between the two the call waits here, on this replica.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mcp::client::{CallEvent, ServerRequest};
use mcp::object::{Object, raw};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::answer::{Outcome, Running};
use crate::dispatch::Exchange;
use crate::error::Failure;

const PURPOSE: &str = "request-state";
/// Tells our states from those of servers that speak 2026-07-28 themselves.
const PREFIX: &str = "archestra:";
/// The name under which the question is put.
const QUESTION: &str = "question";
/// A person may think about it for so long.
const LONGEST: Duration = Duration::from_mins(10);
/// More calls than this do not wait: the oldest gives way.
const MOST: usize = 10_000;

#[derive(Serialize, Deserialize)]
struct State {
    id: Uuid,
    principal: String,
}

#[derive(Default)]
pub(crate) struct ParkedCalls(Mutex<HashMap<Uuid, Parked>>);

struct Parked {
    since: Instant,
    question: ServerRequest,
    outcome: oneshot::Receiver<Outcome>,
    events: mpsc::Receiver<CallEvent>,
}

impl ParkedCalls {
    fn calls(&self) -> MutexGuard<'_, HashMap<Uuid, Parked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result that asks the client. The call itself goes on.
    pub(crate) fn park(
        &self,
        exchange: &Arc<Exchange>,
        running: Running,
        question: ServerRequest,
    ) -> Box<RawValue> {
        let (done, outcome) = oneshot::channel();
        let Running { work, events } = running;
        exchange.gateway.platform.tasks.spawn(async move {
            let mut done = done;
            tokio::select! {
                outcome = work => drop(done.send(outcome)),
                // Nobody will ask for it any more.
                () = done.closed() => {}
            }
        });
        let parked = Parked {
            since: exchange.gateway.platform.clock.monotonic(),
            question,
            outcome,
            events,
        };
        self.keep(exchange, parked)
    }

    fn keep(&self, exchange: &Exchange, parked: Parked) -> Box<RawValue> {
        let id = Uuid::new_v4();
        let asked = asked(exchange, id, &parked.question);
        let now = exchange.gateway.platform.clock.monotonic();
        let mut calls = self.calls();
        calls.retain(|_, call| now.saturating_duration_since(call.since) < LONGEST);
        if calls.len() >= MOST
            && let Some(oldest) = calls
                .iter()
                .min_by_key(|(_, call)| call.since)
                .map(|(id, _)| *id)
        {
            calls.remove(&oldest);
        }
        calls.insert(id, parked);
        asked
    }

    /// The call that a request goes on with; none if its state is not one of ours.
    pub(crate) async fn resume(
        &self,
        exchange: &Exchange,
        params: &Object<'_>,
    ) -> Option<Result<Resumed, Failure>> {
        let state = params.text("requestState")?;
        let sealed = state.strip_prefix(PREFIX)?;
        let state: Option<State> = exchange.gateway.signer.open(PURPOSE, sealed);
        let id = state
            .filter(|state| state.principal == exchange.caller.principal())
            .map(|state| state.id);
        let parked = id.and_then(|id| self.calls().remove(&id));
        let Some(parked) = parked else {
            return Some(Err(Failure::StateUnknown));
        };
        let answer = params
            .object("inputResponses")
            .and_then(|answers| answers.get(QUESTION).map(ToOwned::to_owned));
        let Some(answer) = answer else {
            // The client has come back without it, so it is asked again.
            return Some(Ok(Resumed::AskedAgain(self.keep(exchange, parked))));
        };
        let Parked {
            question,
            outcome,
            events,
            ..
        } = parked;
        // If the server is gone, the call itself says so.
        let _ = question.answer(Ok(answer)).await;
        let work = Box::pin(async move { outcome.await.unwrap_or(Err(Failure::StateUnknown)) });
        Some(Ok(Resumed::Running(Running { work, events })))
    }
}

pub(crate) enum Resumed {
    Running(Running),
    AskedAgain(Box<RawValue>),
}

fn asked(exchange: &Exchange, id: Uuid, question: &ServerRequest) -> Box<RawValue> {
    let state = State {
        id,
        principal: exchange.caller.principal(),
    };
    let mut request = Object::new();
    request.set_value("method", &question.method);
    if let Some(params) = &question.params {
        request.set("params", Cow::Borrowed(&**params));
    }
    raw(&json!({
        "resultType": "input_required",
        "inputRequests": { QUESTION: request.to_raw() },
        "requestState": format!("{PREFIX}{}", exchange.gateway.signer.seal(PURPOSE, &state)),
    }))
}
