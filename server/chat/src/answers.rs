//! What people say to an answer while it is made: that a call may be made, and what a server asked them.

use axum::Json;
use axum::extract::State as Extract;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::{self, Below, Mine};
use crate::hub::{APPROVAL, ELICITATION};
use crate::parts::Parts;
use crate::turns::{TAG, active, tell};
use crate::wire::{SUCCESS, Success};
use crate::{Chat, ChatError, State, conversations};

#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Approval {
    approved: bool,
    /// For the model, where it was not.
    #[serde(default)]
    reason: Option<String>,
    /// No more questions about this tool in this conversation.
    #[serde(default)]
    remember: bool,
}

/// Lets a call that waits be made, or not.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/approvals/{toolCallId}", tag = TAG, params(("id" = Uuid, Path), ("toolCallId" = String, Path)),
    request_body = Approval, responses((status = 200, body = Success)))]
pub(crate) async fn approve(
    Extract(chat): State,
    Mine(row): Mine,
    below: Below,
    extract::Json(body): extract::Json<Approval>,
) -> Result<Json<Success>, ChatError> {
    let is_waiting =
        |part: &Value| part["toolCallId"] == below.part(0) && part["state"] == "approval-requested";
    let body =
        json!({ "approved": body.approved, "reason": body.reason, "remember": body.remember });
    answer_run(&chat, row.id, is_waiting, (APPROVAL, below.part(0)), body).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ElicitationAnswer {
    /// `accept`, `decline` or `cancel`.
    action: String,
    /// What the form says, where it was accepted.
    #[schema(value_type = Option<Object>)]
    content: Option<Value>,
}

/// Answers what a server asked in the middle of a call.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/elicitations/{elicitationId}", tag = TAG, params(("id" = Uuid, Path), ("elicitationId" = String, Path)),
    request_body = ElicitationAnswer, responses((status = 200, body = Success)))]
pub(crate) async fn elicit(
    Extract(chat): State,
    Mine(row): Mine,
    below: Below,
    extract::Json(body): extract::Json<ElicitationAnswer>,
) -> Result<Json<Success>, ChatError> {
    if !["accept", "decline", "cancel"].contains(&body.action.as_str()) {
        return Err(ChatError::Invalid(
            "action is one of accept, decline, cancel.".to_owned(),
        ));
    }
    let is_waiting = |part: &Value| {
        let elicitation = &part["elicitation"];
        elicitation["id"] == below.part(0) && elicitation["answered"].is_null()
    };
    let mut answer = json!({ "action": body.action });
    if let Some(content) = body.content {
        answer["content"] = content;
    }
    answer_run(
        &chat,
        row.id,
        is_waiting,
        (ELICITATION, below.part(0)),
        answer,
    )
    .await
}

async fn answer_run(
    chat: &Chat,
    conversation: Uuid,
    is_waiting: impl Fn(&Value) -> bool,
    (kind, key): (&str, &str),
    body: Value,
) -> Result<Json<Success>, ChatError> {
    let not_waiting =
        || ChatError::Conflict("This does not wait for an answer any more.".to_owned());
    let run = active(chat, conversation).await?.ok_or_else(not_waiting)?;
    let messages = conversations::contents(chat, conversation).await?.messages;
    let message = messages.iter().find(|message| message.id == run.message_id);
    let parts = message.map(|message| Parts::from_value(&message.parts));
    if !parts.is_some_and(|parts| parts.0.iter().any(is_waiting)) {
        return Err(not_waiting());
    }
    if !tell(chat, &run, kind, key, body).await? {
        return Err(not_waiting());
    }
    Ok(SUCCESS)
}
