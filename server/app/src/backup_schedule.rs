//! Makes a backup of our own database from time to time.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use domain::backups::{BackupError, Reason};
use domain::platform::Platform;
use tokio_util::sync::CancellationToken;

/// Between looks at whether one is due: a start in between must not put it off.
const LOOK: Duration = Duration::from_mins(10);

/// Runs until `stop`.
pub(crate) async fn run(platform: Arc<Platform>, every: TimeDelta, stop: CancellationToken) {
    loop {
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(LOOK) => {} }
        if let Err(error) = make_if_due(&platform, every).await {
            tracing::error!(%error, "the scheduled backup could not be made; it is tried again in ten minutes");
        }
    }
}

async fn make_if_due(platform: &Platform, every: TimeDelta) -> Result<(), BackupError> {
    let folder = &platform.settings.backups;
    let now = platform.clock.now();
    let made = folder.list()?.into_iter();
    let latest = made
        .filter(|one| one.reason == Reason::Scheduled)
        .map(|one| one.created_at)
        .max();
    if latest.is_none_or(|latest| now - latest >= every) {
        folder.create(&platform.db, Reason::Scheduled, now).await?;
    }
    Ok(())
}
