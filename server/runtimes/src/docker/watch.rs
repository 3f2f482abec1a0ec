//! The statuses of all servers as they change, from the engine's events.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use chrono::DateTime;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use uuid::Uuid;

use super::{Shared, names};
use crate::error::{Error, Result};
use crate::status::Status;

/// Between two looks for an engine that is away: short at first, because a restart takes seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

type Events = BoxStream<'static, Result<EventMessage, EngineError>>;

struct Watch {
    shared: Arc<Shared>,
    events: Option<Events>,
    /// Told one after the other.
    news: VecDeque<(Uuid, Status)>,
    /// Servers that were there: one that is gone after the engine was away is told of too.
    seen: BTreeSet<Uuid>,
    pause: Duration,
}

pub(super) fn watch(shared: Arc<Shared>) -> BoxStream<'static, (Uuid, Status)> {
    let watch = Watch {
        shared,
        events: None,
        news: VecDeque::new(),
        seen: BTreeSet::new(),
        pause: FIRST_PAUSE,
    };
    stream::unfold(watch, async |mut watch| Some((watch.next().await, watch))).boxed()
}

impl Watch {
    async fn next(&mut self) -> (Uuid, Status) {
        loop {
            if let Some(news) = self.news.pop_front() {
                return news;
            }
            let Some(events) = &mut self.events else {
                self.connect().await;
                continue;
            };
            match events.next().await {
                Some(Ok(event)) => self.take(&event).await,
                Some(Err(_)) | None => self.events = None,
            }
        }
    }

    async fn connect(&mut self) {
        match self.subscribe().await {
            Ok(events) => {
                self.events = Some(events);
                self.pause = FIRST_PAUSE;
            }
            Err(error) => {
                tracing::debug!(%error, "the container engine is away");
                tokio::time::sleep(self.pause).await;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// The events begin before the first look at all servers, so that nothing falls in between.
    async fn subscribe(&mut self) -> Result<Events> {
        let engine = self.shared.engine.check().await?;
        let info = self
            .shared
            .answer("ask the engine", engine.client.info().await);
        let now = since(info.await?.system_time.as_deref());
        let app = format!("{}={}", names::APP, names::APP_VALUE);
        let instance = format!("{}={}", names::INSTANCE, self.shared.instance);
        let told = ["start", "die", "destroy", "oom", "pause", "unpause"];
        let filters = HashMap::from([
            ("type", vec!["container".to_owned()]),
            ("label", vec![app, instance.clone()]),
            ("event", told.map(str::to_owned).to_vec()),
        ]);
        let options = EventsOptionsBuilder::default()
            .since(&now)
            .filters(&filters)
            .build();
        let mut events = engine.client.events(Some(options)).boxed();
        let mut looking = std::pin::pin!(self.shared.present(instance));
        let mut early = Vec::new();
        // The stream asks the engine only when it is polled: an engine that is restarted before that has no memory of
        // what we would have missed.
        let present = loop {
            tokio::select! {
                present = &mut looking => break present?,
                event = events.next() => early.push(event),
            }
            if matches!(early.last(), Some(None | Some(Err(_)))) {
                return Err(Error::Unavailable {
                    cause: "the engine went away".to_owned(),
                    fix: "Start it again".to_owned(),
                });
            }
        };
        let present_ids: BTreeSet<Uuid> = present.iter().map(|(id, _)| *id).collect();
        let gone = self.seen.difference(&present_ids);
        let gone = gone.map(|id| (*id, Status::default()));
        self.news.extend(gone.chain(present));
        self.seen = present_ids;
        Ok(stream::iter(early.into_iter().flatten())
            .chain(events)
            .boxed())
    }

    /// An event says that something has changed; what it is now is asked.
    async fn take(&mut self, event: &EventMessage) {
        let actor = event.actor.as_ref();
        let labels = actor.and_then(|actor| actor.attributes.as_ref());
        let Some(id) = labels.and_then(names::id_of) else {
            return;
        };
        if let Ok(status) = self.shared.status(id).await {
            self.seen.insert(id);
            self.news.push_back((id, status));
        } else {
            self.events = None;
        }
    }
}

impl Shared {
    /// All servers with their statuses, each once.
    async fn present(&self, instance: String) -> Result<Vec<(Uuid, Status)>> {
        let containers = self.containers(instance).await?;
        let labels = containers.iter().filter_map(|it| it.labels.as_ref());
        let ids: BTreeSet<Uuid> = labels.filter_map(names::id_of).collect();
        let mut present = Vec::new();
        for id in ids {
            present.push((id, self.status(id).await?));
        }
        Ok(present)
    }
}

/// The engine's own clock, in the form in which its events take it: `seconds.nanoseconds`.
fn since(engine_time: Option<&str>) -> String {
    let time = engine_time.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    time.map_or_else(String::new, |time| {
        format!("{}.{:09}", time.timestamp(), time.timestamp_subsec_nanos())
    })
}
