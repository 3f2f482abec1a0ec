//! Streams of events: the answer to a call, and the standing one. A stream that ends too early is taken up again where the
//! server says that this can be done (2025-11-25, "Resumability and Redelivery").

use std::sync::Arc;
use std::time::Duration;

use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use reqwest::Response;

use super::{HttpWire, failure, is_event_stream};
use crate::client::calls::Outcome;
use crate::client::connection::{Answered, Connection, Source};
use crate::client::listen::Standing;
use crate::era::{Era, headers};
use crate::error::Error;
use crate::http::broken;
use crate::sse::{Event, Parser, TooLong};

/// Where the server does not say how long to wait.
const RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// Reconnects in a row that bring nothing.
const ATTEMPTS: u32 = 5;

impl HttpWire {
    /// Reads the stream that answers a call.
    pub(super) async fn follow(
        &self,
        connection: &Arc<Connection>,
        id: i64,
        response: Response,
    ) -> Outcome {
        let mut parser = Parser::new(self.limit);
        let mut response = Some(response);
        let mut attempts = 0;
        loop {
            let ended = match response.take() {
                Some(stream) => {
                    let read = self.answer_in(connection, id, stream, &mut parser).await;
                    match read {
                        Ok(Some(outcome)) => return outcome,
                        Ok(None) => Error::closed("the server ended its stream before the answer"),
                        Err(error @ Error::Closed { .. }) => error,
                        Err(error) => return Err(error),
                    }
                }
                None => Error::closed("the server does not take up the stream again"),
            };
            let is_legacy = connection.server().era() == Era::Legacy;
            let Some(last) = parser.last_event_id().filter(|_| is_legacy) else {
                return Err(ended);
            };
            attempts += 1;
            if attempts > ATTEMPTS {
                return Err(ended);
            }
            let last = last.to_owned();
            tokio::time::sleep(parser.retry().unwrap_or(RETRY).min(LONGEST_RETRY)).await;
            match self.open_stream(connection, Some(&last)).await {
                Ok(stream) => {
                    response = Some(stream);
                    parser.begin_again();
                    attempts = 0;
                }
                Err(error @ Error::Unreachable { .. }) if attempts == ATTEMPTS => {
                    return Err(error);
                }
                Err(Error::Unreachable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn answer_in(
        &self,
        connection: &Arc<Connection>,
        id: i64,
        mut stream: Response,
        parser: &mut Parser,
    ) -> Result<Option<Outcome>, Error> {
        let mut events = Vec::new();
        while let Some(piece) = stream.chunk().await.map_err(|error| broken(&error))? {
            let fed = parser.feed(&piece, &mut events);
            for event in events.drain(..) {
                if let Some(outcome) = answer(connection, id, &event)? {
                    return Ok(Some(outcome));
                }
            }
            fed.map_err(|TooLong| Error::TooLarge { limit: self.limit })?;
        }
        Ok(None)
    }

    /// The standing stream of the legacy era, until it ends.
    pub(in crate::client) async fn listen(
        &self,
        connection: &Arc<Connection>,
        standing: &mut Standing,
    ) -> Result<(), Error> {
        let opened = self.open_stream(connection, standing.last.as_deref()).await;
        // Whether it is there or refused: whoever waits need not wait any longer.
        standing.opened = None;
        let mut stream = opened?;
        let mut parser = Parser::new(self.limit);
        let mut events = Vec::new();
        while let Some(piece) = stream.chunk().await.map_err(|error| broken(&error))? {
            let fed = parser.feed(&piece, &mut events);
            for event in events.drain(..) {
                if is_message(&event) {
                    take_standing(connection, &event);
                }
            }
            standing.last = parser.last_event_id().map(ToOwned::to_owned);
            standing.retry = parser.retry();
            fed.map_err(|TooLong| Error::TooLarge { limit: self.limit })?;
        }
        Ok(())
    }

    async fn open_stream(
        &self,
        connection: &Arc<Connection>,
        last: Option<&str>,
    ) -> Result<Response, Error> {
        let mut headers = self.headers(connection, false);
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        headers.remove(http::header::CONTENT_TYPE);
        if let Some(last) = last.and_then(|last| HeaderValue::from_str(last).ok()) {
            headers.insert(headers::LAST_EVENT_ID.clone(), last);
        }
        let response = self.http.get(self.url.clone(), headers).await?;
        match response.status() {
            StatusCode::OK if is_event_stream(&response) => Ok(response),
            status if status.is_success() => Err(Error::Http {
                status,
                body: "not a stream of events".to_owned(),
            }),
            _ => Err(failure(response).await),
        }
    }
}

fn take_standing(connection: &Arc<Connection>, event: &Event) {
    match connection.take(&event.data, Source::Connection) {
        Ok(None) => {}
        Ok(Some(Answered { id, outcome })) => {
            if let Some(id) = id {
                connection.calls.settle(id, outcome.map_err(Error::Rpc));
            }
        }
        Err(error) => tracing::debug!("an event that is no message: {error}"),
    }
}

fn is_message(event: &Event) -> bool {
    (event.name.is_empty() || event.name == "message") && !event.data.trim_ascii().is_empty()
}

/// The outcome, when this event is it.
fn answer(connection: &Arc<Connection>, id: i64, event: &Event) -> Result<Option<Outcome>, Error> {
    if !is_message(event) {
        return Ok(None);
    }
    let answered = connection.take(&event.data, Source::Call(id))?;
    Ok(answered
        .filter(|answered| answered.id.is_none_or(|answers| answers == id))
        .map(|answered| answered.outcome.map_err(Error::Rpc)))
}
