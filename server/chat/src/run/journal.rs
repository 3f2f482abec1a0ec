//! Writes a run's events to the database a few times a second, beside the run and without holding it up.

use std::time::Duration;

use db::conversations::{Events, Progress};
use tokio_util::sync::CancellationToken;

use super::LEASE;
use crate::Chat;
use crate::hub::LocalRun;

/// How often, while there is something to write.
const EVERY: Duration = Duration::from_millis(250);
/// How often the lease is renewed while there is nothing.
const RENEWAL: Duration = Duration::from_secs(2);
/// A database that comes back within this time gets the end of an answer.
const PATIENCE: u32 = 240;

/// Until `done`, and then once more with the message.
pub(super) async fn keep(chat: &Chat, local: &LocalRun, done: &CancellationToken) {
    let mut written = local.before();
    let mut watch = local.watch();
    let mut saved = String::new();
    loop {
        let over = done.is_cancelled();
        match write(chat, local, written, over, &mut saved).await {
            Ok(Some(last)) => written = last,
            // Another replica has taken it: nothing of this is wanted any more.
            Ok(None) => return local.stop.cancel(),
            Err(error) => {
                tracing::warn!(%error, "events of an answer could not be written; tried again");
                if over {
                    return at_last(chat, local, written, &mut saved).await;
                }
            }
        }
        if over {
            return;
        }
        let changed = async {
            // An error means that the run is gone, which `done` tells as well.
            let _ = watch.changed().await;
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = done.cancelled() => {}
            () = changed => {}
            () = tokio::time::sleep(RENEWAL) => {}
        }
    }
}

/// The end is worth some patience; a server that stops has none.
async fn at_last(chat: &Chat, local: &LocalRun, written: i64, saved: &mut String) {
    for _ in 0..PATIENCE {
        tokio::select! {
            () = chat.platform.stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if write(chat, local, written, true, saved).await.is_ok() {
            return;
        }
    }
}

/// Returns the last event that is written; none if this replica does not hold the run any more.
async fn write(
    chat: &Chat,
    local: &LocalRun,
    written: i64,
    over: bool,
    saved: &mut String,
) -> db::Result<Option<i64>> {
    let (mut run, mut message, parts, last) = local.now();
    if !over {
        run.finished_at = None;
    }
    run.lease_until = chat.platform.clock.now() + LEASE;
    let told = local.after(written).unwrap_or_default();
    let told = told.iter().take_while(|(id, _)| *id <= last);
    let lines: Vec<&str> = told.map(|(_, event)| &**event).collect();
    let events = (!lines.is_empty()).then(|| Events {
        first_id: written + 1,
        last_id: last,
        events: lines.join("\n"),
    });
    // Results that readers get cut are whole in the message only, so it is written after each of them.
    let results: String = parts
        .0
        .iter()
        .filter_map(|part| part["state"].as_str())
        .collect();
    let has_results = results.contains("output") && results != *saved;
    if !over {
        message.parts = parts.to_value();
        message.words = parts.words();
    }
    let written = db::conversations::progress(
        &chat.platform.db,
        &Progress {
            run: &run,
            events,
            message: (over || has_results).then_some(&message),
        },
    )
    .await?;
    *saved = results;
    Ok(written.then_some(last))
}
