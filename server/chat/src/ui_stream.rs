//! The published way to chat: a list of `UIMessage`s up, a UI message stream of the Vercel AI SDK down.
//!
//! Leaving does not end the answer: the same run serves our own pages.

mod said;

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::access::SignedIn;
use futures_util::{StreamExt as _, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conversations::CreateConversation;
use crate::events::{Step, follow};
use crate::extract::{self, Caller, Mine};
use crate::turns::{StartTurn, begin};
use crate::{Chat, ChatError, State, conversations};

/// Clients send the whole conversation with every message.
pub(crate) const LARGEST: usize = 50_000_000;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StreamChat {
    /// The conversation; one that is not there begins with the default agent.
    id: Uuid,
    /// `UIMessage`s. The conversation knows all but the last one.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<Value>,
    /// `submit-message` or `regenerate-message`.
    trigger: Option<String>,
    message_id: Option<String>,
    agent_id: Option<Uuid>,
}

/// Sends the last message, or has the last answer given anew, and streams the answer.
#[utoipa::path(post, path = "/api/chat", tag = "chat", request_body = StreamChat,
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn send(
    Extract(chat): State,
    Caller(caller): Caller,
    extract::Json(body): extract::Json<StreamChat>,
) -> Result<Response, ChatError> {
    let row = conversation(&chat, &caller, &body).await?;
    let turn = if body.trigger.as_deref() == Some("regenerate-message") {
        let said = body.message_id.and_then(|id| id.parse().ok());
        StartTurn {
            regenerate: Some(
                said.or(row.leaf_message_id)
                    .ok_or(ChatError::NotFound("Message"))?,
            ),
            ..StartTurn::default()
        }
    } else {
        said::turn(&chat, &caller, &body.messages).await?
    };
    let id = row.id;
    let (local, _) = begin(&chat, row, turn).await?;
    Ok(answer(&chat, id, local.before()))
}

async fn conversation(
    chat: &Chat,
    caller: &SignedIn,
    body: &StreamChat,
) -> Result<db::conversations::Conversation, ChatError> {
    match extract::own(chat, caller, body.id).await {
        Err(ChatError::NotFound(_))
            if db::conversations::find(&chat.platform.db, body.id)
                .await?
                .is_none() =>
        {
            let new = CreateConversation {
                agent_id: body.agent_id,
                prompt_id: None,
                title: None,
                selected_model: None,
                provider: None,
                system_prompt: None,
                approval_mode: None,
                enabled_tool_ids: None,
            };
            conversations::make(chat, caller, body.id, new).await
        }
        found => found,
    }
}

/// The answer in the making, from its beginning; 204 if there is none.
#[utoipa::path(get, path = "/api/chat/{id}/stream", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 204)))]
pub(crate) async fn running(Extract(chat): State, Mine(row): Mine) -> Result<Response, ChatError> {
    let runs = db::conversations::latest_runs(&chat.platform.db, &[row.id]).await?;
    if runs.iter().all(|run| run.finished_at.is_some()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let events = db::conversations::events_after(&chat.platform.db, row.id, 0).await?;
    let before = match chat.hub.get(row.id) {
        Some(local) => local.before(),
        None => events.first().map_or(0, |row| row.first_id - 1),
    };
    Ok(answer(&chat, row.id, before))
}

/// Until the run has ended.
fn answer(chat: &Arc<Chat>, id: Uuid, after: i64) -> Response {
    let steps = Box::pin(follow(chat, id, Some(after)));
    let lines = stream::unfold(Some(steps), |steps| async {
        let mut steps = steps?;
        let Step::Event((_, event)) = steps.next().await? else {
            return None;
        };
        let is_last = event.contains("\"type\":\"data-run-end\"");
        let line = Bytes::from(format!("data: {event}\n\n"));
        Some((line, (!is_last).then_some(steps)))
    });
    let stopping = chat.platform.stopping.clone();
    let lines = lines.take_until(async move { stopping.cancelled().await });
    let done = stream::iter([Bytes::from_static(b"data: [DONE]\n\n")]);
    let body = Body::from_stream(lines.chain(done).map(Ok::<_, Infallible>));
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
        (
            HeaderName::from_static("x-vercel-ai-ui-message-stream"),
            "v1",
        ),
    ];
    (headers, body).into_response()
}
