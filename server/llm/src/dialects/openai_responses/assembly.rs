//! Puts a Responses stream together. Its last event holds the whole response; only a stream that
//! was cut off, or a server that leaves the output out there, needs the parts.

use serde_json::{Map, Value, json};

use crate::dialects::stream::Parts;
use crate::json::{append, push};

type Object = Map<String, Value>;

#[derive(Default)]
pub(super) struct Assembly {
    response: Option<Object>,
    items: Parts<Object>,
    ended: bool,
}

impl Assembly {
    pub(super) fn add(&mut self, event: Value) {
        let Value::Object(mut event) = event else {
            return;
        };
        let kind = event.remove("type");
        match kind.as_ref().and_then(Value::as_str).unwrap_or_default() {
            "response.created" | "response.queued" | "response.in_progress" => {
                if !self.ended {
                    self.take_response(event);
                }
            }
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                self.take_response(event);
                self.ended = true;
            }
            "response.output_item.added" | "response.output_item.done" => {
                let number = number(&event, "output_index");
                if let (Some(Value::Object(item)), Some(part)) =
                    (event.remove("item"), self.items.part(number))
                {
                    *part = item;
                }
            }
            kind => self.add_to_item(kind, event),
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The response, if any of it arrived.
    pub(super) fn finish(self) -> Option<Value> {
        if self.response.is_none() && self.items.is_empty() {
            return None;
        }
        let mut response = self
            .response
            .unwrap_or_else(|| Object::from_iter([("object".to_owned(), Value::from("response"))]));
        let given = response.get("output").and_then(Value::as_array);
        if given.is_none_or(Vec::is_empty) {
            let items = self.items.into_ordered();
            let items = items.map(|(_, item)| Value::Object(item)).collect();
            response.insert("output".to_owned(), items);
        }
        Some(Value::Object(response))
    }

    fn take_response(&mut self, mut event: Object) {
        if let Some(Value::Object(response)) = event.remove("response") {
            self.response = Some(response);
        }
    }

    fn add_to_item(&mut self, kind: &str, mut event: Object) {
        let Some(target) = Target::of(kind) else {
            return;
        };
        let output_index = number(&event, "output_index");
        let position = number(&event, target.position());
        let Some(item) = self.items.part(output_index) else {
            return;
        };
        match target {
            Target::Field(field) => append(item, field, delta(&event)),
            Target::Part(list, _, field) => {
                if let Some(part) = part_at(item, list, position) {
                    append(part, field, delta(&event));
                }
            }
            Target::WholePart(list, _) => {
                let value = event.remove("part").unwrap_or_default();
                let part = part_at(item, list, position);
                if let (Some(part), Value::Object(value)) = (part, value) {
                    *part = value;
                }
            }
            Target::Annotation => {
                let annotation = event.remove("annotation").unwrap_or_default();
                if let Some(part) = part_at(item, "content", position) {
                    push(part, "annotations", annotation);
                }
            }
        }
    }
}

/// Where in an output item an event's addition goes.
enum Target {
    Field(&'static str),
    /// List of parts, field with the part's position, text field of the part.
    Part(&'static str, &'static str, &'static str),
    WholePart(&'static str, &'static str),
    Annotation,
}

impl Target {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "response.function_call_arguments.delta" | "response.mcp_call_arguments.delta" => {
                Self::Field("arguments")
            }
            "response.custom_tool_call_input.delta" => Self::Field("input"),
            "response.code_interpreter_call_code.delta" => Self::Field("code"),
            "response.output_text.delta" | "response.reasoning_text.delta" => {
                Self::Part("content", "content_index", "text")
            }
            "response.refusal.delta" => Self::Part("content", "content_index", "refusal"),
            "response.reasoning_summary_text.delta" => {
                Self::Part("summary", "summary_index", "text")
            }
            "response.content_part.added" | "response.content_part.done" => {
                Self::WholePart("content", "content_index")
            }
            "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done" => {
                Self::WholePart("summary", "summary_index")
            }
            "response.output_text.annotation.added" => Self::Annotation,
            _ => return None,
        })
    }

    fn position(&self) -> &'static str {
        match self {
            Self::Field(_) => "output_index",
            Self::Part(_, position, _) | Self::WholePart(_, position) => position,
            Self::Annotation => "content_index",
        }
    }
}

fn number(event: &Object, field: &str) -> u64 {
    event.get(field).and_then(Value::as_u64).unwrap_or_default()
}

fn delta(event: &Object) -> &str {
    event
        .get("delta")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The part at this position, or a new one if it is the next; a gap can't be filled.
fn part_at<'a>(item: &'a mut Object, list: &str, position: u64) -> Option<&'a mut Object> {
    let parts = item
        .entry(list)
        .or_insert_with(|| json!([]))
        .as_array_mut()?;
    let position = usize::try_from(position).ok()?;
    if position == parts.len() {
        parts.push(Value::Object(Object::new()));
    }
    parts.get_mut(position)?.as_object_mut()
}
