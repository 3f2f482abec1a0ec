//! What is read from every recorded answer, held by snapshots.

use insta::{Settings, assert_json_snapshot};
use serde_json::{Value, json};

use crate::recorded::{DIALECTS, recorded};

/// Longer texts show only their size and their ends.
const SHOWN_TEXT: usize = 300;

fn snapshots_of(folder: &str) {
    for file in recorded(folder) {
        let mut facts = serde_json::to_value(file.read(&file.bytes)).unwrap();
        shorten(&mut facts);
        let mut settings = Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path(format!("../snapshots/{folder}"));
        settings.set_omit_expression(true);
        settings.bind(|| assert_json_snapshot!(file.name.clone(), facts));
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > SHOWN_TEXT => {
            let start: String = text.chars().take(40).collect();
            let end: String = text.chars().skip(text.chars().count() - 40).collect();
            *value = json!({ "bytes": text.len(), "start": start, "end": end });
        }
        Value::Array(elements) => elements.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

#[test]
fn openai_chat_completions_are_read() {
    snapshots_of("openai_chat");
}

#[test]
fn openai_responses_are_read() {
    snapshots_of("openai_responses");
}

#[test]
fn openai_embeddings_are_read() {
    snapshots_of("openai_embeddings");
}

#[test]
fn anthropic_messages_are_read() {
    snapshots_of("anthropic_messages");
}

#[test]
fn gemini_answers_are_read() {
    snapshots_of("gemini_generate");
}

#[test]
fn every_family_has_at_least_twenty_recordings() {
    let count = |family: &str| -> usize {
        let folders = DIALECTS
            .iter()
            .filter(|(folder, ..)| folder.starts_with(family));
        folders.map(|(folder, ..)| recorded(folder).len()).sum()
    };
    for family in ["openai", "anthropic", "gemini"] {
        assert!(count(family) >= 20, "{family} has {}", count(family));
    }
}

#[test]
fn an_assembled_stream_says_the_same_as_the_body_it_stands_for() {
    for (folder, ..) in DIALECTS {
        for file in recorded(folder).iter().filter(|file| file.is_stream()) {
            let stream = file.read(&file.bytes);
            let Some(assembled) = &stream.assembled else {
                continue;
            };
            let body = file.dialect.read_response(assembled.to_string().as_bytes());
            assert_eq!(body.model, stream.model, "{folder}/{}", file.name);
            assert_eq!(
                body.response_id, stream.response_id,
                "{folder}/{}",
                file.name
            );
            assert_eq!(body.usage, stream.usage, "{folder}/{}", file.name);
            assert_eq!(
                body.finish_reason, stream.finish_reason,
                "{folder}/{}",
                file.name
            );
            assert_eq!(body.tool_calls, stream.tool_calls, "{folder}/{}", file.name);
        }
    }
}
