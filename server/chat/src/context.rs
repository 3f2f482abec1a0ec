//! What a conversation takes of its model's context, and what it has cost.

use db::conversations::Conversation;
use llm::chat::{AssistantPart, Tool, Turn, UserPart};
use llm::usage::Usage;
use serde_json::{Value, json};

use crate::Chat;
use crate::model::{Answer, Asking};

/// How many bytes make a token, about: what the usual tokenizers need for English and for JSON.
const BYTES_PER_TOKEN: usize = 4;
/// What providers count for a picture of ordinary size, about.
const PICTURE_TOKENS: usize = 1_500;

/// Context windows by the beginnings of models' names, the longer ones first, for providers that do not list them.
/// Source: the providers' pages of models.
const WINDOWS: [(&str, u64); 12] = [
    ("claude", 200_000),
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("gpt-4-turbo", 128_000),
    ("gpt-4", 8_192),
    ("gpt-3.5", 16_385),
    ("o1", 200_000),
    ("o3", 200_000),
    ("o4", 200_000),
    ("gemini-1.5-pro", 2_097_152),
    ("gemini", 1_048_576),
];

/// As the provider lists the model, else by its name.
pub(crate) async fn window(chat: &Chat, conversation: &Conversation) -> db::Result<Option<u64>> {
    let Conversation {
        provider, model, ..
    } = conversation;
    let listed = db::models::context_length(&chat.platform.db, provider, model).await?;
    let listed = listed.and_then(|length| u64::try_from(length).ok());
    Ok(listed.or_else(|| usual(model)))
}

fn usual(model: &str) -> Option<u64> {
    let model = model.rsplit('/').next().unwrap_or(model);
    let known = WINDOWS.iter().find(|(start, _)| model.starts_with(start));
    known.map(|(_, window)| *window)
}

/// Estimates, made to fit what the provider counted where it did. `limit`: the model's window.
pub(crate) fn of(asking: &Asking<'_>, limit: Option<u64>, usage: Option<&Usage>) -> Value {
    let system = asking.system.as_deref().map_or(0, str::len) / BYTES_PER_TOKEN;
    let tools = asking.tools.iter().map(tool_bytes).sum::<usize>() / BYTES_PER_TOKEN;
    let (words, attachments) = asking
        .turns
        .iter()
        .map(tokens)
        .fold((0, 0), |sum, turn| (sum.0 + turn.0, sum.1 + turn.1));
    let estimated = (system + tools + words + attachments).max(1);
    let prompt = usage.map(Usage::prompt);
    let fit = |part: usize| {
        let part = u64::try_from(part).unwrap_or(u64::MAX);
        match prompt {
            Some(prompt) => part.saturating_mul(prompt) / u64::try_from(estimated).unwrap_or(1),
            None => part,
        }
    };
    let (system, tools, attachments) = (fit(system), fit(tools), fit(attachments));
    let answered = usage.map_or(0, |usage| usage.output);
    let used = prompt.unwrap_or_else(|| fit(estimated)) + answered;
    json!({
        "model": asking.conversation.model,
        "limit": limit,
        "system": system,
        "tools": tools,
        "history": used.saturating_sub(system + tools + attachments),
        "attachments": attachments,
        "used": used,
        "free": limit.map(|limit| limit.saturating_sub(used)),
        "exact": usage.is_some(),
    })
}

fn tool_bytes(tool: &Tool) -> usize {
    let description = tool.description.as_deref().map_or(0, str::len);
    tool.name.len() + description + tool.parameters.to_string().len()
}

/// Of words, and of files.
fn tokens(turn: &Turn) -> (usize, usize) {
    let mut bytes = 0;
    let mut files = 0;
    match turn {
        Turn::User(parts) => {
            for part in parts {
                match part {
                    UserPart::Text(text) => bytes += text.len(),
                    UserPart::File(file) if file.media_type.starts_with("image/") => {
                        files += PICTURE_TOKENS;
                    }
                    UserPart::File(file) => files += file.bytes.len() / BYTES_PER_TOKEN,
                }
            }
        }
        Turn::Assistant(parts) => {
            for part in parts {
                bytes += match part {
                    AssistantPart::Text(text) => text.len(),
                    AssistantPart::Call(call) => call.name.len() + call.arguments.to_string().len(),
                };
            }
        }
        Turn::Results(results) => {
            bytes += results
                .iter()
                .map(|result| result.content.len())
                .sum::<usize>();
        }
    }
    (bytes / BYTES_PER_TOKEN, files)
}

/// What an answer has used with one more step; its cost is not known once that of one step is not.
pub(crate) fn add(before: Option<&Value>, answer: &Answer) -> Value {
    let nothing = Value::Null;
    let before = before.unwrap_or(&nothing);
    let usage = answer.usage.unwrap_or_default();
    let count = |name: &str, more: u64| before[name].as_u64().unwrap_or(0).saturating_add(more);
    let is_first = before.is_null();
    let pico = before["costPico"].as_i64().or(is_first.then_some(0));
    let pico = pico.zip(answer.cost_pico).map(|(one, other)| one + other);
    json!({
        "inputTokens": count("inputTokens", usage.input),
        "outputTokens": count("outputTokens", usage.output),
        "cacheReadTokens": count("cacheReadTokens", usage.cache_read),
        "cacheWriteTokens": count("cacheWriteTokens", usage.cache_write),
        "reasoningTokens": count("reasoningTokens", usage.reasoning),
        "steps": count("steps", 1),
        "costPico": pico,
        "cost": pico.map(dollars),
    })
}

/// The sum of what messages cost; none if nothing is known of any.
pub(crate) fn cost<'a>(usages: impl Iterator<Item = &'a Value>) -> Option<String> {
    let known: Vec<i64> = usages
        .filter_map(|usage| usage["costPico"].as_i64())
        .collect();
    (!known.is_empty()).then(|| dollars(known.iter().sum()))
}

/// A decimal of USD, without zeros at its end.
fn dollars(pico: i64) -> String {
    const ONE: i64 = 1_000_000_000_000;
    let text = format!("{}.{:012}", pico / ONE, pico % ONE);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
