//! Whether the agent, its teams or the organization have spent what they may: if so, nothing is asked of the provider.

use bytes::Bytes;
use domain::platform::Platform;
use domain::snapshot::Snapshot;
use http::Method;
use llm::prices::names_of;

use crate::error::Failure;
use crate::routing::Route;

/// Calls that cost nothing are let through. Of a call that we do not understand only limits for all models are asked.
pub(crate) fn check(
    platform: &Platform,
    snapshot: &Snapshot,
    route: &Route<'_>,
    method: &Method,
    body: &Bytes,
) -> Result<(), Failure> {
    if method != Method::POST {
        return Ok(());
    }
    let names = || {
        route
            .model(body)
            .map(|model| names_of(route.provider.id, &model))
            .unwrap_or_default()
    };
    let checked = platform.limits.check_cost(snapshot, route.agent, names);
    checked.map_err(|used_up| Failure::UsedUp {
        link: format!("{}{}", platform.settings.frontend_url, domain::limits::PAGE),
        used_up,
    })
}
