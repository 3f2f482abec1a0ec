//! Everything in a conversation, as it was at one moment.

use uuid::Uuid;

use super::runs::{Events, Run, events_of, latest_runs_of};
use super::{Conversation, Message, find_of, messages_of};
use crate::{Db, Result};

#[derive(Debug)]
pub struct Contents {
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// The newest one.
    pub run: Option<Run>,
    pub last_event: i64,
    /// Of the newest run; while it is under way its message lacks what they tell.
    pub events: Vec<Events>,
}

/// None if it is gone. A run that has ended stands beside its whole message, whatever is written meanwhile.
pub async fn contents(db: &Db, conversation_id: Uuid) -> Result<Option<Contents>> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let mut tx = db.pool.begin_with(begin).await?;
    let Some(conversation) = find_of(&mut *tx, conversation_id).await? else {
        return Ok(None);
    };
    let messages = messages_of(&mut *tx, conversation_id).await?;
    let run = latest_runs_of(&mut *tx, &[conversation_id]).await?.pop();
    let events = events_of(&mut *tx, conversation_id, 0).await?;
    tx.commit().await?;
    Ok(Some(Contents {
        conversation,
        messages,
        run,
        last_event: events.last().map_or(0, |row| row.last_id),
        events,
    }))
}
