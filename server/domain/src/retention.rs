//! Forgets what is older than the organization wants to keep.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;

const EVERY: Duration = Duration::from_mins(10);
/// Rows deleted in one transaction: short enough that nothing else waits for it.
const BATCH: i64 = 2_000;

/// Runs until `stop`. `days` of zero keeps calls for ever.
pub async fn run(platform: std::sync::Arc<Platform>, days: u32, stop: CancellationToken) {
    loop {
        if let Err(error) = sweep(&platform, days).await {
            tracing::warn!(%error, "old rows could not be removed; the next sweep tries again");
        }
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(EVERY) => {} }
    }
}

/// One sweep: calls past their retention, expired sessions and sign-ins.
pub async fn sweep(platform: &Platform, days: u32) -> db::Result<u64> {
    let now = platform.clock.now();
    db::sessions::purge(&platform.db, now).await?;
    db::identity_providers::purge(&platform.db, now).await?;
    for secret in db::oauth::purge(&platform.db, now).await? {
        if let Err(error) = platform.secrets.delete(secret).await {
            tracing::warn!(%error, "what an abandoned sign-in left could not be removed");
        }
    }
    let mut removed = 0;
    if days > 0 {
        let before = now - TimeDelta::days(i64::from(days));
        loop {
            let interactions = db::interactions::purge(&platform.db, before, BATCH).await?;
            let tool_calls = db::mcp_tool_calls::purge(&platform.db, before, BATCH).await?;
            removed += interactions + tool_calls;
            if interactions + tool_calls == 0 {
                break;
            }
        }
    }
    Ok(removed)
}
