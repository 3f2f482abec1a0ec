//! Whether a tool may be called now: one that has changed since it was approved may not, and one its server no longer has
//! cannot.

use crate::catalog::Entry;
use crate::dispatch::Exchange;
use crate::error::Failure;

pub(crate) fn check(exchange: &Exchange, entry: &Entry) -> Result<(), Failure> {
    let tool = &entry.assigned.tool;
    if tool.paused {
        let frontend = &exchange.gateway.platform.settings.frontend_url;
        return Err(Failure::Paused {
            tool: entry.name.clone(),
            link: format!("{frontend}/tools?tool={}", tool.id),
        });
    }
    if !tool.available {
        return Err(Failure::UnknownTool(entry.name.clone()));
    }
    Ok(())
}
