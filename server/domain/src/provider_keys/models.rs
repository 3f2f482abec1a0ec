//! What keys can be used for: listed by the provider, kept in the database, listed anew when that is old.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use db::models::{Listed, Model as Row};
use llm::models::{Listing, Model, Released};
use llm::providers::Provider;
use uuid::Uuid;

use super::listing::{Access, list};
use super::{Choice, KeyError, Resolved, Result, Source, lock, resolve_choice};
use crate::platform::Platform;
use crate::snapshot::ProviderKey;

/// How long a listing serves. New models are rare, and saving a key or asking for it lists at once.
const FRESH: Duration = Duration::from_hours(6);

/// What a choice can be used for. The last listing serves when the provider is away.
pub async fn models_of(platform: &Platform, choice: Choice) -> Result<Vec<Row>> {
    let known = known(platform, &choice).await?;
    match known {
        Some(rows) if is_fresh(platform, &choice) => Ok(rows),
        earlier => match (refresh(platform, choice).await, earlier) {
            (Ok(rows), _) => Ok(rows),
            (Err(error), Some(rows)) if !rows.is_empty() => {
                tracing::warn!(%error, "models could not be listed; the last list serves");
                Ok(rows)
            }
            (Err(error), _) => Err(error),
        },
    }
}

/// Lists every key anew; what failed, by key.
pub async fn sync(platform: &Platform) -> (usize, Vec<(std::sync::Arc<ProviderKey>, KeyError)>) {
    let keys: Vec<_> = platform.snapshot.load().provider_keys().cloned().collect();
    let (mut synced, mut failed) = (0, Vec::new());
    for key in keys {
        let Some(provider) = llm::providers::provider(&key.provider) else {
            continue;
        };
        let choice = Choice {
            provider,
            source: Source::Organization,
            key: Some(key.clone()),
        };
        match refresh(platform, choice).await {
            Ok(rows) => synced += rows.len(),
            Err(error) => failed.push((key, error)),
        }
    }
    (synced, failed)
}

fn is_fresh(platform: &Platform, choice: &Choice) -> bool {
    if let Some(key) = &choice.key {
        let fresh = TimeDelta::from_std(FRESH).unwrap_or_default();
        let is_fresh = |at| platform.clock.now() - at < fresh;
        return key.tested_at.is_some_and(is_fresh);
    }
    let environment = lock(&platform.provider_keys.environment);
    let listed = environment.get(choice.provider.id);
    let now = platform.clock.monotonic();
    listed.is_some_and(|(at, _)| now.saturating_duration_since(*at) < FRESH)
}

/// The last listing; `None` if this process knows of none.
async fn known(platform: &Platform, choice: &Choice) -> Result<Option<Vec<Row>>> {
    let key_id = choice.key.as_ref().map(|key| key.id);
    let mut rows = db::models::of_key(&platform.db, choice.provider.id, key_id).await?;
    if key_id.is_none() {
        let environment = lock(&platform.provider_keys.environment);
        let Some((_, listed)) = environment.get(choice.provider.id) else {
            return Ok(None);
        };
        rows.retain(|row| listed.binary_search(&row.model_id).is_ok());
    }
    Ok(Some(rows))
}

async fn refresh(platform: &Platform, choice: Choice) -> Result<Vec<Row>> {
    let resolved = resolve_choice(platform, choice).await?;
    let Resolved {
        choice,
        base_url,
        key,
    } = &resolved;
    let access = Access {
        provider: choice.provider,
        base_url,
        key: key.as_ref(),
    };
    let keys = &platform.provider_keys;
    // The configuration may lead where it wants.
    let own = choice.key.as_ref().and_then(|key| key.base_url.as_ref());
    let http = own.map_or(&keys.trusted, |url| keys.http(url));
    let models = list(http, access).await?;
    let key_id = choice.key.as_ref().map(|key| key.id);
    keep(platform, choice.provider, key_id, models).await?;
    Ok(known(platform, choice).await?.unwrap_or_default())
}

/// Remembers a listing.
pub(super) async fn keep(
    platform: &Platform,
    provider: &'static Provider,
    key_id: Option<Uuid>,
    models: Vec<Model>,
) -> Result<()> {
    if provider.listing == Listing::None {
        // Nothing was asked, so nothing is known.
        return Ok(platform.snapshot.refresh(&platform.db).await?);
    }
    let now = platform.clock.now();
    let listed: Vec<Listed> = models.into_iter().map(row).collect();
    let provider = provider.id;
    db::models::keep(&platform.db, provider, key_id, &listed, now).await?;
    if let Some(id) = key_id {
        db::provider_keys::set_tested(&platform.db, id, now).await?;
    } else {
        // A listing is sorted.
        let ids = listed.into_iter().map(|model| model.model_id).collect();
        let listed = (platform.clock.monotonic(), ids);
        lock(&platform.provider_keys.environment).insert(provider, listed);
    }
    Ok(platform.snapshot.refresh(&platform.db).await?)
}

fn row(model: Model) -> Listed {
    let released_at: Option<DateTime<Utc>> = match model.released {
        Some(Released::Unix(seconds)) => DateTime::from_timestamp(seconds, 0),
        Some(Released::Text(text)) => text.parse().ok(),
        None => None,
    };
    Listed {
        model_id: model.id,
        name: model.name,
        description: model.description,
        context_length: model.context_length.and_then(|n| i32::try_from(n).ok()),
        chats: model.chats,
        released_at,
    }
}
