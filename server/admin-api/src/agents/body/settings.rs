//! The shapes of an agent's settings: clients of the published contract stop at a value of another kind.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::ApiError;
use crate::agents::one_of;

/// A question that is offered in an empty chat.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its shape is looked at")]
struct SuggestedPrompt {
    prompt: String,
    summary_title: String,
}

pub(super) fn check(key: &str, value: &Value) -> Result<(), ApiError> {
    match key {
        "incomingEmailSecurityMode" => word(key, value, &["private", "internal", "public"]),
        "toolExposureMode" => word(key, value, &["full", "search_and_run_only"]),
        "incomingEmailEnabled" | "toolPrefix" | "builtinTools" => {
            expect(key, value.is_boolean(), "true or false")
        }
        "llmApiKeyId" => {
            let id = value.as_str().map(Uuid::parse_str);
            expect(key, matches!(id, Some(Ok(_))), "the id of a key, a UUID")
        }
        "connectorIds" | "knowledgeBaseIds" | "passthroughHeaders" => {
            let items = value.as_array();
            let are_texts = items.is_some_and(|items| items.iter().all(Value::is_string));
            expect(key, are_texts, "a list of texts")
        }
        "suggestedPrompts" => {
            let read = serde_json::from_value::<Vec<SuggestedPrompt>>(value.clone());
            expect(key, read.is_ok(), "a list of {prompt, summaryTitle}")
        }
        "builtInAgentConfig" => expect(key, value.is_object(), "an object"),
        _ => expect(key, value.is_string(), "a text"),
    }
}

fn word(key: &str, value: &Value, allowed: &[&str]) -> Result<(), ApiError> {
    one_of(key, value.as_str().unwrap_or_default(), allowed).map(drop)
}

fn expect(key: &str, is_right: bool, what: &str) -> Result<(), ApiError> {
    if is_right {
        return Ok(());
    }
    Err(ApiError::Validation(format!("{key} is {what}.")))
}
