//! What happens in a conversation, to whoever follows it: from any event on, on any replica, also after a restart.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Extract;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::extract::{Mine, Query};
use crate::hub::{LocalRun, Numbered};
use crate::{Chat, ChatError, State};

/// In case an announcement was missed.
const AGAIN: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Deserialize, IntoParams)]
pub(crate) struct EventsQuery {
    /// The last event that is known already; absent: from the beginning of the last run.
    after: Option<i64>,
}

/// Server-sent events with their numbers; `reset` where what lies between is gone and the conversation is to be read anew.
#[utoipa::path(get, path = "/api/chat/conversations/{id}/events", tag = "chat", params(("id" = Uuid, Path), EventsQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn events(
    Extract(chat): State,
    Mine(row): Mine,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ChatError> {
    let resumed = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let stopping = chat.platform.stopping.clone();
    let followed = follow(&chat, row.id, resumed.or(query.after));
    let events = followed.map(|step| {
        Ok(match step {
            Step::Event((id, event)) => Event::default().id(id.to_string()).data(&*event),
            Step::Reset => Event::default().event("reset").data("reload"),
        })
    });
    // A stop must not wait for a page that somebody left open.
    let events = events.take_until(async move { stopping.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

pub(crate) enum Step {
    Event(Numbered),
    /// What lies between is not kept any more. Nothing comes after this.
    Reset,
}

struct Follower {
    chat: Arc<Chat>,
    conversation: Uuid,
    /// None until the first event is known.
    after: Option<i64>,
    announced: Receiver<Uuid>,
    is_over: bool,
}

/// Everything after an event, for ever.
pub(crate) fn follow(
    chat: &Arc<Chat>,
    conversation: Uuid,
    after: Option<i64>,
) -> impl Stream<Item = Step> + use<> {
    let follower = Follower {
        announced: chat.platform.live.subscribe_conversations(),
        chat: Arc::clone(chat),
        conversation,
        after,
        is_over: false,
    };
    let batches = stream::unfold(follower, |mut follower| async {
        let batch = follower.next().await?;
        Some((stream::iter(batch), follower))
    });
    batches.flatten()
}

impl Follower {
    async fn next(&mut self) -> Option<Vec<Step>> {
        if self.is_over {
            return None;
        }
        loop {
            let local = self.chat.hub.get(self.conversation);
            let told = match &local {
                Some(local) => local_events(local, &mut self.after),
                None => self.kept().await,
            };
            match told {
                Some(told) if told.is_empty() => self.wait(local.as_deref()).await,
                Some(told) => {
                    self.after = told.last().map(|(id, _)| *id);
                    return Some(told.into_iter().map(Step::Event).collect());
                }
                None => {
                    self.is_over = true;
                    return Some(vec![Step::Reset]);
                }
            }
        }
    }

    /// What the database has; none if something between is missing, or if it knows less than the reader does: then its
    /// replica was killed before it had written what it told.
    async fn kept(&self) -> Option<Vec<Numbered>> {
        let known = self.after.unwrap_or(0);
        let db = &self.chat.platform.db;
        let rows = match db::conversations::events_after(db, self.conversation, known).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::debug!(%error, "events could not be read; tried again");
                return Some(Vec::new());
            }
        };
        let is_gone = |after| match rows.first() {
            Some(row) => row.first_id - 1 > after,
            None => after > 0,
        };
        if self.after.is_some_and(is_gone) {
            return None;
        }
        let lines = rows
            .iter()
            .flat_map(|row| (row.first_id..).zip(row.events.lines().map(Arc::<str>::from)));
        Some(lines.filter(|(id, _)| *id > known).collect())
    }

    async fn wait(&mut self, local: Option<&LocalRun>) {
        let Some(local) = local else {
            let ours = announced(&mut self.announced, self.conversation);
            tokio::select! { () = ours => {} () = tokio::time::sleep(AGAIN) => {} }
            return;
        };
        let known = self.after.unwrap_or(0);
        let mut watch = local.watch();
        tokio::select! {
            _ = watch.wait_for(|last| *last > known) => {}
            () = local.gone.cancelled() => {}
        }
    }
}

fn local_events(local: &LocalRun, after: &mut Option<i64>) -> Option<Vec<Numbered>> {
    let after = after.get_or_insert_with(|| local.before());
    local.after(*after)
}

async fn announced(announced: &mut Receiver<Uuid>, conversation: Uuid) {
    loop {
        match announced.recv().await {
            Ok(id) if id != conversation => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
