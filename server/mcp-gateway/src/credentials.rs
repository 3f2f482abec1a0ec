//! Which installation of a server a call goes to, and with it whose credentials: the one the assignment names, or else the
//! caller's own, their team's, the organization's.

use std::sync::Arc;

use domain::snapshot::{AgentTool, Server};

use crate::dispatch::Exchange;
use crate::error::{Failure, install_link};

pub(crate) fn server<'a>(
    exchange: &'a Exchange,
    assigned: &AgentTool,
) -> Result<&'a Arc<Server>, Failure> {
    let found = exchange
        .snapshot
        .server_for(assigned, &exchange.caller.kind);
    found.map_err(|missing| Failure::NotInstalled {
        link: install_link(
            &exchange.gateway.platform.settings.frontend_url,
            missing.catalog_id,
        ),
        server: missing
            .catalog_name
            .unwrap_or_else(|| assigned.tool.name.clone()),
    })
}
