//! What the last message of the person says: its texts and its files.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::access::SignedIn;
use serde_json::Value;
use uuid::Uuid;

use crate::turns::StartTurn;
use crate::{Chat, ChatError, attachments};

pub(super) async fn turn(
    chat: &Chat,
    caller: &SignedIn,
    messages: &[Value],
) -> Result<StartTurn, ChatError> {
    let last = messages
        .iter()
        .rev()
        .find(|message| message["role"] == "user");
    let parts = last.and_then(|message| message["parts"].as_array());
    let parts = parts.map_or(&[][..], Vec::as_slice);
    let texts = parts.iter().filter(|part| part["type"] == "text");
    let texts = texts.filter_map(|part| part["text"].as_str());
    let mut text = texts.collect::<Vec<_>>().join("\n");
    if let Some(content) = last.and_then(|message| message["content"].as_str())
        && text.is_empty()
    {
        content.clone_into(&mut text);
    }
    let mut attachment_ids = Vec::new();
    for part in parts.iter().filter(|part| part["type"] == "file") {
        attachment_ids.push(file(chat, caller, part).await?);
    }
    if text.is_empty() && attachment_ids.is_empty() {
        return Err(ChatError::Invalid(
            "messages has no user message with a text or a file in its parts.".to_owned(),
        ));
    }
    Ok(StartTurn {
        text: Some(text),
        attachment_ids,
        ..StartTurn::default()
    })
}

/// The SDK sends a file in its address.
async fn file(chat: &Chat, caller: &SignedIn, part: &Value) -> Result<Uuid, ChatError> {
    let url = part["url"].as_str().unwrap_or_default();
    let content = url
        .strip_prefix("data:")
        .and_then(|data| data.split_once(";base64,"))
        .and_then(|(_, data)| BASE64_STANDARD.decode(data).ok());
    let content = content.ok_or_else(|| {
        ChatError::Invalid(
            "The url of a file part is no data: URL in base64. Nothing is fetched from elsewhere: send the file itself."
                .to_owned(),
        )
    })?;
    let user = caller.user_id.clone();
    let (kind, name) = (part["mediaType"].as_str(), part["filename"].as_str());
    Ok(attachments::keep(chat, user, kind, name, &content)
        .await?
        .id)
}
