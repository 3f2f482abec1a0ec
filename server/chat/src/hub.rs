//! The runs of this replica, as far as their readers and their writer need them: every event in memory, at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use db::conversations::{Message, Run};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::parts::{Parts, cut};

#[derive(Default)]
pub(crate) struct Hub(Mutex<HashMap<Uuid, Arc<LocalRun>>>);

impl Hub {
    pub(crate) fn get(&self, conversation: Uuid) -> Option<Arc<LocalRun>> {
        lock(&self.0).get(&conversation).cloned()
    }

    pub(crate) fn insert(&self, run: &Arc<LocalRun>) {
        lock(&self.0).insert(run.conversation_id, Arc::clone(run));
    }

    /// From now on its readers read what the database has of it.
    pub(crate) fn remove(&self, run: &LocalRun) {
        lock(&self.0).remove(&run.conversation_id);
        run.gone.cancel();
    }
}

/// An event with its number.
pub(crate) type Numbered = (i64, Arc<str>);

pub(crate) struct LocalRun {
    pub(crate) conversation_id: Uuid,
    pub(crate) run_id: Uuid,
    state: Mutex<State>,
    last: watch::Sender<i64>,
    /// A person wants it to end.
    pub(crate) stop: CancellationToken,
    /// It is no longer in the hub.
    pub(crate) gone: CancellationToken,
    answers: Mutex<HashMap<(String, String), Value>>,
    answered: Notify,
}

struct State {
    first_id: i64,
    events: Vec<Arc<str>>,
    parts: Parts,
    run: Run,
    message: Message,
    /// Calls that wait for a person.
    waiting: usize,
}

impl LocalRun {
    /// `last_id`: the conversation's last event before this run.
    pub(crate) fn new(run: Run, message: Message, last_id: i64) -> Arc<Self> {
        Arc::new(Self {
            conversation_id: run.conversation_id,
            run_id: run.id,
            last: watch::Sender::new(last_id),
            state: Mutex::new(State {
                first_id: last_id + 1,
                events: Vec::new(),
                parts: Parts::from_value(&message.parts),
                run,
                message,
                waiting: 0,
            }),
            stop: CancellationToken::new(),
            gone: CancellationToken::new(),
            answers: Mutex::default(),
            answered: Notify::new(),
        })
    }

    /// Tells every reader, at once.
    pub(crate) fn tell(&self, event: &Value) {
        let mut state = lock(&self.state);
        state.parts.apply(event);
        self.push(&mut state, event);
    }

    /// The message keeps the whole result; readers get one that is too long cut.
    pub(crate) fn tell_output(&self, call_id: &str, output: &Value) {
        let event = |output: &Value| json!({ "type": "tool-output-available", "toolCallId": call_id, "output": output, "dynamic": true });
        let mut state = lock(&self.state);
        state.parts.apply(&event(output));
        let Some((shown, size)) = cut(output) else {
            self.push(&mut state, &event(output));
            return;
        };
        self.push(&mut state, &event(&shown));
        let fields = json!({ "toolCallId": call_id, "truncated": true, "outputSize": size });
        let more = json!({ "type": "data-tool", "data": fields, "transient": true });
        self.push(&mut state, &more);
    }

    fn push(&self, state: &mut State, event: &Value) {
        state.events.push(Arc::from(event.to_string()));
        let last = state.last_id();
        self.last.send_replace(last);
    }

    /// What was told after an event; none if something between is not here.
    pub(crate) fn after(&self, after: i64) -> Option<Vec<Numbered>> {
        let state = lock(&self.state);
        let skipped = after.checked_sub(state.first_id - 1)?;
        let events = state.events.get(usize::try_from(skipped).ok()?..)?;
        Some((after + 1..).zip(events.iter().cloned()).collect())
    }

    /// The number before its first event.
    pub(crate) fn before(&self) -> i64 {
        lock(&self.state).first_id - 1
    }

    pub(crate) fn watch(&self) -> watch::Receiver<i64> {
        self.last.subscribe()
    }

    /// The run, its message as far as it is, and the number of the last event in it.
    pub(crate) fn now(&self) -> (Run, Message, Parts, i64) {
        let state = lock(&self.state);
        (
            state.run.clone(),
            state.message.clone(),
            state.parts.clone(),
            state.last_id(),
        )
    }

    pub(crate) fn parts(&self) -> Parts {
        lock(&self.state).parts.clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Run, &mut Message, &mut Parts)) {
        let mut state = lock(&self.state);
        let State {
            run,
            message,
            parts,
            ..
        } = &mut *state;
        change(run, message, parts);
    }

    /// One more call waits for a person, or one less.
    pub(crate) fn wait_for_person(&self, begins: bool) {
        let mut state = lock(&self.state);
        let was = state.waiting > 0;
        state.waiting = if begins {
            state.waiting + 1
        } else {
            state.waiting.saturating_sub(1)
        };
        let is = state.waiting > 0;
        if was == is {
            return;
        }
        let status = if is { "waiting" } else { "running" };
        status.clone_into(&mut state.run.status);
        let shown = if is { "waiting" } else { "streaming" };
        shown.clone_into(&mut state.message.status);
        let event =
            json!({ "type": "data-status", "data": { "status": status }, "transient": true });
        self.push(&mut state, &event);
    }

    /// Takes what people said; known answers change nothing.
    pub(crate) fn hear(&self, answers: Vec<db::conversations::Answer>) {
        for answer in answers {
            if answer.kind == STOP {
                self.stop.cancel();
            }
            lock(&self.answers).insert((answer.kind, answer.key), answer.body);
        }
        self.answered.notify_waiters();
    }

    pub(crate) async fn answer(&self, kind: &str, key: &str) -> Value {
        let key = (kind.to_owned(), key.to_owned());
        loop {
            let heard = self.answered.notified();
            if let Some(answer) = lock(&self.answers).get(&key) {
                return answer.clone();
            }
            heard.await;
        }
    }
}

impl State {
    fn last_id(&self) -> i64 {
        self.first_id - 1 + i64::try_from(self.events.len()).unwrap_or(0)
    }
}

pub(crate) const STOP: &str = "stop";
pub(crate) const APPROVAL: &str = "approval";
pub(crate) const ELICITATION: &str = "elicitation";

/// Nothing is ever left half changed under these locks, so a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
