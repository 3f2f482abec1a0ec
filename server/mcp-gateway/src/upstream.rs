//! The way to a server behind an agent: a request over the connection that all its callers share, translated into the era
//! that it speaks, and its result translated back.

mod lists;
mod params;

use std::sync::Arc;

use domain::snapshot::Server;
use mcp::client::{CallEvent, CallOptions, Client, Input};
use mcp::era::{Era, method};
use mcp::error::Error as UpstreamError;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::answer::{CacheScope, EVENT_BACKLOG, Running, completed, with_cache};
use crate::dispatch::Exchange;
use crate::error::Failure;

pub(crate) use lists::{Lists, items};
pub(crate) use params::Params;

/// The connection to a server; what it says of its own accord is heard from now on.
pub(crate) async fn connect(exchange: &Exchange, server: &Server) -> Result<Client, Failure> {
    let client = exchange
        .gateway
        .platform
        .servers
        .connection(server.id)
        .await?;
    exchange
        .gateway
        .hub
        .attach(&exchange.gateway, server.id, &client);
    Ok(client)
}

/// A request of a client on its way to a server. `cancel` ends it, and so does dropping it.
pub(crate) fn forward(
    exchange: &Arc<Exchange>,
    server: Arc<Server>,
    method: &'static str,
    params: Params,
    cancel: CancellationToken,
) -> Running {
    let (sender, events) = mpsc::channel(EVENT_BACKLOG);
    let exchange = Arc::clone(exchange);
    let work = async move {
        let _ends_with_this = cancel.clone().drop_guard();
        let call = Call {
            exchange: &exchange,
            server: &server,
            method,
            params: &params,
            cancel,
            events: sender,
        };
        call.run().await
    };
    Running {
        work: Box::pin(work),
        events,
    }
}

struct Call<'a> {
    exchange: &'a Exchange,
    server: &'a Server,
    method: &'static str,
    params: &'a Params,
    cancel: CancellationToken,
    events: mpsc::Sender<CallEvent>,
}

impl Call<'_> {
    async fn run(&self) -> Result<Box<RawValue>, Failure> {
        let client = tokio::select! {
            client = connect(self.exchange, self.server) => client?,
            () = self.cancel.cancelled() => return Err(Failure::Cancelled),
        };
        match self.send(&client).await {
            Err(UpstreamError::Unauthorized { challenge, .. }) => {
                let servers = &self.exchange.gateway.platform.servers;
                let client = servers
                    .unauthorized(self.server.id, challenge.as_deref())
                    .await?;
                self.translated(&client, self.send(&client).await)
            }
            // A tool may have done its work before the connection ended, so it is not called twice.
            Err(error)
                if error.is_gone()
                    && (self.method != method::TOOLS_CALL || was_never_sent(&error)) =>
            {
                let client = connect(self.exchange, self.server).await?;
                self.translated(&client, self.send(&client).await)
            }
            outcome => self.translated(&client, outcome),
        }
    }

    async fn send(&self, client: &Client) -> Result<Box<RawValue>, UpstreamError> {
        let backend = client.server().version.era();
        let asks = self.exchange.client.can_be_asked();
        let options = CallOptions {
            timeout: Some(self.exchange.gateway.platform.settings.tool_call_timeout),
            cancel: Some(self.cancel.clone()),
            events: Some(self.events.clone()),
            capabilities: asks.then(|| self.exchange.client.capabilities.clone()),
            input: match self.exchange.client.era {
                Era::Stateless => Input::Return,
                Era::Legacy => Input::Ask,
            },
            headers: self.params.headers(self.exchange),
        };
        let params = self.params.for_backend(self.exchange, backend);
        client.request(self.method, Some(params), options).await
    }

    fn translated(
        &self,
        client: &Client,
        outcome: Result<Box<RawValue>, UpstreamError>,
    ) -> Result<Box<RawValue>, Failure> {
        let answer = outcome.map_err(|error| match error {
            UpstreamError::TimedOut { method, after } => Failure::TimedOut {
                server: self.server.catalog_name.clone(),
                method,
                after,
            },
            UpstreamError::Cancelled => Failure::Cancelled,
            error => Failure::Upstream {
                server: self.server.catalog_name.clone(),
                error,
            },
        })?;
        let is_older = client.server().version.era() == Era::Legacy;
        if self.exchange.client.era == Era::Legacy || !is_older {
            return Ok(answer);
        }
        Ok(match self.method {
            method::RESOURCES_READ => with_cache(answer, CacheScope::Private),
            _ => completed(answer),
        })
    }
}

fn was_never_sent(error: &UpstreamError) -> bool {
    matches!(error, UpstreamError::Unreachable { .. })
}
