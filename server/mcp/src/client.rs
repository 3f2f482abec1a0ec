//! A client for one server behind us, shared by many callers: their ids and progress tokens are replaced on the way out and
//! restored on the way back. Whatever happens, a call ends: with a result or with an error that says what went wrong.
//!
//! The wire is Streamable HTTP or any pair of byte streams; the era is found out when connecting.

mod calls;
mod connection;
mod handshake;
mod input;
mod listen;
mod options;
mod parameters;
mod requests;
mod stdio;
mod streamable_http;
mod tool_headers;

use std::collections::HashSet;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{broadcast, mpsc};

pub use options::{CallEvent, CallOptions, HttpTarget, Input, Notification, Options};
pub use requests::ServerRequest;

use crate::era::{Era, ProtocolVersion, list_member, method};
use crate::error::Error;
use crate::jsonrpc::code;
use crate::object::Object;
use connection::Connection;

/// Cheap to clone. The connection ends when the last clone is dropped.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

struct Handle {
    connection: Arc<Connection>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.connection.end(Error::closed("it is no longer needed"));
    }
}

/// What the server said about itself.
#[derive(Clone, Debug)]
pub struct Server {
    pub version: ProtocolVersion,
    pub capabilities: Box<RawValue>,
    /// `serverInfo`: name, version, title, icons.
    pub info: Option<Box<RawValue>>,
    pub instructions: Option<String>,
    /// The whole result of `initialize` or `server/discover`.
    pub hello: Box<RawValue>,
}

impl Server {
    pub fn era(&self) -> Era {
        self.version.era()
    }
}

impl Client {
    /// Connects over Streamable HTTP and negotiates.
    pub async fn connect_http(target: HttpTarget, options: Options) -> Result<Self, Error> {
        let connection = Connection::over_http(target, options);
        Self::negotiated(connection).await
    }

    /// Connects over a server's standard output and input and negotiates.
    pub async fn connect_stdio<R, W>(stdout: R, stdin: W, options: Options) -> Result<Self, Error>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let connection = stdio::start(stdout, stdin, options);
        Self::negotiated(connection).await
    }

    async fn negotiated(connection: Arc<Connection>) -> Result<Self, Error> {
        // From here on, dropping the handle ends the connection and its tasks.
        let client = Self {
            handle: Arc::new(Handle { connection }),
        };
        let connection = &client.handle.connection;
        handshake::negotiate(connection).await?;
        listen::start(connection).await;
        Ok(client)
    }

    pub fn server(&self) -> Arc<Server> {
        self.handle.connection.server()
    }

    /// What later requests carry as their bearer token.
    pub fn set_bearer(&self, bearer: Option<SecretString>) {
        self.handle.connection.set_bearer(bearer);
    }

    /// Calls a method. Dropping the future cancels the call.
    pub async fn request(
        &self,
        method: &str,
        params: Option<Box<RawValue>>,
        options: CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let (Input::Ask, Some(events)) = (options.input, &options.events) else {
            return self.attempt(method, params, &options).await;
        };
        let mut params = params;
        for _ in 0..=input::ROUNDS {
            let result = self.attempt(method, params.clone(), &options).await?;
            let Some(required) = input::required(&result) else {
                return Ok(result);
            };
            let answers = input::collect(&required, events).await?;
            let state = required.get("requestState");
            params = Some(parameters::with_input(
                params.as_deref(),
                answers.as_ref(),
                state,
            ));
        }
        Err(Error::protocol(format!(
            "it asked for input more than {} times in a row",
            input::ROUNDS
        )))
    }

    /// A server that wants other headers than we knew has changed its tools: they are read anew, once.
    async fn attempt(
        &self,
        method: &str,
        params: Option<Box<RawValue>>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let connection = &self.handle.connection;
        if method != method::TOOLS_CALL || !connection.repeats_parameters() {
            return connection.call(method, params, options).await;
        }
        let first = connection.call(method, params.clone(), options).await;
        match first {
            Err(Error::Rpc(error)) if error.code == code::HEADER_MISMATCH => {
                let list = self.list_all(method::TOOLS_LIST, CallOptions::default());
                Box::pin(list).await?;
                connection.call(method, params, options).await
            }
            other => other,
        }
    }

    pub async fn notify(&self, method: &str, params: Option<Box<RawValue>>) -> Result<(), Error> {
        let bytes = crate::jsonrpc::notification(method, params.as_deref());
        self.handle.connection.send(bytes).await
    }

    /// The items of all pages of a list method.
    pub async fn list_all(
        &self,
        method: &str,
        options: CallOptions,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        const ITEMS: usize = 10_000;
        const PAGES: usize = 1_000;
        let member =
            list_member(method).ok_or_else(|| Error::protocol(format!("`{method}` is no list")))?;
        let mut items: Vec<Box<RawValue>> = Vec::new();
        let mut cursors = HashSet::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let params = parameters::with_cursor(cursor.as_deref());
            let page = self.request(method, params, options.clone()).await?;
            let page = Object::parse(&page)
                .ok_or_else(|| Error::protocol(format!("the result of `{method}` is no object")))?;
            let found: Vec<Box<RawValue>> = page.read(member).ok_or_else(|| {
                Error::protocol(format!("the result of `{method}` has no list `{member}`"))
            })?;
            items.extend(found);
            cursor = page.text("nextCursor");
            match &cursor {
                None => return Ok(items),
                Some(next) if cursors.insert(next.clone()) && items.len() <= ITEMS => {}
                Some(_) => break,
            }
        }
        Err(Error::protocol(format!(
            "the list of `{method}` does not end: {} items on {} pages",
            items.len(),
            cursors.len()
        )))
    }

    /// Notifications that belong to no call, such as a changed list.
    pub fn notifications(&self) -> broadcast::Receiver<Arc<Notification>> {
        self.handle.connection.notifications()
    }

    /// The server's questions that belong to no known call. Whoever asked last gets them; without anybody they are declined.
    pub fn server_requests(&self) -> mpsc::Receiver<ServerRequest> {
        self.handle.connection.take_requests()
    }

    pub fn is_closed(&self) -> bool {
        self.handle.connection.ending().is_some()
    }

    /// Returns when the connection is over, with the reason.
    pub async fn closed(&self) -> Error {
        self.handle.connection.ended().await
    }

    /// Ends the connection and, where there is one, the session.
    pub async fn close(&self) {
        let connection = &self.handle.connection;
        connection.farewell().await;
        connection.end(Error::closed("it was closed"));
    }
}
