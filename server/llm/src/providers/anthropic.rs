//! Anthropic. Its base URL has no version; `api/…` holds what Claude Code asks for beside the API.

use http::Method;

use super::{Credential, Provider, has_version, openai, without_version};
use crate::dialects::ANTHROPIC_MESSAGES;
use crate::models::Listing;
use crate::operation::Operation;

pub(super) const PROVIDER: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    default_base_url: "https://api.anthropic.com",
    credential: Credential::XApiKey,
    listing: Listing::Anthropic,
    model_prefixes: &["claude"],
    key_example: "sk-ant-…",
    path,
    operation,
    dialect: || ANTHROPIC_MESSAGES,
};

fn path(rest: &str) -> String {
    if rest.is_empty() || has_version(rest) || rest == "api" || rest.starts_with("api/") {
        rest.to_owned()
    } else {
        format!("v1/{rest}")
    }
}

fn operation(method: &Method, rest: &str) -> Option<Operation> {
    if method != Method::POST {
        return None;
    }
    match without_version(rest) {
        "messages" => Some(Operation::new("anthropic:messages", ANTHROPIC_MESSAGES)),
        "messages/count_tokens" => {
            Some(Operation::new("anthropic:countTokens", ANTHROPIC_MESSAGES))
        }
        "chat/completions" => openai::operation(method, rest),
        _ => None,
    }
}
