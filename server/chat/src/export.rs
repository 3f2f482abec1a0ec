//! A conversation as a file: the branch that is shown as Markdown, or everything as JSON.

use std::fmt::Write as _;

use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use db::conversations as rows;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::extract::{Mine, Query};
use crate::{ChatError, State, conversations, history};

#[derive(Deserialize, IntoParams)]
pub(crate) struct ExportQuery {
    /// `markdown` (the default) or `json`.
    format: Option<String>,
}

/// Download a conversation as Markdown.
#[utoipa::path(get, path = "/api/chat/conversations/{id}/export", tag = "chat", params(("id" = Uuid, Path), ExportQuery),
    responses((status = 200, content((String = "text/markdown"), (Object = "application/json")))))]
pub(crate) async fn export(
    Extract(chat): State,
    Mine(row): Mine,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ChatError> {
    let messages = conversations::contents(&chat, row.id).await?.messages;
    let (media_type, ending, text) = match query.format.as_deref() {
        None | Some("markdown") => {
            let branch = history::branch(&messages, row.leaf_message_id);
            (
                "text/markdown; charset=utf-8",
                "md",
                markdown(&row, &branch),
            )
        }
        Some("json") => (
            "application/json",
            "json",
            whole(&row, &messages).to_string(),
        ),
        Some(other) => {
            return Err(ChatError::Invalid(format!(
                "There is no format “{other}”. Use markdown or json."
            )));
        }
    };
    let disposition = format!("attachment; filename=\"conversation-{}.{ending}\"", row.id);
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, text).into_response())
}

fn whole(row: &rows::Conversation, messages: &[rows::Message]) -> Value {
    let messages = messages.iter().map(|message| {
        json!({
            "id": message.id,
            "parentId": message.parent_id,
            "role": message.role,
            "parts": message.parts,
            "status": message.status,
            "model": message.model,
            "usage": message.usage,
            "createdAt": message.created_at,
        })
    });
    json!({
        "id": row.id,
        "title": row.title,
        "agentId": row.agent_id,
        "provider": row.provider,
        "model": row.model,
        "systemPrompt": row.system_prompt,
        "createdAt": row.created_at,
        "messages": messages.collect::<Vec<_>>(),
    })
}

fn markdown(row: &rows::Conversation, branch: &[&rows::Message]) -> String {
    let mut text = format!("# {}\n", row.title.as_deref().unwrap_or("Conversation"));
    for message in branch {
        let who = if message.role == "user" {
            "You"
        } else {
            "Assistant"
        };
        let _ = write!(text, "\n## {who}\n");
        for part in message.parts.as_array().into_iter().flatten() {
            push_part(&mut text, part);
        }
    }
    text
}

fn push_part(text: &mut String, part: &Value) {
    let of = |name: &str| part[name].as_str().unwrap_or_default();
    let _ = match of("type") {
        "text" => write!(text, "\n{}\n", of("text").trim()),
        "file" => write!(text, "\n*File: {}*\n", of("filename")),
        "dynamic-tool" => write!(
            text,
            "\n**Tool `{}`** ({})\n\n{}\n\n{}\n",
            of("toolName"),
            of("state"),
            fenced("json", &part["input"].to_string()),
            result(part)
        ),
        _ => Ok(()),
    };
}

fn result(part: &Value) -> String {
    if let Some(error) = part["errorText"].as_str() {
        return error.to_owned();
    }
    let contents = part["output"]["content"].as_array();
    let texts = contents
        .into_iter()
        .flatten()
        .filter_map(|item| item["text"].as_str());
    fenced("", &texts.collect::<Vec<_>>().join("\n"))
}

/// With a fence longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{text}\n{fence}")
}
