//! The calls that wait for an answer, and how long each may still wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::{CallEvent, Notification, ServerRequest};
use crate::error::Error;

pub(super) type Outcome = Result<Box<RawValue>, Error>;

#[derive(Default)]
pub(super) struct Calls {
    waiting: Mutex<HashMap<i64, Waiting>>,
}

pub(super) struct Waiting {
    /// Over HTTP a call usually reads its answer itself.
    pub(super) reply: Option<oneshot::Sender<Outcome>>,
    pub(super) events: Option<mpsc::Sender<CallEvent>>,
    /// The caller's own progress token; on the wire it is the call's id.
    pub(super) token: Option<Box<RawValue>>,
    pub(super) clock: Arc<Clock>,
}

impl Calls {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, id: i64, waiting: Waiting) {
        self.lock().insert(id, waiting);
    }

    pub(super) fn close(&self, id: i64) {
        self.lock().remove(&id);
    }

    /// Hands a call its outcome; an unknown id is a call that was given up.
    pub(super) fn settle(&self, id: i64, outcome: Outcome) {
        let reply = self.lock().get_mut(&id).and_then(|call| call.reply.take());
        if let Some(reply) = reply {
            // A receiver that is gone has given up.
            let _ = reply.send(outcome);
        }
    }

    /// The only call there is, when an answer came that does not say whose it is.
    pub(super) fn only(&self) -> Option<i64> {
        let waiting = self.lock();
        let mut ids = waiting.keys();
        match (ids.next(), ids.next()) {
            (Some(id), None) => Some(*id),
            _ => None,
        }
    }

    /// The only call that listens, for what a server says without saying to whom.
    pub(super) fn only_listener(&self) -> Option<i64> {
        let waiting = self.lock();
        let mut listening = waiting.iter().filter(|(_, call)| call.events.is_some());
        match (listening.next(), listening.next()) {
            (Some((id, _)), None) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn clock(&self, id: i64) -> Option<Arc<Clock>> {
        self.lock().get(&id).map(|call| call.clock.clone())
    }

    pub(super) fn token(&self, id: i64) -> Option<Box<RawValue>> {
        self.lock().get(&id)?.token.clone()
    }

    /// Tells a call's caller something. A caller that does not keep up loses it: one slow listener must not hold up the
    /// others on the same wire.
    pub(super) fn notify(&self, id: i64, notification: Notification) -> bool {
        let waiting = self.lock();
        let Some(call) = waiting.get(&id) else {
            return false;
        };
        call.clock.touch();
        let Some(events) = &call.events else {
            return false;
        };
        events
            .try_send(CallEvent::Notification(notification))
            .is_ok()
    }

    /// Hands a question to a call's caller, or back.
    pub(super) fn ask(&self, id: i64, request: ServerRequest) -> Result<(), ServerRequest> {
        let events = self.lock().get(&id).and_then(|call| call.events.clone());
        let Some(events) = events else {
            return Err(request);
        };
        match events.try_send(CallEvent::Request(request)) {
            Ok(()) => Ok(()),
            Err(error) => match error.into_inner() {
                CallEvent::Request(request) => Err(request),
                CallEvent::Notification(_) => Ok(()),
            },
        }
    }
}

/// How long a call may still be silent. While the server waits for an answer of ours it does not run.
pub(super) struct Clock {
    limit: Duration,
    state: Mutex<(Instant, usize)>,
    changed: Notify,
}

/// Stops a clock until it is dropped.
#[derive(Debug)]
pub(super) struct Hold(Arc<Clock>);

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Clock").field(&self.limit).finish()
    }
}

impl Clock {
    pub(super) fn new(limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            state: Mutex::new((Instant::now(), 0)),
            changed: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, (Instant, usize)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn touch(&self) {
        self.state().0 = Instant::now();
    }

    pub(super) fn hold(self: &Arc<Self>) -> Hold {
        self.state().1 += 1;
        Hold(self.clone())
    }

    /// Returns once the call has been silent for too long.
    pub(super) async fn expired(&self) {
        loop {
            let (since, holds) = *self.state();
            if holds > 0 {
                self.changed.notified().await;
                continue;
            }
            let deadline = since + self.limit;
            if Instant::now() >= deadline {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        {
            let mut state = self.0.state();
            state.1 -= 1;
            state.0 = Instant::now();
        }
        self.0.changed.notify_one();
    }
}
