//! Calls as they are recorded, on any replica, for whoever is watching.

use std::sync::Arc;
use std::time::Duration;

use db::interactions::Interaction;
use db::mcp_tool_calls::McpToolCall;
use db::{Announcement, Announcements, Db};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::limits::Limits;
use crate::snapshot::SnapshotHandle;

/// A watcher this far behind misses calls and is told so.
const BACKLOG: usize = 1024;
const RETRY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Live {
    interactions: broadcast::Sender<Arc<Interaction>>,
    tool_calls: broadcast::Sender<Arc<McpToolCall>>,
    conversations: broadcast::Sender<Uuid>,
    answers: broadcast::Sender<Uuid>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            interactions: broadcast::Sender::new(BACKLOG),
            tool_calls: broadcast::Sender::new(BACKLOG),
            conversations: broadcast::Sender::new(BACKLOG),
            answers: broadcast::Sender::new(BACKLOG),
        }
    }
}

impl Live {
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Interaction>> {
        self.interactions.subscribe()
    }

    pub fn subscribe_tool_calls(&self) -> broadcast::Receiver<Arc<McpToolCall>> {
        self.tool_calls.subscribe()
    }

    /// Ids of conversations in which there is something new.
    pub fn subscribe_conversations(&self) -> broadcast::Receiver<Uuid> {
        self.conversations.subscribe()
    }

    pub fn publish_conversation(&self, id: Uuid) {
        // Without a reader there is nobody to tell.
        drop(self.conversations.send(id));
    }

    /// Ids of conversations whose run was told something.
    pub fn subscribe_answers(&self) -> broadcast::Receiver<Uuid> {
        self.answers.subscribe()
    }

    pub fn publish_answer(&self, id: Uuid) {
        drop(self.answers.send(id));
    }

    async fn publish_interactions(&self, db: &Db, ids: &[Uuid]) {
        if self.interactions.receiver_count() > 0 {
            publish(
                &self.interactions,
                db::interactions::find_many(db, ids).await,
            );
        }
    }

    async fn publish_tool_calls(&self, db: &Db, ids: &[Uuid]) {
        if self.tool_calls.receiver_count() > 0 {
            publish(
                &self.tool_calls,
                db::mcp_tool_calls::find_many(db, ids).await,
            );
        }
    }
}

fn publish<T>(watchers: &broadcast::Sender<Arc<T>>, rows: db::Result<Vec<T>>) {
    match rows {
        Ok(rows) => rows
            .into_iter()
            .for_each(|row| drop(watchers.send(Arc::new(row)))),
        Err(error) => tracing::warn!(%error, "new calls could not be read for the live view"),
    }
}

/// Follows the database's announcements until `stop`: keeps the snapshot and the limits current and feeds the live view.
pub async fn follow(
    db: Db,
    snapshot: SnapshotHandle,
    limits: Limits,
    live: Live,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let session = async {
            let announcements = db.listen().await?;
            // Whatever changed while nobody listened.
            snapshot.refresh(&db).await?;
            limits.refresh(&db).await?;
            hear(announcements, &db, &snapshot, &limits, &live).await
        };
        tokio::select! {
            () = stop.cancelled() => return,
            result = session => if let Err(error) = result {
                tracing::warn!(%error, "not hearing of changes; the last known state serves until the database is back");
            },
        }
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(RETRY) => {} }
    }
}

async fn hear(
    mut announcements: Announcements,
    db: &Db,
    snapshot: &SnapshotHandle,
    limits: &Limits,
    live: &Live,
) -> db::Result<()> {
    loop {
        match announcements.next().await? {
            Announcement::SnapshotChanged => {
                snapshot.refresh(db).await?;
                limits.refresh(db).await?;
            }
            Announcement::LimitsChanged => limits.refresh(db).await?,
            Announcement::InteractionsRecorded(ids) => live.publish_interactions(db, &ids).await,
            Announcement::ToolCallsRecorded(ids) => live.publish_tool_calls(db, &ids).await,
            Announcement::ConversationsChanged(ids) => {
                for id in ids {
                    live.publish_conversation(id);
                }
            }
            Announcement::ConversationsAnswered(ids) => {
                for id in ids {
                    live.publish_answer(id);
                }
            }
        }
    }
}
