//! An answer in the making: begun by a request, it goes on without one until its end.

mod calls;
mod journal;
mod trace;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use db::conversations::{Message, Run};
use opentelemetry::context::FutureExt as _;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::hub::LocalRun;
use crate::parts::Parts;
use crate::{Chat, ChatError, titles, wire};

/// How long a replica may be silent before another one takes its runs for broken off.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(6);

/// Why an answer could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) kind: &'static str,
    /// Where it can be mended.
    pub(crate) link: Option<String>,
}

impl Fault {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind,
            link: None,
        }
    }
}

impl From<db::Error> for Fault {
    fn from(error: db::Error) -> Self {
        tracing::error!(%error, "an answer broke off");
        Self::new(
            "unavailable",
            "The database did not answer, so this answer broke off. Go on with it in a moment.",
        )
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With the model's own word for why.
    Completed(String),
    /// A person ended it.
    Stopped,
    /// The server ended, or its replica did.
    Interrupted,
    Failed(Fault),
}

/// What a run begins with.
pub(crate) struct Beginning {
    pub(crate) conversation_id: Uuid,
    pub(crate) question: Option<Message>,
    pub(crate) answer: Message,
    pub(crate) attachments: Vec<Uuid>,
}

pub(crate) async fn begin(
    chat: &Arc<Chat>,
    mut beginning: Beginning,
) -> Result<Arc<LocalRun>, ChatError> {
    let now = chat.platform.clock.now();
    let run = Run {
        id: Uuid::now_v7(),
        conversation_id: beginning.conversation_id,
        message_id: beginning.answer.id,
        status: "running".to_owned(),
        holder: chat.holder,
        lease_until: now + LEASE,
        started_at: now,
        finished_at: None,
    };
    beginning.answer.run_id = Some(run.id);
    let (question, answer) = (beginning.question, beginning.answer);
    let last_id = db::conversations::begin_run(
        &chat.platform.db,
        &run,
        question.as_ref(),
        &answer,
        &beginning.attachments,
    )
    .await?;
    let data = json!({
        "run": wire::Run::from(&run),
        "userMessage": question.map(wire::Message::from),
        "message": wire::Message::from(answer.clone()),
    });
    let local = LocalRun::new(run, answer, last_id);
    local.tell(&data_event("data-run", &data));
    chat.hub.insert(&local);
    chat.platform
        .live
        .publish_conversation(local.conversation_id);
    let task = drive(Arc::clone(chat), Arc::clone(&local));
    // It goes on after the request, and is still a part of what the request is a part of.
    let task = task.with_current_context().in_current_span();
    chat.platform.tasks.spawn(task);
    Ok(local)
}

/// Our own events, which the AI SDK hands on without making them a part of the message.
pub(crate) fn data_event(kind: &str, data: &Value) -> Value {
    json!({ "type": kind, "data": data, "transient": true })
}

async fn drive(chat: Arc<Chat>, local: Arc<LocalRun>) {
    let done = CancellationToken::new();
    let trace = trace::begin(&chat);
    let answering = async {
        let ending = tokio::select! {
            biased;
            () = chat.platform.stopping.cancelled() => Ending::Interrupted,
            () = local.stop.cancelled() => Ending::Stopped,
            ending = turn::answer(&chat, &local, &trace).with_context(trace.context()) => ending,
        };
        trace::end(&trace, &ending);
        end(&chat, &local, &ending);
        done.cancel();
    };
    tokio::join!(
        answering,
        journal::keep(&chat, &local, &done),
        listen(&chat, &local, &done)
    );
    chat.hub.remove(&local);
    chat.platform
        .live
        .publish_conversation(local.conversation_id);
    if !chat.platform.stopping.is_cancelled() {
        titles::after_first_exchange(&chat, &local).await;
    }
}

/// Hears what people tell this run through any replica.
async fn listen(chat: &Chat, local: &LocalRun, done: &CancellationToken) {
    /// In case an announcement was missed.
    const AGAIN: Duration = Duration::from_secs(5);
    let mut announced = chat.platform.live.subscribe_answers();
    loop {
        match db::conversations::answers(&chat.platform.db, local.run_id).await {
            Ok(answers) => local.hear(answers),
            Err(error) => tracing::warn!(%error, "what people said to a run could not be read"),
        }
        let ours = async {
            loop {
                match announced.recv().await {
                    Ok(id) if id != local.conversation_id => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            () = done.cancelled() => return,
            () = ours => {}
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// The last events, and how the rows stand from now on.
fn end(chat: &Chat, local: &LocalRun, ending: &Ending) {
    for event in ending.events() {
        local.tell(&event);
    }
    let now = chat.platform.clock.now();
    local.change(|run, message, parts| {
        ending.status().clone_into(&mut run.status);
        run.finished_at = Some(now);
        finish_message(message, parts, ending);
    });
    let (run, message, ..) = local.now();
    local.tell(&run_end(&run, message));
}

pub(crate) fn run_end(run: &Run, message: Message) -> Value {
    let message = wire::Message::from(message);
    let data = json!({
        "run": wire::Run::from(run),
        "message": { "id": message.id, "metadata": message.metadata },
    });
    data_event("data-run-end", &data)
}

/// How the message stands after such an end.
pub(crate) fn finish_message(message: &mut Message, parts: &mut Parts, ending: &Ending) {
    parts.close(match ending {
        Ending::Stopped => "The answer was stopped before the result came.",
        Ending::Interrupted => "The server was restarted before the result came.",
        Ending::Completed(_) | Ending::Failed(_) => "The answer ended before the result came.",
    });
    let status = match ending {
        Ending::Completed(_) => "complete",
        other => other.status(),
    };
    status.clone_into(&mut message.status);
    match ending {
        Ending::Completed(reason) => message.finish_reason = Some(reason.clone()),
        Ending::Failed(fault) => {
            message.error =
                Some(json!({ "message": fault.message, "kind": fault.kind, "link": fault.link }));
        }
        Ending::Stopped | Ending::Interrupted => {}
    }
    message.parts = parts.to_value();
    message.words = parts.words();
}

impl Ending {
    /// The run's.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Failed(_) => "failed",
        }
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        match self {
            Self::Completed(reason) => {
                vec![json!({ "type": "finish", "finishReason": finish_reason(reason) })]
            }
            Self::Stopped | Self::Interrupted => {
                vec![json!({ "type": "abort", "reason": self.status() })]
            }
            Self::Failed(fault) => vec![
                data_event(
                    "data-error",
                    &json!({ "message": fault.message, "kind": fault.kind, "link": fault.link }),
                ),
                json!({ "type": "error", "errorText": fault.message }),
            ],
        }
    }
}

/// The word of a provider in the AI SDK's.
fn finish_reason(word: &str) -> &'static str {
    match word.to_lowercase().as_str() {
        "stop" | "end_turn" | "stop_sequence" => "stop",
        "length" | "max_tokens" => "length",
        "content_filter" | "refusal" | "safety" => "content-filter",
        "tool_calls" | "tool_use" => "tool-calls",
        _ => "other",
    }
}
