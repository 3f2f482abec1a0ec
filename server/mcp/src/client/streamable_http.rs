//! The wire over Streamable HTTP: each call is a POST of its own, answered by JSON or by a stream of events.

mod session;
mod stream;

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::Response;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use tokio::sync::watch;
use url::Url;

use super::HttpTarget;
use super::calls::Outcome;
use super::connection::{Connection, Source};
use crate::era::{Era, headers, method};
use crate::error::Error;
use crate::http::{Http, Outgoing, Sent, body, complaint};
use crate::jsonrpc::{self, Message, RpcError, excerpt};
use crate::oauth::Challenge;
use session::Sessions;

pub(super) struct HttpWire {
    http: Http,
    url: Url,
    headers: HeaderMap,
    bearer: RwLock<Option<SecretString>>,
    sessions: Sessions,
    /// Told of each new session and each new token.
    renewals: watch::Sender<()>,
    limit: usize,
}

/// One call, ready to be sent, and sent again when the session is a new one.
pub(super) struct Call<'a> {
    pub(super) id: i64,
    pub(super) method: &'a str,
    pub(super) params: Option<&'a RawValue>,
    pub(super) bytes: Bytes,
    pub(super) headers: HeaderMap,
}

/// An answer that is not there yet: the session has to be opened anew first.
enum Attempt {
    Done(Outcome),
    SessionLost,
}

impl HttpWire {
    pub(super) fn new(target: HttpTarget, limit: usize) -> Self {
        let mut headers = target.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self {
            http: target.http,
            url: target.url,
            headers,
            bearer: RwLock::new(target.bearer),
            sessions: Sessions::default(),
            renewals: watch::channel(()).0,
            limit,
        }
    }

    pub(super) fn set_bearer(&self, bearer: Option<SecretString>) {
        *self.bearer.write().unwrap_or_else(PoisonError::into_inner) = bearer;
        self.renewals.send_replace(());
    }

    pub(super) async fn call(&self, connection: &Arc<Connection>, call: Call<'_>) -> Outcome {
        let generation = self.sessions.generation();
        match self.attempt(connection, &call).await {
            Attempt::Done(outcome) => outcome,
            Attempt::SessionLost => {
                Box::pin(self.renew_session(connection, generation)).await?;
                match self.attempt(connection, &call).await {
                    Attempt::Done(outcome) => outcome,
                    Attempt::SessionLost => Err(Error::closed(
                        "the server forgot its session, and the new one as well",
                    )),
                }
            }
        }
    }

    async fn attempt(&self, connection: &Arc<Connection>, call: &Call<'_>) -> Attempt {
        let is_first = call.method == method::INITIALIZE;
        let mut headers = self.headers(connection, is_first);
        headers.extend(call.headers.clone());
        if connection.server().era() == Era::Stateless {
            headers.insert(headers::METHOD.clone(), headers::encode(call.method));
            if let Some(name) = headers::routing_name(call.method, call.params) {
                headers.insert(headers::NAME.clone(), headers::encode(&name));
            }
        }
        let has_session = headers.contains_key(&headers::SESSION_ID);
        let response = match self.post(headers, call.bytes.clone()).await {
            Ok(response) => response,
            Err(error) => return Attempt::Done(Err(error)),
        };
        if is_first && response.status().is_success() {
            self.sessions.remember(response.headers());
            self.renewals.send_replace(());
        }
        match response.status() {
            status if status.is_success() => {
                Attempt::Done(self.read(connection, call, response).await)
            }
            StatusCode::NOT_FOUND if has_session => Attempt::SessionLost,
            StatusCode::BAD_REQUEST if has_session => {
                let error = failure(response).await;
                if matches!(&error, Error::Rpc(error) if is_about_session(error)) {
                    Attempt::SessionLost
                } else {
                    Attempt::Done(Err(error))
                }
            }
            _ => Attempt::Done(Err(failure(response).await)),
        }
    }

    async fn read(
        &self,
        connection: &Arc<Connection>,
        call: &Call<'_>,
        response: Response,
    ) -> Outcome {
        if is_event_stream(&response) {
            return self.follow(connection, call.id, response).await;
        }
        let status = response.status();
        let bytes = body(response, self.limit).await?;
        if bytes.is_empty() {
            return Err(Error::protocol(format!(
                "`{}` was taken with HTTP {status} and not answered",
                call.method
            )));
        }
        let answered = connection.take(&bytes, Source::Call(call.id))?;
        match answered {
            Some(answered) if answered.id.is_none_or(|id| id == call.id) => {
                answered.outcome.map_err(Error::Rpc)
            }
            _ => Err(Error::protocol(format!(
                "`{}` was answered with a message that is no answer to it",
                call.method
            ))),
        }
    }

    /// Sends what has no answer.
    pub(super) async fn post_one_way(
        &self,
        connection: &Arc<Connection>,
        bytes: Bytes,
    ) -> Result<(), Error> {
        let mut headers = self.headers(connection, false);
        if connection.server().era() == Era::Stateless
            && let Ok(Message::Notification { method, .. }) = jsonrpc::parse(&bytes)
        {
            headers.insert(headers::METHOD.clone(), headers::encode(&method));
        }
        let response = self.post(headers, bytes).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(failure(response).await)
    }

    async fn post(&self, headers: HeaderMap, body: Bytes) -> Result<Response, Error> {
        let outgoing = Outgoing {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body,
        };
        self.http.send(outgoing).await
    }

    /// The headers of every request; the first one has no session and no version yet.
    fn headers(&self, connection: &Connection, is_first: bool) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        let bearer = self.bearer.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(bearer) = bearer.as_ref().and_then(authorization) {
            headers.insert(AUTHORIZATION, bearer);
        }
        let version = connection.server().version;
        if !is_first && version.has_version_header() {
            headers.insert(
                headers::PROTOCOL_VERSION.clone(),
                HeaderValue::from_static(version.as_str()),
            );
        }
        if !is_first && version.era() == Era::Legacy {
            self.sessions.add_to(&mut headers);
        }
        headers
    }
}

fn authorization(bearer: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", bearer.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) fn is_event_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.trim_start().starts_with("text/event-stream"))
}

/// What an answer with an error status means.
pub(super) async fn failure(response: Response) -> Error {
    let challenge = challenge(&response);
    let (status, bytes) = complaint(response).await;
    match status {
        StatusCode::UNAUTHORIZED => return Error::Unauthorized { status, challenge },
        StatusCode::FORBIDDEN => return Error::Forbidden { status, challenge },
        _ => {}
    }
    if let Ok(Message::Response {
        outcome: Err(error),
        ..
    }) = jsonrpc::parse(&bytes)
    {
        return Error::Rpc(error);
    }
    Error::Http {
        status,
        body: excerpt(String::from_utf8_lossy(&bytes).trim()),
    }
}

fn challenge(response: &Response) -> Option<Box<Challenge>> {
    let sent = Sent::before(response);
    let values = response.headers().get_all(WWW_AUTHENTICATE).into_iter();
    let values: Vec<_> = values
        .filter_map(|value| value.to_str().ok())
        .map(|value| sent.hidden_in(value))
        .collect();
    Challenge::among(values.iter().map(AsRef::as_ref)).map(Box::new)
}

/// Several servers answer 400 where the specification says 404.
fn is_about_session(error: &RpcError) -> bool {
    error.message.to_ascii_lowercase().contains("session")
}
