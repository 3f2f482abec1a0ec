//! Keys as they are sent, in memory, so that no call waits for the secret store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use secrets::Secrets;
use uuid::Uuid;

use super::{KeyError, Result, lock};
use crate::clock::Clock;
use crate::platform::Platform;

/// The field of a key's secret.
pub(super) const FIELD: &str = "key";

/// Whoever changes a value where it is kept, and not here, waits this long; Vault's own answers are kept as long.
const FRESH: Duration = Duration::from_secs(30);

type Known = Arc<Mutex<HashMap<Uuid, Value>>>;

#[derive(Default)]
pub(super) struct Values(Known);

struct Value {
    value: SecretString,
    read_at: Instant,
}

impl Values {
    /// An old value serves while a new one is read, and while the store is away.
    pub(super) async fn get(&self, platform: &Platform, id: Uuid) -> Result<SecretString> {
        let now = platform.clock.monotonic();
        let known = {
            let mut values = lock(&self.0);
            values.get_mut(&id).map(|known| {
                let is_old = now.saturating_duration_since(known.read_at) > FRESH;
                if is_old {
                    known.read_at = now;
                }
                (known.value.clone(), is_old)
            })
        };
        let Some((value, is_old)) = known else {
            return read(&self.0, &platform.secrets, platform.clock.as_ref(), id).await;
        };
        if is_old {
            self.read_again(platform, id);
        }
        Ok(value)
    }

    fn read_again(&self, platform: &Platform, id: Uuid) {
        let (known, secrets, clock) = (
            self.0.clone(),
            platform.secrets.clone(),
            platform.clock.clone(),
        );
        // Values of deleted keys and of earlier ones have nobody left to ask for them.
        let in_use: Vec<Uuid> = platform
            .snapshot
            .load()
            .provider_keys()
            .filter_map(|key| key.secret_id)
            .collect();
        lock(&known).retain(|id, _| in_use.contains(id));
        platform.tasks.spawn(async move {
            match read(&known, &secrets, clock.as_ref(), id).await {
                Ok(_) => {}
                Err(KeyError::ValueGone) => drop(lock(&known).remove(&id)),
                Err(error) => {
                    tracing::warn!(%error, "a provider key could not be read again; the value known serves");
                }
            }
        });
    }
}

async fn read(
    known: &Known,
    secrets: &Secrets,
    clock: &dyn Clock,
    id: Uuid,
) -> Result<SecretString> {
    let value = secrets.field(id, FIELD).await?.ok_or(KeyError::ValueGone)?;
    let entry = Value {
        value: value.clone(),
        read_at: clock.monotonic(),
    };
    lock(known).insert(id, entry);
    Ok(value)
}
