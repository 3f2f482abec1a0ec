//! What a message consists of, and how the events of a stream become it.
//!
//! Parts and events have the shapes of the Vercel AI SDK's UI messages and their stream (source: its
//! `ui-message-chunks.ts`), with a few members more. The same code makes the message while it comes and after a crash,
//! from the events that were kept.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

/// A tool's result longer than this is cut for readers; the whole is asked for when somebody opens it.
pub(crate) const SHOWN: usize = 20_000;

/// The parts of one assistant message.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Parts(pub(crate) Vec<Value>);

impl Parts {
    pub(crate) fn from_value(value: &Value) -> Self {
        Self(value.as_array().cloned().unwrap_or_default())
    }

    /// As a row keeps it: PostgreSQL has no place for the character NUL.
    pub(crate) fn to_value(&self) -> Value {
        let mut value = Value::Array(self.0.clone());
        if self.0.iter().any(has_nul) {
            replace_nul(&mut value);
        }
        value
    }

    /// Takes in one event; those that are not about the message change nothing.
    pub(crate) fn apply(&mut self, event: &Value) {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        match text("type") {
            "start-step" => self.0.push(json!({ "type": "step-start" })),
            "text-start" => self
                .0
                .push(json!({ "type": "text", "text": "", "state": "streaming" })),
            "reasoning-start" => self
                .0
                .push(json!({ "type": "reasoning", "text": "", "state": "streaming" })),
            "text-delta" => self.append("text", "text", text("delta")),
            "reasoning-delta" => self.append("reasoning", "text", text("delta")),
            "text-end" | "reasoning-end" => self.done(text("type")),
            "tool-input-start" => self.0.push(json!({
                "type": "dynamic-tool",
                "toolName": event["toolName"],
                "toolCallId": event["toolCallId"],
                "state": "input-streaming",
                "inputText": "",
            })),
            "tool-input-delta" => {
                if let Some(part) = self.call_mut(text("toolCallId")) {
                    append(part, "inputText", text("inputTextDelta"));
                }
            }
            "data-tool" => {
                let fields = event["data"].as_object().cloned().unwrap_or_default();
                let id = fields.get("toolCallId").and_then(Value::as_str);
                self.merge(id.unwrap_or_default().to_owned().as_str(), fields);
            }
            _ => self.tool(event),
        }
    }

    fn tool(&mut self, event: &Value) {
        let state = match event["type"].as_str().unwrap_or_default() {
            "tool-input-available" => {
                json!({ "state": "input-available", "input": event["input"] })
            }
            "tool-approval-request" => {
                json!({ "state": "approval-requested", "approval": { "id": event["approvalId"] } })
            }
            "tool-output-available" => {
                json!({ "state": "output-available", "output": event["output"] })
            }
            "tool-output-error" => {
                json!({ "state": "output-error", "errorText": event["errorText"] })
            }
            "tool-output-denied" => json!({ "state": "output-denied" }),
            _ => return,
        };
        let id = event["toolCallId"].as_str().unwrap_or_default().to_owned();
        if let Value::Object(mut fields) = state {
            fields.insert("toolCallId".to_owned(), id.as_str().into());
            self.merge(&id, fields);
        }
        if let Some(part) = self.call_mut(&id) {
            part.remove("inputText");
        }
    }

    fn append(&mut self, kind: &str, field: &str, addition: &str) {
        let last = self.0.iter_mut().rev().find(|part| part["type"] == kind);
        if let Some(Value::Object(part)) = last {
            append(part, field, addition);
        }
    }

    fn done(&mut self, event: &str) {
        let kind = event.trim_end_matches("-end");
        let last = self.0.iter_mut().rev().find(|part| part["type"] == kind);
        if let Some(part) = last {
            part["state"] = "done".into();
        }
    }

    fn call_mut(&mut self, id: &str) -> Option<&mut Map<String, Value>> {
        let found = self
            .0
            .iter_mut()
            .rev()
            .find(|part| part["toolCallId"] == id);
        found.and_then(Value::as_object_mut)
    }

    pub(crate) fn call(&self, id: &str) -> Option<&Value> {
        self.0.iter().rev().find(|part| part["toolCallId"] == id)
    }

