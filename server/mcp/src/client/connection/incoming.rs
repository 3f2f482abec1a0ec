//! Where each message from the server goes: to a call, to everybody, or back with a refusal.

use std::sync::{Arc, PoisonError};

use serde_json::value::RawValue;

use super::Connection;
use crate::client::parameters::{token, with_token};
use crate::client::requests::{Reply, ServerRequest};
use crate::client::{CallEvent, Notification};
use crate::era::method;
use crate::error::Error;
use crate::jsonrpc::{self, Id, Message, RpcError};
use crate::object::Object;

/// Where a message came in.
#[derive(Clone, Copy, Debug)]
pub(in crate::client) enum Source {
    /// On the stream that answers this call.
    Call(i64),
    /// On a wire that all share.
    Connection,
}

/// A response, for whoever waits for it.
pub(in crate::client) struct Answered {
    /// `None` when the server could not tell what it answers.
    pub(in crate::client) id: Option<i64>,
    pub(in crate::client) outcome: Result<Box<RawValue>, RpcError>,
}

impl Connection {
    /// Takes a message. A response is handed back.
    pub(in crate::client) fn take(
        self: &Arc<Self>,
        bytes: &[u8],
        source: Source,
    ) -> Result<Option<Answered>, Error> {
        let message = jsonrpc::parse(bytes);
        let message = message.map_err(|error| Error::protocol(error.to_string()))?;
        match message {
            Message::Response { id, outcome } => {
                let id = id.and_then(|id| match id {
                    Id::Number(number) => Some(number),
                    // Some servers turn numbers into strings.
                    Id::String(text) => text.parse().ok(),
                    Id::Verbatim(_) => None,
                });
                let outcome = outcome.map(ToOwned::to_owned);
                return Ok(Some(Answered { id, outcome }));
            }
            Message::Notification { method, params } => {
                let notification = Notification {
                    method: method.into_owned(),
                    params: params.map(ToOwned::to_owned),
                };
                self.on_notification(notification, source);
            }
            Message::Request { id, method, params } => {
                self.on_request(id, method.into_owned(), params, source);
            }
        }
        Ok(None)
    }

    fn on_notification(&self, mut notification: Notification, source: Source) {
        match (notification.method.as_str(), source) {
            (method::PROGRESS, _) => {
                let params = notification.params.as_deref();
                let Some((id, params)) = params.and_then(|params| Some((token(params)?, params)))
                else {
                    return;
                };
                if let Some(token) = self.calls.token(id) {
                    notification.params = Some(with_token(params, &token));
                    self.calls.notify(id, notification);
                }
            }
            // What has changed has changed for everybody, wherever the server says so.
            (
                method::TOOLS_CHANGED
                | method::PROMPTS_CHANGED
                | method::RESOURCES_CHANGED
                | method::RESOURCE_UPDATED,
                _,
            ) => self.announce(notification),
            (_, Source::Call(id)) => {
                self.calls.notify(id, notification);
            }
            (_, Source::Connection) => match self.calls.only_listener() {
                Some(id) => {
                    self.calls.notify(id, notification);
                }
                None => self.announce(notification),
            },
        }
    }

    fn announce(&self, notification: Notification) {
        // Without a listener there is nobody to tell.
        let _ = self.notifications.send(Arc::new(notification));
    }

    fn on_request(
        self: &Arc<Self>,
        id: Id,
        method: String,
        params: Option<&RawValue>,
        source: Source,
    ) {
        if method == method::PING {
            let empty = Object::new().to_raw();
            self.send_later(jsonrpc::response(&id, &empty));
            return;
        }
        let call = match source {
            Source::Call(id) => Some(id),
            Source::Connection => self.calls.only_listener(),
        };
        let hold = call.and_then(|id| self.calls.clock(id));
        let request = ServerRequest::new(
            method,
            params.map(ToOwned::to_owned),
            id,
            Reply::Wire(self.clone()),
            hold.map(|clock| clock.hold()),
        );
        let unclaimed = match call {
            Some(id) => self.calls.ask(id, request),
            None => Err(request),
        };
        if let Err(request) = unclaimed {
            let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(requests) = requests.as_ref() {
                // A full or a closed channel drops the request, which declines it.
                drop(requests.try_send(request));
            }
        }
    }
}

/// Events are as large as the largest of them, and most are progress.
const _: () = assert!(size_of::<CallEvent>() <= 256);
