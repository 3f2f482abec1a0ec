//! One HTTP request of an admitted client: its messages, one after the other, each in the era it speaks.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use domain::snapshot::{Agent, Snapshot};
use domain::tool_policies::ChatCall;
use http::{HeaderMap, StatusCode};
use mcp::era::{Era, ProtocolVersion, headers, method};
use mcp::jsonrpc::{Id, ParseError, RpcError};
use mcp::object::{Object, raw};
use serde_json::json;
use serde_json::value::RawValue;

use crate::authenticate::Caller;
use crate::dispatch::{Client, Exchange};
use crate::error::{Failure, json_response};
use crate::recording::Recording;
use crate::request::{Incoming, Request, Speech, accepts_events};
use crate::{Gateway, answer, dispatch, request, session};

/// One HTTP request, with everything but its messages.
pub(crate) struct Visit {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) agent: Agent,
    pub(crate) caller: Caller,
    /// What the chat knows of its own call.
    pub(crate) chat: Option<ChatCall>,
    pub(crate) headers: HeaderMap,
}

impl Visit {
    pub(crate) async fn message(self, message: Incoming) -> Response {
        match message {
            Incoming::Request(request) => {
                let id = request.id.clone();
                let answered = self.request(request).await;
                answered.unwrap_or_else(|(failure, stateless)| failure.answer(Some(&id), stateless))
            }
            Incoming::Notification { method, params } => {
                accepted(self.notified(&method, params.as_deref()).await)
            }
            Incoming::Response { id, outcome } => accepted(self.answered(id, outcome).await),
        }
    }

    /// The failure with whether it is told to a client of 2026-07-28.
    async fn request(self, request: Request) -> Result<Response, (Failure, bool)> {
        let speech = request::speech(&self.headers, &request).map_err(|failure| (failure, true))?;
        let client = match speech {
            Speech::Stateless(said) => Client {
                era: Era::Stateless,
                capabilities: said.capabilities,
                name: said.client,
                session: None,
                log_level: said.log_level,
                accepts_events: accepts_events(&self.headers),
            },
            Speech::Legacy if request.method == method::INITIALIZE => {
                return Ok(self.initialize(&request));
            }
            Speech::Legacy => {
                let session = self.session().await.map_err(|failure| (failure, false))?;
                Client {
                    era: Era::Legacy,
                    capabilities: session
                        .as_ref()
                        .map_or_else(|| raw(&json!({})), |session| session.capabilities.clone()),
                    name: session.as_ref().and_then(|session| session.client.clone()),
                    log_level: session
                        .as_ref()
                        .and_then(|session| self.gateway.sessions.log_level(session.id)),
                    session,
                    accepts_events: accepts_events(&self.headers),
                }
            }
        };
        Ok(dispatch::request(self.exchange(client), request).await)
    }

    fn exchange(self, client: Client) -> Arc<Exchange> {
        Arc::new(Exchange {
            gateway: self.gateway,
            snapshot: self.snapshot,
            agent: self.agent,
            caller: self.caller,
            chat: self.chat.unwrap_or_default(),
            client,
            headers: self.headers,
        })
    }

    fn initialize(self, request: &Request) -> Response {
        let params = request.params.as_deref();
        let (result, sealed, session) =
            session::initialize(&self.gateway, &self.agent, &self.caller, params);
        let client = Client {
            era: Era::Legacy,
            capabilities: session.capabilities.clone(),
            name: session.client.clone(),
            session: Some(session),
            log_level: None,
            accepts_events: true,
        };
        let answer = answer::result(&request.id, &result);
        Recording::begin(&self.exchange(client), request).finish(&Ok(result));
        answer::with_session(answer, &sealed)
    }

    async fn session(&self) -> Result<Option<session::Session>, Failure> {
        session::of_request(&self.gateway, &self.headers, self.agent.id, &self.caller).await
    }

    /// The client answers what a server asked it.
    async fn answered(
        &self,
        id: Option<Id>,
        outcome: Result<Box<RawValue>, RpcError>,
    ) -> Result<(), Failure> {
        let session = self.session().await?;
        let Some(Id::String(id)) = id else {
            return Ok(());
        };
        let waiting = &self.gateway.sessions.waiting;
        let question = session.and_then(|session| waiting.answered(session.id, &id));
        if let Some(question) = question {
            // The call that asked may be over by now.
            let _ = question.answer(outcome).await;
        }
        Ok(())
    }

    async fn notified(&self, method: &str, params: Option<&RawValue>) -> Result<(), Failure> {
        let session = self.session().await?;
        if method == method::CANCELLED
            && let Some(session) = session
        {
            let params = Object::parse_or_empty(params);
            if let Some(id) = params.get("requestId").and_then(Id::from_raw) {
                self.gateway.sessions.cancel(session.id, &id);
            }
        }
        Ok(())
    }

    /// 2025-03-26 knew batches, and clients without a session may be of that version.
    pub(crate) async fn batch(self, messages: Vec<Result<Incoming, ParseError>>) -> Response {
        let session = match self.session().await {
            Ok(session) => session,
            Err(failure) => return failure.answer(None, false),
        };
        let knows = session.is_none_or(|session| session.version() <= ProtocolVersion::V2025_03_26);
        if !knows || self.headers.contains_key(&headers::PROTOCOL_VERSION) {
            return Failure::Batch.answer(None, false);
        }
        let mut answers: Vec<Vec<u8>> = Vec::new();
        for message in messages {
            let answer = match message {
                Ok(message) => {
                    let mut visit = self.again();
                    // The answers of a batch come together, so none can be a stream.
                    visit.headers.remove(http::header::ACCEPT);
                    Box::pin(visit.message(message)).await
                }
                Err(error) => Failure::Message(error).answer(None, false),
            };
            if let Ok(body) = axum::body::to_bytes(answer.into_body(), usize::MAX).await
                && !body.is_empty()
            {
                answers.push(body.into());
            }
        }
        if answers.is_empty() {
            return StatusCode::ACCEPTED.into_response();
        }
        let body = [&b"["[..], &answers.join(&b','), b"]"].concat();
        json_response(StatusCode::OK, body.into())
    }

    fn again(&self) -> Self {
        Self {
            gateway: Arc::clone(&self.gateway),
            snapshot: Arc::clone(&self.snapshot),
            agent: self.agent.clone(),
            caller: self.caller.clone(),
            chat: self.chat,
            headers: self.headers.clone(),
        }
    }
}

fn accepted(heard: Result<(), Failure>) -> Response {
    match heard {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(failure) => failure.answer(None, false),
    }
}
