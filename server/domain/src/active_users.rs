//! How many people used models lately, counted now and then: no counter of a replica could tell.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;

/// Every count reads a week of rows.
const EVERY: Duration = Duration::from_mins(15);

/// Runs until `stop`.
pub async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    loop {
        if let Err(error) = count(&platform).await {
            tracing::debug!(%error, "active people could not be counted; the next round tries again");
        }
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(EVERY) => {} }
    }
}

/// One round.
pub async fn count(platform: &Platform) -> db::Result<()> {
    let now = platform.clock.now();
    let (week, day) = db::interactions::active_users(
        &platform.db,
        now - TimeDelta::days(7),
        now - TimeDelta::days(1),
    )
    .await?;
    platform.metrics.active_users("7d", week);
    platform.metrics.active_users("24h", day);
    Ok(())
}
