//! What was said before, as a model is told it: the branch that ends in a message, oldest first.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Write as _;

use bytes::Bytes;
use db::conversations::{Conversation, Message};
use llm::chat::{AssistantPart, Call, File, ToolResult, Turn, UserPart};
use serde_json::Value;
use uuid::Uuid;

use crate::Chat;
use crate::parts::Parts;
use crate::run::Fault;
use crate::tools::ToolBox;

/// What a model is told of one result. More would fill most models' whole context.
const LONGEST_RESULT: usize = 200_000;

/// The messages from the first one to `leaf`.
pub(crate) fn branch(messages: &[Message], leaf: Option<Uuid>) -> Vec<&Message> {
    let by_id: HashMap<Uuid, &Message> = messages
        .iter()
        .map(|message| (message.id, message))
        .collect();
    let mut branch = Vec::new();
    let mut next = leaf;
    while let Some(message) = next.and_then(|id| by_id.get(&id)) {
        branch.push(*message);
        // A tree has no circle; a damaged one must not hold us for ever.
        if branch.len() > messages.len() {
            break;
        }
        next = message.parent_id;
    }
    branch.reverse();
    branch
}

pub(crate) async fn before(
    chat: &Chat,
    conversation: &Conversation,
    messages: &[Message],
    leaf: Option<Uuid>,
) -> Result<Vec<Turn>, Fault> {
    let mut turns = Vec::new();
    for message in branch(messages, leaf) {
        let parts = Parts::from_value(&message.parts);
        if message.role == "user" {
            turns.push(Turn::User(question(chat, conversation, &parts).await?));
        } else {
            turns.extend(of_answer(&parts));
        }
    }
    Ok(turns)
}

/// The same by estimate, without reading any file.
pub(crate) fn of_messages(branch: &[&Message]) -> Vec<Turn> {
    let turns = branch.iter().flat_map(|message| {
        let parts = Parts::from_value(&message.parts);
        if message.role == "user" {
            vec![Turn::User(vec![UserPart::Text(parts.words())])]
        } else {
            of_answer(&parts)
        }
    });
    turns.collect()
}

async fn question(
    chat: &Chat,
    conversation: &Conversation,
    parts: &Parts,
) -> Result<Vec<UserPart>, Fault> {
    let mut said = Vec::new();
    for part in &parts.0 {
        match part["type"].as_str() {
            Some("text") => said.push(UserPart::Text(text(part, "text"))),
            Some("file") => {
                let id = part["attachmentId"].as_str().and_then(|id| id.parse().ok());
                if let Some(file) = file(chat, conversation, part, id).await? {
                    said.push(UserPart::File(file));
                }
            }
            _ => {}
        }
    }
    Ok(said)
}

async fn file(
    chat: &Chat,
    conversation: &Conversation,
    part: &Value,
    id: Option<Uuid>,
) -> Result<Option<File>, Fault> {
    let Some(id) = id else { return Ok(None) };
    let db = &chat.platform.db;
    let owned = db::attachments::of_user(db, &conversation.user_id, &[id]).await?;
    if owned.is_empty() {
        return Ok(None);
    }
    let content = db::attachments::content(db, id).await?;
    Ok(content.map(|content| File {
        name: text(part, "filename"),
        media_type: text(part, "mediaType"),
        bytes: Bytes::from(content),
    }))
}

/// One turn of the model a step, each followed by what its calls gave.
pub(crate) fn of_answer(parts: &Parts) -> Vec<Turn> {
    let mut turns = Vec::new();
    for step in parts.0.split(|part| part["type"] == "step-start") {
        let mut said = Vec::new();
        let mut results = Vec::new();
        for part in step {
            match part["type"].as_str() {
                Some("text") => said.push(AssistantPart::Text(text(part, "text"))),
                Some("dynamic-tool") => {
                    said.push(AssistantPart::Call(call(part)));
                    results.push(result(part));
                }
                _ => {}
            }
        }
        if !said.is_empty() {
            turns.push(Turn::Assistant(said));
        }
        if !results.is_empty() {
            turns.push(Turn::Results(results));
        }
    }
    turns
}

fn call(part: &Value) -> Call {
    let arguments = match &part["input"] {
        object @ Value::Object(_) => object.clone(),
        _ => Value::Object(serde_json::Map::new()),
    };
    Call {
        id: text(part, "toolCallId"),
        name: ToolBox::wire_name(&text(part, "toolName")),
        arguments,
        signature: part["signature"].as_str().map(str::to_owned),
    }
}

/// Only a result that was given is told: what was denied, blocked or never came is an error in our words.
fn result(part: &Value) -> ToolResult {
    let (content, is_error) = match part["state"].as_str() {
        Some("output-available") => (told(&part["output"]), part["output"]["isError"] == true),
        Some("output-denied") => (denied(part), true),
        Some("output-error") => (text(part, "errorText"), true),
        _ => ("There is no result.".to_owned(), true),
    };
    ToolResult {
        call_id: text(part, "toolCallId"),
        name: ToolBox::wire_name(&text(part, "toolName")),
        content,
        is_error,
    }
}

fn denied(part: &Value) -> String {
    let said = "The user did not allow this call, so it was not made.";
    match part["approval"]["reason"].as_str() {
        Some(reason) if !reason.trim().is_empty() => format!("{said} They said: {reason}"),
        _ => said.to_owned(),
    }
}

fn told(output: &Value) -> String {
    let contents = output["content"].as_array();
    let texts = contents.into_iter().flatten().map(content);
    let mut told = texts.collect::<Vec<_>>().join("\n");
    if told.is_empty() && !output["structuredContent"].is_null() {
        told = output["structuredContent"].to_string();
    }
    let length = told.chars().count();
    if length > LONGEST_RESULT {
        told = told.chars().take(LONGEST_RESULT).collect();
        let _ = write!(told, "\n[Cut here: {length} characters in all.]");
    }
    if told.is_empty() {
        told.push_str("The tool gave no text.");
    }
    told
}

fn content(item: &Value) -> String {
    match item["type"].as_str() {
        Some("text") => text(item, "text"),
        Some("resource") if item["resource"]["text"].is_string() => text(&item["resource"], "text"),
        Some("resource_link") => format!("[{}: {}]", text(item, "name"), text(item, "uri")),
        kind => format!(
            "[{} {}, shown to the user]",
            kind.unwrap_or("something"),
            text(item, "mimeType")
        ),
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
