//! A question that the server asks: sampling, elicitation, roots.

use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::calls::Hold;
use super::connection::Connection;
use crate::error::Error;
use crate::jsonrpc::{self, Id, RpcError, code};

/// To be answered; one that is dropped is declined, so that the server does not wait for ever.
pub struct ServerRequest {
    pub method: String,
    pub params: Option<Box<RawValue>>,
    id: Id,
    reply: Option<Reply>,
    _hold: Option<Hold>,
}

pub(super) type Answer = Result<Box<RawValue>, RpcError>;

pub(super) enum Reply {
    /// Until 2025-11-25 it was a request of the server's own.
    Wire(Arc<Connection>),
    /// Since 2026-07-28 it is part of a result, and the answers go back together.
    Result(oneshot::Sender<Answer>),
}

impl ServerRequest {
    pub(super) fn new(
        method: String,
        params: Option<Box<RawValue>>,
        id: Id,
        reply: Reply,
        hold: Option<Hold>,
    ) -> Self {
        Self {
            method,
            params,
            id,
            reply: Some(reply),
            _hold: hold,
        }
    }

    /// What the server calls it, as in its `notifications/cancelled`; in a result, the key of the question.
    pub fn id(&self) -> &Id {
        &self.id
    }

    pub async fn answer(mut self, answer: Answer) -> Result<(), Error> {
        match self.reply.take() {
            None => Ok(()),
            Some(Reply::Wire(connection)) => connection.send(message(&self.id, &answer)).await,
            Some(Reply::Result(sender)) => sender.send(answer).map_err(|_| Error::Cancelled),
        }
    }

    fn declined(&self) -> RpcError {
        RpcError::new(
            code::METHOD_NOT_FOUND,
            format!("nobody is there to answer `{}`", self.method),
        )
    }
}

fn message(id: &Id, answer: &Answer) -> bytes::Bytes {
    match answer {
        Ok(result) => jsonrpc::response(id, result),
        Err(error) => jsonrpc::error(Some(id), error),
    }
}

impl Drop for ServerRequest {
    fn drop(&mut self) {
        let declined = self.declined();
        match self.reply.take() {
            None => {}
            Some(Reply::Wire(connection)) => {
                let bytes = message(&self.id, &Err(declined));
                connection.send_later(bytes);
            }
            Some(Reply::Result(sender)) => {
                let _ = sender.send(Err(declined));
            }
        }
    }
}

impl fmt::Debug for ServerRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerRequest")
            .field("method", &self.method)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
