//! Slows down guessing: per account and per address, counted in the database so that replicas count together.

use chrono::TimeDelta;
use domain::platform::Platform;

use crate::ApiError;
use crate::extract::ClientAddress;

const WINDOW: TimeDelta = TimeDelta::minutes(15);
const PER_ACCOUNT: i64 = 8;
const PER_ADDRESS: i64 = 40;
/// How long a throttled subject waits after its last failure.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

fn account(email: &str) -> String {
    format!("account:{}", email.trim().to_lowercase())
}

fn address_subject(address: ClientAddress) -> String {
    format!("address:{}", address.text().unwrap_or_default())
}

pub(super) async fn check(
    platform: &Platform,
    email: &str,
    address: ClientAddress,
) -> Result<(), ApiError> {
    let now = platform.clock.now();
    for (subject, allowed) in [
        (account(email), PER_ACCOUNT),
        (address_subject(address), PER_ADDRESS),
    ] {
        let (failures, last) = db::sessions::failures(&platform.db, &subject, now - WINDOW).await?;
        let free_at = last
            .map(|last| last + PAUSE)
            .filter(|free_at| *free_at > now);
        if let Some(free_at) = free_at.filter(|_| failures >= allowed) {
            let wait = (free_at - now).num_seconds().max(1);
            return Err(ApiError::Throttled {
                retry_after: wait.unsigned_abs(),
            });
        }
    }
    Ok(())
}

pub(super) async fn note_failure(
    platform: &Platform,
    email: &str,
    address: ClientAddress,
) -> Result<(), ApiError> {
    let subjects = [account(email), address_subject(address)];
    Ok(db::sessions::note_failure(&platform.db, &subjects, platform.clock.now()).await?)
}

pub(super) async fn forgive(platform: &Platform, email: &str) -> Result<(), ApiError> {
    Ok(db::sessions::forgive(&platform.db, &account(email)).await?)
}
