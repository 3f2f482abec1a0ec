//! Whose key pays the provider for a caller of ours: the agent's, else the organization's, else this server's.

use domain::platform::Platform;
use domain::provider_keys::{Resolved, Source, choose, resolve_choice, variable};
use domain::snapshot::Snapshot;

use crate::authenticate::Caller;
use crate::error::Failure;
use crate::routing::Route;

/// None for a caller who brought the provider's own key.
pub(crate) async fn payment(
    platform: &Platform,
    snapshot: &Snapshot,
    route: &Route<'_>,
    caller: &Caller,
) -> Result<Option<Resolved>, Failure> {
    let Caller::User { .. } = caller else {
        return Ok(None);
    };
    let upstreams = &platform.upstreams;
    let choice = choose(snapshot, upstreams, route.agent, route.provider);
    if choice.source == Source::Nothing {
        return Err(Failure::NoProviderKey {
            provider: route.provider.name,
            variable: variable(upstreams, route.provider),
        });
    }
    let resolved = resolve_choice(platform, choice).await;
    resolved
        .map(Some)
        .map_err(|error| Failure::ProviderKey(error.to_string()))
}
