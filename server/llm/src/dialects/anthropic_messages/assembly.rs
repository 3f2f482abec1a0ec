//! Puts the events of a Messages stream together to the message.
//!
//! Deltas of an unknown type are appended field by field, so that new kinds of blocks survive.

use serde_json::{Map, Value};

use crate::dialects::stream::Parts;
use crate::json::{append, push, set_known};

type Object = Map<String, Value>;

#[derive(Default)]
pub(super) struct Assembly {
    message: Option<Object>,
    blocks: Parts<Block>,
    ended: bool,
}

#[derive(Default)]
struct Block {
    fields: Object,
    /// The pieces of a tool's input, which only together are JSON.
    input: String,
}

impl Assembly {
    pub(super) fn add(&mut self, event: Value) {
        let Value::Object(mut event) = event else {
            return;
        };
        let kind = event.remove("type");
        match kind.as_ref().and_then(Value::as_str).unwrap_or_default() {
            "message_start" => {
                if let Some(Value::Object(message)) = event.remove("message") {
                    self.message = Some(message);
                }
            }
            "content_block_start" => {
                let block = event.remove("content_block");
                if let (Some(Value::Object(fields)), Some(block)) = (block, self.block(&event)) {
                    block.fields = fields;
                }
            }
            "content_block_delta" => {
                let delta = event.remove("delta");
                if let (Some(Value::Object(delta)), Some(block)) = (delta, self.block(&event)) {
                    block.add(delta);
                }
            }
            "message_delta" => self.add_to_message(event),
            "message_stop" => self.ended = true,
            _ => {}
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The message, if any of it arrived.
    pub(super) fn finish(self) -> Option<Value> {
        if self.message.is_none() && self.blocks.is_empty() {
            return None;
        }
        let mut message = self.message.unwrap_or_default();
        let blocks = self.blocks.into_ordered();
        let blocks = blocks.map(|(_, block)| block.finish()).collect();
        message.insert("content".to_owned(), blocks);
        Some(Value::Object(message))
    }

    fn block(&mut self, event: &Object) -> Option<&mut Block> {
        let index = event.get("index").and_then(Value::as_u64);
        self.blocks.part(index.unwrap_or_default())
    }

    /// Usage here is cumulative: what it names replaces what the start said.
    fn add_to_message(&mut self, event: Object) {
        let message = self.message.get_or_insert_default();
        for (field, value) in event {
            match (field.as_str(), value) {
                ("delta", Value::Object(delta)) => {
                    for (field, value) in delta {
                        set_known(message, field, value);
                    }
                }
                ("usage", Value::Object(usage)) => {
                    let known = message
                        .entry("usage")
                        .or_insert_with(|| Object::new().into());
                    if let Value::Object(known) = known {
                        for (field, value) in usage {
                            set_known(known, field, value);
                        }
                    }
                }
                (_, value) => set_known(message, field, value),
            }
        }
    }
}

impl Block {
    fn add(&mut self, delta: Object) {
        for (field, value) in delta {
            match (field.as_str(), value) {
                ("type", _) => {}
                ("partial_json", Value::String(piece)) => self.input.push_str(&piece),
                ("citation", citation) => push(&mut self.fields, "citations", citation),
                (_, Value::String(piece)) => append(&mut self.fields, &field, &piece),
                (_, value) => set_known(&mut self.fields, field, value),
            }
        }
    }

    fn finish(mut self) -> Value {
        if !self.input.is_empty() {
            // A cut-off input is kept as the text it is.
            let input = serde_json::from_str(&self.input);
            let input = input.unwrap_or_else(|_| Value::String(self.input));
            self.fields.insert("input".to_owned(), input);
        }
        Value::Object(self.fields)
    }
}
