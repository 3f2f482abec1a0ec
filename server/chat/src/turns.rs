//! A turn: what a person says, and the answer that is begun, stopped or gone on with.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use db::conversations as rows;
use domain::provider_keys::{Source, choose};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::{self, Mine, given};
use crate::hub::{LocalRun, STOP};
use crate::parts::{Parts, without_nul};
use crate::run::{self, Beginning};
use crate::wire::{Message, Run, file_part, text_part};
use crate::{Chat, ChatError, State, conversations, demo};

pub(crate) const TAG: &str = "chat";
/// More text than any model takes.
const LONGEST_TEXT: usize = 4_000_000;
/// How long the end of one answer may take to be written before the next one begins.
const LAST_WORDS: Duration = Duration::from_secs(5);

#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartTurn {
    /// What the person says.
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) attachment_ids: Vec<Uuid>,
    /// What it follows; absent: the end of the branch that is shown. Given, it begins a branch there.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    pub(crate) parent_id: Option<Option<Uuid>>,
    /// An answer to give anew, in place of a text.
    pub(crate) regenerate: Option<Uuid>,
    pub(crate) model: Option<String>,
    pub(crate) provider: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedTurn {
    run: Run,
    user_message: Option<Message>,
    message: Message,
    /// Events after this one are the answer's.
    last_event_id: i64,
}

impl StartedTurn {
    fn new(local: &LocalRun, question: Option<rows::Message>) -> Self {
        let (run, mut message, parts, _) = local.now();
        message.parts = parts.to_value();
        Self {
            run: Run::from(&run),
            user_message: question.map(Message::from),
            message: message.into(),
            last_event_id: local.before(),
        }
    }
}

type Started = Result<(StatusCode, Json<StartedTurn>), ChatError>;

/// Says something, or has an answer given anew. The answer is made whether or not anybody follows its events.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/turns", tag = TAG, params(("id" = Uuid, Path)), request_body = StartTurn, responses((status = 202, body = StartedTurn)))]
pub(crate) async fn start(
    Extract(chat): State,
    Mine(row): Mine,
    extract::Json(body): extract::Json<StartTurn>,
) -> Started {
    let (local, question) = begin(&chat, row, body).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(StartedTurn::new(&local, question)),
    ))
}

pub(crate) async fn begin(
    chat: &Arc<Chat>,
    row: rows::Conversation,
    body: StartTurn,
) -> Result<(Arc<LocalRun>, Option<rows::Message>), ChatError> {
    let row = with_model(chat, row, body.model, body.provider).await?;
    check_key(chat, &row)?;
    if let Some(local) = chat.hub.get(row.id) {
        if local.now().0.finished_at.is_none() {
            return Err(ChatError::Busy);
        }
        // Its last words are on their way to the database; if they get stuck, that says so.
        let _ = tokio::time::timeout(LAST_WORDS, local.gone.cancelled()).await;
    }
    if let Some(id) = body.regenerate {
        let found = rows::message(&chat.platform.db, row.id, id).await?;
        let found = found.filter(|message| message.role == "assistant");
        let parent = found.ok_or(ChatError::NotFound("Message"))?.parent_id;
        let local = begin_run(chat, &row, None, parent, Vec::new()).await?;
        return Ok((local, None));
    }
    let parent = body.parent_id.unwrap_or(row.leaf_message_id);
    if let Some(parent) = parent {
        let found = rows::message(&chat.platform.db, row.id, parent).await?;
        found.ok_or(ChatError::NotFound("Message"))?;
    }
    let attachments = body.attachment_ids;
    let question = question(chat, &row, parent, body.text, &attachments).await?;
    let parent = Some(question.id);
    let local = begin_run(chat, &row, Some(question.clone()), parent, attachments).await?;
    Ok((local, Some(question)))
}

/// With the model that is said, from now on.
async fn with_model(
    chat: &Chat,
    row: rows::Conversation,
    model: Option<String>,
    provider: Option<String>,
) -> Result<rows::Conversation, ChatError> {
    let Some(model) = model else { return Ok(row) };
    let provider = conversations::provider_for(chat, &model, provider)?;
    let changed = rows::update(&chat.platform.db, row.id, |row| {
        (row.provider, row.model) = (provider, model);
    });
    changed.await?.ok_or(ChatError::NotFound("Conversation"))
}

/// Says what to do where no call could be paid for.
fn check_key(chat: &Chat, row: &rows::Conversation) -> Result<(), ChatError> {
    if row.provider == demo::PROVIDER {
        return Ok(());
    }
    let provider = llm::providers::provider(&row.provider).ok_or_else(|| {
        ChatError::Invalid(format!(
            "The chat cannot speak to the provider “{}”. Choose another model.",
            row.provider
        ))
    })?;
    let snapshot = chat.platform.snapshot.load();
    let upstreams = &chat.platform.upstreams;
    let choice = choose(&snapshot, upstreams, Some(row.agent_id), provider);
    if choice.source != Source::Nothing {
        return Ok(());
    }
    Err(ChatError::NoKey(format!(
        "There is no {} key. Add one under Settings → Chat, or choose a local model or the demo model.",
        provider.name
    )))
}

