//! What happens, as server-sent events over one connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use domain::platform::Platform;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// Tells the reader to fetch again what it shows.
pub(crate) fn missed() -> Event {
    Event::default().event("missed").data("reload")
}

/// What is so at first, then what `event` makes of each change.
pub(crate) fn watch<T, F>(
    platform: &Platform,
    first: Vec<Event>,
    changes: broadcast::Receiver<Arc<T>>,
    mut event: F,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<T, F>>
where
    T: Send + Sync + 'static,
    F: FnMut(&T) -> Option<Event> + Send + 'static,
{
    let changes = BroadcastStream::new(changes).filter_map(move |change| {
        // An error says that the reader was too slow.
        let event = change.map_or_else(|_| Some(missed()), |change| event(&change));
        std::future::ready(event)
    });
    // A stop must not wait for a page that somebody left open.
    let stopping = platform.stopping.clone();
    let events = stream::iter(first)
        .chain(changes)
        .map(Ok)
        .take_until(async move { stopping.cancelled().await });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
