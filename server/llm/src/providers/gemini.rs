//! Google Gemini, and Vertex AI, whose paths end the same way. The model and the wish to stream
//! are in the path: `v1beta/models/{model}:streamGenerateContent`.

use http::Method;

use super::{Credential, Provider, has_version, openai, without_version};
use crate::dialects::GEMINI_GENERATE;
use crate::models::Listing;
use crate::operation::Operation;

pub(super) const PROVIDER: Provider = Provider {
    id: "gemini",
    name: "Google Gemini",
    default_base_url: "https://generativelanguage.googleapis.com",
    credential: Credential::XGoogApiKey,
    listing: Listing::Gemini,
    model_prefixes: &["gemini", "learnlm"],
    key_example: "AIza…",
    path,
    operation,
    dialect: || GEMINI_GENERATE,
};

fn path(rest: &str) -> String {
    let first = rest.split('/').next().unwrap_or_default();
    if rest.is_empty() || has_version(rest) || matches!(first, "upload" | "download") {
        rest.to_owned()
    } else {
        format!("v1beta/{rest}")
    }
}

fn operation(method: &Method, rest: &str) -> Option<Operation> {
    if method != Method::POST {
        return None;
    }
    if let Some(compatible) = without_version(rest).strip_prefix("openai/") {
        return openai::operation(method, compatible);
    }
    let (resource, verb) = rest.trim_end_matches('/').rsplit_once(':')?;
    let (kind, streaming) = match verb {
        "generateContent" => ("gemini:generateContent", false),
        "streamGenerateContent" => ("gemini:generateContent", true),
        "countTokens" => ("gemini:countTokens", false),
        "embedContent" => ("gemini:embedContent", false),
        "batchEmbedContents" => ("gemini:batchEmbedContents", false),
        _ => return None,
    };
    Some(Operation {
        model_in_path: model(resource),
        streaming_in_path: streaming,
        ..Operation::new(kind, GEMINI_GENERATE)
    })
}

/// The last segment, with the kind of a tuned model kept in front so that it is never taken for a
/// listed one.
fn model(resource: &str) -> Option<String> {
    let (collection, name) = resource.rsplit_once('/')?;
    let name = name.replace("%3A", ":");
    match collection.rsplit('/').next() {
        Some("models") if !name.is_empty() => Some(name),
        Some(other) if !name.is_empty() => Some(format!("{other}/{name}")),
        _ => None,
    }
}
