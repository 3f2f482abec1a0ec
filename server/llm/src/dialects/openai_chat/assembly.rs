//! Puts the chunks of a chat completion together to the body it would have been without streaming.
//!
//! Unknown fields survive: what is unknown is merged by its JSON type, the way `OpenAI`'s own SDKs
//! accumulate deltas (texts are appended, objects merged, arrays extended).

use serde_json::{Map, Value};

use crate::dialects::stream::Parts;
use crate::json::{append, set_known};

type Object = Map<String, Value>;

/// Texts that a vendor may repeat in every chunk; they are taken, not appended.
const WHOLE_TEXTS: [&str; 3] = ["id", "type", "role"];

#[derive(Default)]
pub(super) struct Assembly {
    body: Object,
    choices: Parts<Choice>,
}

#[derive(Default)]
struct Choice {
    fields: Object,
    message: Object,
    tool_calls: Parts<Object>,
    finish_reason: Value,
}

impl Assembly {
    pub(super) fn add(&mut self, chunk: Value) {
        let Value::Object(chunk) = chunk else { return };
        for (field, value) in chunk {
            match (field.as_str(), value) {
                ("choices", Value::Array(choices)) => {
                    for choice in choices {
                        self.add_choice(choice);
                    }
                    // Keeps the field's place among the others.
                    self.body.entry("choices").or_insert(Value::Null);
                }
                // Padding against traffic analysis, and the error, which isn't part of the answer.
                ("obfuscation" | "error", _) => {}
                ("object", _) => {
                    self.body.insert(field, Value::from("chat.completion"));
                }
                (_, value) => set_known(&mut self.body, field, value),
            }
        }
    }

    /// The body, if there was any part of one.
    pub(super) fn finish(mut self) -> Option<Value> {
        if self.body.is_empty() {
            return None;
        }
        if self.body.contains_key("choices") {
            let choices = self
                .choices
                .into_ordered()
                .map(|(index, choice)| choice.finish(index));
            let choices = choices.collect();
            self.body.insert("choices".to_owned(), choices);
        }
        Some(Value::Object(self.body))
    }

    fn add_choice(&mut self, choice: Value) {
        let Value::Object(fields) = choice else {
            return;
        };
        let index = fields
            .get("index")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let Some(choice) = self.choices.part(index) else {
            return;
        };
        for (field, value) in fields {
            match (field.as_str(), value) {
                ("index", _) => {}
                ("delta" | "message", Value::Object(delta)) => choice.add_delta(delta),
                ("finish_reason", value) => {
                    if !value.is_null() {
                        choice.finish_reason = value;
                    }
                }
                // Only deltas come in pieces; a text beside them is always whole.
                (_, text @ Value::String(_)) => set_known(&mut choice.fields, field, text),
                (_, value) => merge_field(&mut choice.fields, field, value),
            }
        }
    }
}

impl Choice {
    fn add_delta(&mut self, delta: Object) {
        for (field, value) in delta {
            match (field.as_str(), value) {
                ("tool_calls", Value::Array(calls)) => {
                    for call in calls {
                        self.add_tool_call(call);
                    }
                }
                (_, value) => merge_field(&mut self.message, field, value),
            }
        }
    }

    fn add_tool_call(&mut self, call: Value) {
        let Value::Object(mut call) = call else {
            return;
        };
        let index = call.shift_remove("index").and_then(|index| index.as_u64());
        let number = index.unwrap_or_else(|| self.unnumbered(&call));
        if let Some(part) = self.tool_calls.part(number) {
            for (field, value) in call {
                merge_field(part, field, value);
            }
        }
    }

    /// Some compatible vendors leave the index out: an id then begins a new call.
    fn unnumbered(&self, call: &Object) -> u64 {
        match self.tool_calls.last_number() {
            Some(last) if call.contains_key("id") => last.saturating_add(1),
            Some(last) => last,
            None => 0,
        }
    }

    fn finish(mut self, index: u64) -> Value {
        self.message
            .entry("role")
            .or_insert_with(|| Value::from("assistant"));
        self.message.entry("content").or_insert(Value::Null);
        if !self.tool_calls.is_empty() {
            let calls = self.tool_calls.into_ordered();
            let calls = calls.map(|(_, call)| Value::Object(call)).collect();
            self.message.insert("tool_calls".to_owned(), calls);
        }
        let mut choice = Object::new();
        choice.insert("index".to_owned(), Value::from(index));
        choice.insert("message".to_owned(), Value::Object(self.message));
        choice.extend(self.fields);
        choice.insert("finish_reason".to_owned(), self.finish_reason);
        Value::Object(choice)
    }
}

fn merge_field(object: &mut Object, field: String, value: Value) {
    match (object.get_mut(&field), value) {
        (Some(Value::Object(known)), Value::Object(more)) => {
            for (field, value) in more {
                merge_field(known, field, value);
            }
        }
        (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
        (Some(Value::String(known)), Value::String(more)) => {
            let repeated = field == "name" && *known == more;
            if WHOLE_TEXTS.contains(&field.as_str()) {
                if !more.is_empty() {
                    *known = more;
                }
            } else if !repeated {
                append(object, &field, &more);
            }
        }
        (_, value) => set_known(object, field, value),
    }
}
