//! Puts the chunks of a chat completion together to the body it would have been without streaming.
//!
//! Unknown fields survive: what is unknown is merged by its JSON type, the way `OpenAI`'s own SDKs
//! accumulate deltas (texts are appended, objects merged, arrays extended).

use serde_json::{Map, Value, json};

use crate::dialects::stream::{NotJson, Parts};
use crate::fields::Fields;
use crate::json::{append, error_text, set_known};

type Object = Map<String, Value>;

/// Texts that a vendor may repeat in every chunk; they are taken, not appended.
const WHOLE_TEXTS: [&str; 3] = ["id", "type", "role"];

/// More fields than any real chunk has beside its choices.
const MAX_FIELDS: usize = 64;

#[derive(Default)]
pub(super) struct Assembly {
    body: Object,
    /// The fields beside the choices as last read. Chunks repeat them, and parsing them again
    /// would be most of the work.
    seen: Vec<(String, String)>,
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
    /// Takes a chunk, and gives the error in it.
    pub(super) fn add(&mut self, chunk: &[u8]) -> Result<Option<String>, NotJson> {
        let fields = Fields::read_all(chunk);
        if !fields.complete() {
            return Err(NotJson);
        }
        for (field, value) in fields.iter() {
            match field {
                "choices" => {
                    for choice in
                        serde_json::from_str::<Vec<Value>>(value.get()).unwrap_or_default()
                    {
                        self.add_choice(choice);
                    }
                    // Keeps the field's place among the others.
                    self.body.entry("choices").or_insert(Value::Null);
                }
                // Padding against traffic analysis, and the error, which isn't part of the answer.
                "obfuscation" | "error" => {}
                _ => self.take_field(field, value.get()),
            }
        }
        let error = fields.get::<Value>("error");
        Ok(error.and_then(|error| error_text(&json!({ "error": error }))))
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

    fn take_field(&mut self, field: &str, value: &str) {
        if !self.is_news(field, value) {
            return;
        }
        let value = match field {
            "object" => Value::from("chat.completion"),
            _ => serde_json::from_str(value).unwrap_or_default(),
        };
        set_known(&mut self.body, field.to_owned(), value);
    }

    fn is_news(&mut self, field: &str, value: &str) -> bool {
        if let Some((_, seen)) = self.seen.iter_mut().find(|(seen, _)| seen == field) {
            let differs = seen != value;
            if differs {
                value.clone_into(seen);
            }
            return differs;
        }
        let has_room = self.seen.len() < MAX_FIELDS;
        if has_room {
            self.seen.push((field.to_owned(), value.to_owned()));
        }
        has_room
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
