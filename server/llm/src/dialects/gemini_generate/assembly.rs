//! Puts the chunks of a generateContent stream together to one response.
//!
//! Texts that follow each other are joined, everything else is kept part by part; of all other
//! fields the newest value counts, as usage and ratings are cumulative.

use serde_json::{Map, Value, json};

use crate::dialects::stream::Parts;
use crate::json::set_known;

type Object = Map<String, Value>;

#[derive(Default)]
pub(super) struct Assembly {
    response: Object,
    candidates: Parts<Candidate>,
}

#[derive(Default)]
struct Candidate {
    fields: Object,
    role: Option<Value>,
    parts: Vec<Value>,
}

impl Assembly {
    pub(super) fn add(&mut self, chunk: Value) {
        let Value::Object(chunk) = chunk else { return };
        for (field, value) in chunk {
            match (field.as_str(), value) {
                ("candidates", Value::Array(candidates)) => {
                    self.response.entry("candidates").or_insert(Value::Null);
                    for candidate in candidates {
                        self.add_candidate(candidate);
                    }
                }
                ("usageMetadata", Value::Object(usage)) => {
                    let known = self.response.entry(field).or_insert_with(|| json!({}));
                    if let Value::Object(known) = known {
                        known.extend(usage);
                    }
                }
                ("error", _) => {}
                (_, value) => set_known(&mut self.response, field, value),
            }
        }
    }

    /// The response, if any of it arrived.
    pub(super) fn finish(mut self) -> Option<Value> {
        if self.response.is_empty() {
            return None;
        }
        if self.response.contains_key("candidates") {
            let candidates = self.candidates.into_ordered();
            let candidates = candidates
                .map(|(_, candidate)| candidate.finish())
                .collect();
            self.response.insert("candidates".to_owned(), candidates);
        }
        Some(Value::Object(self.response))
    }

    fn add_candidate(&mut self, candidate: Value) {
        let Value::Object(fields) = candidate else {
            return;
        };
        let index = fields
            .get("index")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let Some(candidate) = self.candidates.part(index) else {
            return;
        };
        for (field, value) in fields {
            match (field.as_str(), value) {
                ("content", Value::Object(content)) => candidate.add_content(content),
                (_, value) => set_known(&mut candidate.fields, field, value),
            }
        }
    }
}

impl Candidate {
    fn add_content(&mut self, content: Object) {
        for (field, value) in content {
            match (field.as_str(), value) {
                ("parts", Value::Array(parts)) => {
                    for part in parts {
                        self.add_part(part);
                    }
                }
                ("role", role) => self.role = Some(role),
                _ => {}
            }
        }
    }

    fn add_part(&mut self, part: Value) {
        let joins = self.parts.last().is_some_and(|last| {
            is_plain_text(last)
                && is_plain_text(&part)
                && last.get("thought") == part.get("thought")
        });
        let last = if joins { self.parts.last_mut() } else { None };
        let last = last.and_then(|last| last.get_mut("text"));
        match (last, part.get("text")) {
            (Some(Value::String(text)), Some(Value::String(more))) => text.push_str(more),
            _ => self.parts.push(part),
        }
    }

    fn finish(self) -> Value {
        let mut content = Object::new();
        if !self.parts.is_empty() {
            content.insert("parts".to_owned(), Value::Array(self.parts));
        }
        content.extend(self.role.map(|role| ("role".to_owned(), role)));
        let mut candidate = Object::new();
        candidate.insert("content".to_owned(), Value::Object(content));
        candidate.extend(self.fields);
        Value::Object(candidate)
    }
}

/// A part with nothing but text, which a signature would make more than that.
fn is_plain_text(part: &Value) -> bool {
    part.as_object().is_some_and(|fields| {
        fields.get("text").is_some_and(Value::is_string)
            && fields
                .keys()
                .all(|field| field == "text" || field == "thought")
    })
}
