//! The shapes that go over HTTP, in the words of the Vercel AI SDK where it has some.

use chrono::{DateTime, Utc};
use db::conversations as rows;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::parts::Parts;

/// A `UIMessage`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChatMessage)]
pub(crate) struct Message {
    pub(crate) id: Uuid,
    /// What it answers or follows; messages are a tree.
    parent_id: Option<Uuid>,
    /// `user` or `assistant`.
    role: String,
    /// `UIMessagePart`s: text, reasoning, file, step-start, dynamic-tool.
    #[schema(value_type = Vec<Object>)]
    parts: Vec<Value>,
    created_at: DateTime<Utc>,
    pub(crate) metadata: Metadata,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChatMessageMetadata)]
pub(crate) struct Metadata {
    /// `complete`, `streaming`, `waiting`, `stopped`, `failed` or `interrupted`.
    status: String,
    run_id: Option<Uuid>,
    provider: Option<String>,
    model: Option<String>,
    /// `{message, kind, link}`
    #[schema(value_type = Option<Object>)]
    error: Option<Value>,
    /// Tokens by kind, the cost in USD and the number of steps.
    #[schema(value_type = Option<Object>)]
    usage: Option<Value>,
    finish_reason: Option<String>,
}

impl From<rows::Message> for Message {
    fn from(row: rows::Message) -> Self {
        Self {
            id: row.id,
            parent_id: row.parent_id,
            parts: Parts::from_value(&row.parts).shown(),
            role: row.role,
            created_at: row.created_at,
            metadata: Metadata {
                status: row.status,
                run_id: row.run_id,
                provider: row.provider,
                model: row.model,
                error: row.error,
                usage: row.usage,
                finish_reason: row.finish_reason,
            },
        }
    }
}

/// An answer in the making, or the last one that was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChatRun)]
pub(crate) struct Run {
    id: Uuid,
    message_id: Uuid,
    /// `running`, `waiting`, `completed`, `stopped`, `failed` or `interrupted`.
    status: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<&rows::Run> for Run {
    fn from(row: &rows::Run) -> Self {
        Self {
            id: row.id,
            message_id: row.message_id,
            status: row.status.clone(),
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

/// `{"success":true}`
#[derive(Serialize, ToSchema)]
#[schema(as = ChatSuccess)]
pub(crate) struct Success {
    success: bool,
}

pub(crate) const SUCCESS: axum::Json<Success> = axum::Json(Success { success: true });

/// A person's words as a message's parts.
pub(crate) fn text_part(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub(crate) fn file_part(attachment: &db::attachments::Attachment) -> Value {
    json!({
        "type": "file",
        "mediaType": attachment.media_type,
        "filename": attachment.filename,
        "url": content_url(attachment.id),
        "attachmentId": attachment.id,
        "size": attachment.size,
    })
}

pub(crate) fn content_url(id: Uuid) -> String {
    format!("/api/chat/attachments/{id}/content")
}