    fn merge(&mut self, id: &str, fields: Map<String, Value>) {
        if let Some(part) = self.call_mut(id) {
            part.extend(fields);
        }
    }

    /// Puts whole results where cut ones stand.
    pub(crate) fn with_results_of(&mut self, whole: &Self) {
        for part in &mut self.0 {
            if part["truncated"] == true
                && let Some(call) = part["toolCallId"].as_str().and_then(|id| whole.call(id))
                && !call["output"].is_null()
            {
                *part = call.clone();
            }
        }
    }

    /// What a resumed answer keeps: whole steps. A text that broke off is said anew; calls that have no result stay as
    /// failed, since their tools may have done their work.
    pub(crate) fn kept_for_resume(&mut self) {
        let last_call = self
            .0
            .iter()
            .rposition(|part| part["type"] == "dynamic-tool");
        self.0.truncate(last_call.map_or(0, |last| last + 1));
        self.0.retain(|part| part["state"] != "input-streaming");
        for part in &mut self.0 {
            let is_open = matches!(
                part["state"].as_str(),
                Some("input-available" | "approval-requested" | "approval-responded")
            );
            if is_open && let Value::Object(part) = part {
                part.insert("state".to_owned(), "output-error".into());
                part.insert("errorText".to_owned(), NO_RESULT.into());
            }
        }
    }

    /// When a run ends, nothing of it goes on.
    pub(crate) fn close(&mut self, why: &str) {
        for part in &mut self.0 {
            let Value::Object(part) = part else { continue };
            match part.get("state").and_then(Value::as_str) {
                Some("streaming") => {
                    part.insert("state".to_owned(), "done".into());
                }
                Some(
                    "input-streaming" | "input-available" | "approval-requested"
                    | "approval-responded",
                ) => {
                    part.insert("state".to_owned(), "output-error".into());
                    part.insert("errorText".to_owned(), why.into());
                }
                _ => {}
            }
        }
    }

    /// What was said, for the search, the title and the list.
    pub(crate) fn words(&self) -> String {
        let texts = self.0.iter().filter(|part| part["type"] == "text");
        let texts = texts.filter_map(|part| part["text"].as_str());
        without_nul(&texts.collect::<Vec<_>>().join("\n"))
    }

    /// As readers get it: long results cut.
    pub(crate) fn shown(&self) -> Vec<Value> {
        self.0.iter().map(shown).collect()
    }
}

const NO_RESULT: &str =
    "The server was restarted before the result came. The tool may have done its work.";

pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_nul(text),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(members) => {
            let mut clean = Map::new();
            for (name, mut value) in std::mem::take(members) {
                replace_nul(&mut value);
                clean.insert(without_nul(&name), value);
            }
            *members = clean;
        }
        _ => {}
    }
}

fn append(part: &mut Map<String, Value>, field: &str, addition: &str) {
    if let Some(Value::String(text)) = part.get_mut(field) {
        text.push_str(addition);
    } else {
        part.insert(field.to_owned(), addition.into());
    }
}

fn shown(part: &Value) -> Value {
    match cut(&part["output"]) {
        Some((output, size)) => {
            let mut part = part.clone();
            part["output"] = output;
            part["truncated"] = true.into();
            part["outputSize"] = size.into();
            part
        }
        None => part.clone(),
    }
}

/// The beginning of a result that is too long to show, and how long it is.
pub(crate) fn cut(output: &Value) -> Option<(Value, usize)> {
    let size = length(output);
    if size <= SHOWN {
        return None;
    }
    let mut room = SHOWN;
    let contents = output["content"].as_array().map(Vec::as_slice);
    let mut content = Vec::new();
    for item in contents.unwrap_or_default() {
        if room == 0 {
            break;
        }
        match item["text"].as_str() {
            Some(text) => {
                let text: String = text.chars().take(room).collect();
                room -= text.chars().count();
                content.push(json!({ "type": "text", "text": text }));
            }
            None => content.push(json!({ "type": item["type"], "mimeType": item["mimeType"] })),
        }
    }
    let is_error = output["isError"] == true;
    Some((json!({ "content": content, "isError": is_error }), size))
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len() + length(value))
            .sum(),
        _ => 4,
    }
}
