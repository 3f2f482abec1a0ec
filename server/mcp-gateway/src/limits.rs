//! How many calls may be made: each is counted before it is, by the statement that lets it through.

use std::sync::Arc;

use domain::limits::{PAGE, Refusal, ServerCall};
use domain::snapshot::{Server, Tool};

use crate::answer::Running;
use crate::dispatch::Exchange;
use crate::error::Failure;

/// The same call, made only if no limit is used up. What asks for more of the same call comes with the state of it and is
/// counted no second time.
pub(crate) fn counted(
    exchange: &Arc<Exchange>,
    server: &Arc<Server>,
    tool: Option<&Arc<Tool>>,
    running: Running,
) -> Running {
    let (exchange, server, tool) = (Arc::clone(exchange), Arc::clone(server), tool.cloned());
    let Running { work, events } = running;
    let work = async move {
        take(&exchange, &server, tool.as_deref()).await?;
        work.await
    };
    Running {
        work: Box::pin(work),
        events,
    }
}

async fn take(exchange: &Exchange, server: &Server, tool: Option<&Tool>) -> Result<(), Failure> {
    let platform = &exchange.gateway.platform;
    let call = ServerCall {
        agent: exchange.agent.id,
        server,
        tool: tool.map(|tool| (tool.name.as_str(), tool.raw_name.as_str())),
    };
    let taken = platform
        .limits
        .take_call(&platform.db, &exchange.snapshot, call);
    taken.await.map_err(|refusal| match refusal {
        Refusal::UsedUp(used_up) => Failure::UsedUp {
            used_up,
            link: format!("{}{PAGE}", platform.settings.frontend_url),
        },
        Refusal::Database(error) => error.into(),
    })
}
