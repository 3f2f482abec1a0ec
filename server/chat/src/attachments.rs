//! Files to send with a message: pictures, PDF, text.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::{Caller, Id, Query};
use crate::wire::{SUCCESS, Success, content_url};
use crate::{Chat, ChatError, State};

const TAG: &str = "chat";
const NOT_FOUND: ChatError = ChatError::NotFound("Attachment");
/// What all three providers take.
pub(crate) const LARGEST: usize = 20_000_000;
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

#[derive(Deserialize, IntoParams)]
pub(crate) struct UploadQuery {
    filename: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    id: Uuid,
    filename: String,
    media_type: String,
    size: i64,
    url: String,
}

/// The file as the body, its type in Content-Type.
#[utoipa::path(post, path = "/api/chat/attachments", tag = TAG, params(UploadQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Attachment)))]
pub(crate) async fn upload(
    Extract(chat): State,
    Caller(caller): Caller,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    content: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<Attachment>, ChatError> {
    let content = content.map_err(|_| too_large())?;
    let said = headers
        .get(CONTENT_TYPE)
        .and_then(|said| said.to_str().ok());
    let row = keep(
        &chat,
        caller.user_id,
        said,
        query.filename.as_deref(),
        &content,
    )
    .await?;
    Ok(Json(Attachment {
        url: content_url(row.id),
        id: row.id,
        filename: row.filename,
        media_type: row.media_type,
        size: row.size,
    }))
}

fn too_large() -> ChatError {
    ChatError::Invalid(format!(
        "The file is larger than {} MB. Send a smaller one, or the part that matters.",
        LARGEST / 1_000_000
    ))
}

/// For the message that will name it.
pub(crate) async fn keep(
    chat: &Chat,
    user_id: String,
    said_type: Option<&str>,
    said_name: Option<&str>,
    content: &[u8],
) -> Result<db::attachments::Attachment, ChatError> {
    let snapshot = chat.platform.snapshot.load().clone();
    if snapshot
        .organization()
        .is_some_and(|row| !row.allow_chat_file_uploads)
    {
        return Err(ChatError::Conflict(
            "Your organization does not allow files in the chat. An administrator can change this in its settings."
                .to_owned(),
        ));
    }
    if content.len() > LARGEST {
        return Err(too_large());
    }
    let row = db::attachments::Attachment {
        id: Uuid::now_v7(),
        user_id,
        conversation_id: None,
        filename: filename(said_name),
        media_type: media_type(said_type.unwrap_or_default(), content)?.to_owned(),
        size: i64::try_from(content.len()).unwrap_or(i64::MAX),
        created_at: chat.platform.clock.now(),
    };
    db::attachments::insert(&chat.platform.db, &row, content).await?;
    Ok(row)
}

/// By what the file begins with, not by what is said of it: a provider would refuse it otherwise.
fn media_type(said: &str, content: &[u8]) -> Result<&'static str, ChatError> {
    if content.is_empty() {
        return Err(ChatError::Invalid("The file is empty.".to_owned()));
    }
    let starts = |magic: &[u8]| content.starts_with(magic);
    let is_webp = starts(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    let kind = if starts(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if starts(b"\xff\xd8\xff") {
        "image/jpeg"
    } else if starts(b"GIF8") {
        "image/gif"
    } else if is_webp {
        "image/webp"
    } else if starts(b"%PDF-") {
        "application/pdf"
    } else if std::str::from_utf8(content).is_ok() && !content.contains(&0) {
        "text/plain"
    } else {
        return Err(ChatError::Invalid(format!(
            "A file of the type “{said}” cannot be sent to a model. Send a picture (PNG, JPEG, GIF, WebP), a PDF, or text in UTF-8."
        )));
    };
    Ok(kind)
}

/// The last part of a path, without what a header could not carry.
fn filename(said: Option<&str>) -> String {
    let said = said.unwrap_or_default();
    let name = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|letter| !letter.is_control() && *letter != '"')
        .take(200)
        .collect();
    if name.trim().is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

/// Download an attachment.
#[utoipa::path(get, path = "/api/chat/attachments/{id}/content", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
pub(crate) async fn content(
    Extract(chat): State,
    Caller(caller): Caller,
    Id(id): Id,
) -> Result<Response, ChatError> {
    let db = &chat.platform.db;
    let found = db::attachments::of_user(db, &caller.user_id, &[id]).await?;
    let file = found.into_iter().next().ok_or(NOT_FOUND)?;
    let content = db::attachments::content(db, id).await?.ok_or(NOT_FOUND)?;
    let is_picture = PICTURES.contains(&file.media_type.as_str());
    let kind = if is_picture { "inline" } else { "attachment" };
    let plain: String = file.filename.chars().filter(char::is_ascii).collect();
    let disposition = format!("{kind}; filename=\"{plain}\"");
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).ok();
    headers.extend(value(&file.media_type).map(|value| (CONTENT_TYPE, value)));
    headers.extend(value(&disposition).map(|value| (CONTENT_DISPOSITION, value)));
    // Whatever it claims to be, it runs nothing in our origin.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600"),
    );
    Ok(response)
}

/// Only one that was not sent.
#[utoipa::path(delete, path = "/api/chat/attachments/{id}", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = Success)))]
pub(crate) async fn delete(
    Extract(chat): State,
    Caller(caller): Caller,
    Id(id): Id,
) -> Result<Json<Success>, ChatError> {
    if db::attachments::delete_unsent(&chat.platform.db, &caller.user_id, id).await? {
        return Ok(SUCCESS);
    }
    Err(NOT_FOUND)
}
