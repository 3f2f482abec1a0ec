//! `OpenAI`. Its base URL ends in `/v1`, so a version the client repeats is dropped.

use http::Method;

use super::{Credential, Provider, without_version};
use crate::dialects::{OPENAI_CHAT, OPENAI_EMBEDDINGS, OPENAI_RESPONSES};
use crate::models::Listing;
use crate::operation::Operation;

pub(super) const PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    default_base_url: "https://api.openai.com/v1",
    credential: Credential::Bearer,
    listing: Listing::OpenAi,
    model_prefixes: &["gpt-", "o1", "o3", "o4", "chatgpt", "codex"],
    key_example: "sk-…",
    path,
    operation,
    dialect: || OPENAI_CHAT,
};

pub(super) fn path(rest: &str) -> String {
    match rest.strip_prefix("v1") {
        Some("") => String::new(),
        Some(tail) if tail.starts_with('/') => tail[1..].to_owned(),
        _ => rest.to_owned(),
    }
}

/// Also serves the `OpenAI`-compatible endpoints of the other providers.
pub(super) fn operation(method: &Method, rest: &str) -> Option<Operation> {
    if method != Method::POST {
        return None;
    }
    match without_version(rest) {
        "chat/completions" => Some(Operation::new("openai:chatCompletions", OPENAI_CHAT)),
        "responses" => Some(Operation::new("openai:responses", OPENAI_RESPONSES)),
        "responses/compact" => Some(Operation::new("openai:responsesCompact", OPENAI_RESPONSES)),
        "embeddings" => Some(Operation::new("openai:embeddings", OPENAI_EMBEDDINGS)),
        _ => None,
    }
}
