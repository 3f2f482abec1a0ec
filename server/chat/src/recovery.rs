//! Runs whose replica is gone: they get an end that says so, and can be gone on with.

use std::time::Duration;

use chrono::TimeDelta;
use db::conversations::{Events, Progress, Run};
use serde_json::Value;

use crate::Chat;
use crate::parts::Parts;
use crate::run::{Ending, LEASE, finish_message, run_end};

/// How often it is looked for them.
const EVERY: Duration = Duration::from_secs(2);
/// Readers may have heard more than was kept. So many numbers are left out, so that none they know is given again.
const UNKEPT: i64 = 1_000_000;
/// A file that was uploaded and not sent is kept for so long.
const UNSENT: TimeDelta = TimeDelta::days(1);

pub(crate) async fn run(chat: &Chat) {
    loop {
        if chat.platform.database.is_up()
            && let Err(error) = sweep(chat).await
        {
            tracing::warn!(%error, "broken-off answers were not looked for");
        }
        tokio::select! {
            () = chat.platform.stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn sweep(chat: &Chat) -> db::Result<()> {
    let now = chat.platform.clock.now();
    let db = &chat.platform.db;
    for run in db::conversations::take_lapsed(db, chat.holder, now, now + LEASE).await? {
        interrupt(chat, run).await?;
    }
    db::attachments::delete_forgotten(db, now - UNSENT).await?;
    Ok(())
}

/// Puts the message together from the events that were kept, and adds their end.
async fn interrupt(chat: &Chat, mut run: Run) -> db::Result<()> {
    let db = &chat.platform.db;
    let found = db::conversations::message(db, run.conversation_id, run.message_id).await?;
    let Some(mut message) = found else {
        return Ok(());
    };
    let rows = db::conversations::events_after(db, run.conversation_id, 0).await?;
    let mut parts = Parts::from_value(&message.parts);
    fold(&mut parts, &rows);
    Ending::Interrupted.status().clone_into(&mut run.status);
    run.finished_at = Some(chat.platform.clock.now());
    finish_message(&mut message, &mut parts, &Ending::Interrupted);
    let mut events = Ending::Interrupted.events();
    events.push(run_end(&run, message.clone()));
    let last = rows.last().map_or(0, |row| row.last_id) + UNKEPT;
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let progress = Progress {
        run: &run,
        events: Some(Events {
            first_id: last + 1,
            last_id: last + i64::try_from(lines.len()).unwrap_or(0),
            events: lines.join("\n"),
        }),
        message: Some(&message),
    };
    db::conversations::progress(db, &progress).await?;
    tracing::warn!(conversation = %run.conversation_id, "an answer broke off with its server; it can be gone on with");
    Ok(())
}

/// The parts as the events tell of them, with the whole results that the row has.
pub(crate) fn fold(parts: &mut Parts, rows: &[Events]) {
    let mut told = Parts::default();
    for line in rows.iter().flat_map(|row| row.events.lines()) {
        let Ok(event) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if event["type"] == "data-run" {
            told = Parts::from_value(&event["data"]["message"]["parts"]);
        }
        told.apply(&event);
    }
    told.with_results_of(parts);
    *parts = told;
}