async fn question(
    chat: &Chat,
    row: &rows::Conversation,
    parent: Option<Uuid>,
    text: Option<String>,
    attachments: &[Uuid],
) -> Result<rows::Message, ChatError> {
    let text = without_nul(&text.unwrap_or_default());
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(ChatError::Invalid(
            "There is nothing to send. Give `text`, `attachmentIds` or `regenerate`.".to_owned(),
        ));
    }
    if text.len() > LONGEST_TEXT {
        return Err(ChatError::Invalid(format!(
            "The text is longer than {} MB. Send it as a file.",
            LONGEST_TEXT / 1_000_000
        )));
    }
    let found = db::attachments::of_user(&chat.platform.db, &row.user_id, attachments).await?;
    let mut parts = Vec::new();
    for id in attachments {
        let file = found.iter().find(|file| file.id == *id);
        parts.push(file_part(file.ok_or(ChatError::NotFound("Attachment"))?));
    }
    if !text.trim().is_empty() {
        parts.push(text_part(&text));
    }
    let mut message = message(chat, row, parent, "user", "complete");
    message.parts = Value::Array(parts);
    message.words = text;
    Ok(message)
}

fn message(
    chat: &Chat,
    row: &rows::Conversation,
    parent: Option<Uuid>,
    role: &str,
    status: &str,
) -> rows::Message {
    rows::Message {
        id: Uuid::now_v7(),
        conversation_id: row.id,
        parent_id: parent,
        role: role.to_owned(),
        status: status.to_owned(),
        parts: json!([]),
        words: String::new(),
        run_id: None,
        provider: None,
        model: None,
        error: None,
        usage: None,
        finish_reason: None,
        created_at: chat.platform.clock.now(),
    }
}

async fn begin_run(
    chat: &Arc<Chat>,
    row: &rows::Conversation,
    question: Option<rows::Message>,
    parent: Option<Uuid>,
    attachments: Vec<Uuid>,
) -> Result<Arc<LocalRun>, ChatError> {
    let mut answer = message(chat, row, parent, "assistant", "streaming");
    answer.provider = Some(row.provider.clone());
    answer.model = Some(row.model.clone());
    let beginning = Beginning {
        conversation_id: row.id,
        question,
        answer,
        attachments,
    };
    run::begin(chat, beginning).await
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StoppedTurn {
    run: Option<Run>,
}

/// Ends the answer in the making, whichever replica makes it.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/stop", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = StoppedTurn)))]
pub(crate) async fn stop(
    Extract(chat): State,
    Mine(row): Mine,
) -> Result<Json<StoppedTurn>, ChatError> {
    let run = active(&chat, row.id).await?;
    if let Some(run) = &run {
        tell(&chat, run, STOP, "", json!({})).await?;
    }
    Ok(Json(StoppedTurn {
        run: run.as_ref().map(Run::from),
    }))
}

pub(crate) async fn active(
    chat: &Chat,
    conversation: Uuid,
) -> Result<Option<rows::Run>, ChatError> {
    let runs = rows::latest_runs(&chat.platform.db, &[conversation]).await?;
    Ok(runs.into_iter().find(|run| run.finished_at.is_none()))
}

pub(crate) async fn tell(
    chat: &Chat,
    run: &rows::Run,
    kind: &str,
    key: &str,
    body: Value,
) -> Result<bool, ChatError> {
    let answer = rows::Answer {
        id: Uuid::now_v7(),
        run_id: run.id,
        kind: kind.to_owned(),
        key: key.to_owned(),
        body,
    };
    let told = rows::tell(&chat.platform.db, run.conversation_id, &answer).await?;
    // This replica need not wait to hear it from the database.
    if let Some(local) = chat.hub.get(run.conversation_id).filter(|_| told) {
        local.hear(vec![answer]);
    }
    Ok(told)
}

/// Goes on with an answer that broke off: with the results it has, in the same message.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/resume", tag = TAG, params(("id" = Uuid, Path)), responses((status = 202, body = StartedTurn)))]
pub(crate) async fn resume(Extract(chat): State, Mine(row): Mine) -> Started {
    check_key(&chat, &row)?;
    let nothing = || {
        ChatError::Conflict(
            "There is no answer that broke off here. Say something instead.".to_owned(),
        )
    };
    let leaf = row.leaf_message_id.ok_or_else(nothing)?;
    let found = rows::message(&chat.platform.db, row.id, leaf).await?;
    let broke_off = |message: &rows::Message| {
        message.role == "assistant"
            && matches!(
                message.status.as_str(),
                "interrupted" | "failed" | "stopped"
            )
    };
    if active(&chat, row.id).await?.is_some() {
        return Err(ChatError::Busy);
    }
    let mut answer = found.filter(broke_off).ok_or_else(nothing)?;
    let mut parts = Parts::from_value(&answer.parts);
    parts.kept_for_resume();
    answer.parts = parts.to_value();
    "streaming".clone_into(&mut answer.status);
    answer.error = None;
    answer.finish_reason = None;
    answer.provider = Some(row.provider.clone());
    answer.model = Some(row.model.clone());
    let beginning = Beginning {
        conversation_id: row.id,
        question: None,
        answer,
        attachments: Vec::new(),
    };
    let local = run::begin(&chat, beginning).await?;
    Ok((StatusCode::ACCEPTED, Json(StartedTurn::new(&local, None))))
}
