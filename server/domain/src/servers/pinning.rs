//! The rug-pull guard: what was approved of a tool is pinned, and a server that changes it later has to be approved anew.
//!
//! A tool is approved when it is first discovered, which is when a person installed its server. From then on a changed
//! name, title, description or schema waits as pending, and the tool is paused until somebody decides.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use db::tools::Tool;
use mcp::object::Object;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A tool as its server describes it just now.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) raw_name: String,
    title: Option<String>,
    description: Option<String>,
    input_schema: Value,
    definition: String,
    fingerprint: String,
    warnings: Vec<String>,
}

impl Described {
    /// None for what is no tool object.
    pub(super) fn read(definition: &RawValue) -> Option<Self> {
        let object = Object::parse(definition)?;
        let raw_name = object.text("name").filter(|name| !name.is_empty())?;
        // Postgres refuses texts with a NUL in them.
        let text = |name: &str| object.text(name).map(|text| text.replace('\0', ""));
        let json = |name: &str| object.read::<Value>(name).unwrap_or(Value::Null);
        let mut fingerprint = Sha256::new();
        for part in [
            Value::from(raw_name.clone()),
            json("title"),
            json("description"),
            json("inputSchema"),
            json("outputSchema"),
        ] {
            let text = canonical(&part);
            fingerprint.update(text.len().to_be_bytes());
            fingerprint.update(text);
        }
        let mut hex = String::with_capacity(64);
        for byte in fingerprint.finalize() {
            let _ = write!(hex, "{byte:02x}");
        }
        Some(Self {
            title: text("title"),
            description: text("description"),
            input_schema: without_nul(json("inputSchema")),
            warnings: warnings(definition.get()),
            definition: definition.get().to_owned(),
            fingerprint: hex,
            raw_name,
        })
    }

    pub(super) fn into_new(
        self,
        catalog_id: Option<Uuid>,
        name: String,
        now: DateTime<Utc>,
    ) -> Tool {
        Tool {
            id: Uuid::now_v7(),
            catalog_id,
            name,
            raw_name: self.raw_name,
            title: self.title,
            description: self.description,
            input_schema: self.input_schema,
            definition: self.definition,
            fingerprint: self.fingerprint,
            pending_definition: None,
            pending_fingerprint: None,
            pending_detected_at: None,
            rejected_fingerprint: None,
            paused: false,
            warnings: self.warnings,
            available: true,
            created_at: now,
            updated_at: now,
        }
    }

    /// Compares with what is known; true if the row is to be written.
    pub(super) fn apply(self, tool: &mut Tool, now: DateTime<Utc>) -> bool {
        let before = tool.clone();
        tool.available = true;
        if self.fingerprint == tool.fingerprint {
            // As approved, or as approved again.
            tool.paused &=
                tool.pending_fingerprint.is_none() && tool.rejected_fingerprint.is_none();
            clear_pending(tool);
            tool.rejected_fingerprint = None;
            self.describe(tool);
        } else if tool.rejected_fingerprint.as_ref() == Some(&self.fingerprint) {
            tool.paused = true;
        } else if tool.pending_fingerprint.as_ref() != Some(&self.fingerprint) {
            tool.paused = true;
            tool.pending_definition = Some(self.definition);
            tool.pending_fingerprint = Some(self.fingerprint);
            tool.pending_detected_at = Some(now);
        }
        let is_changed = differs(&before, tool);
        if is_changed {
            tool.updated_at = now;
        }
        is_changed
    }

    fn describe(self, tool: &mut Tool) {
        tool.title = self.title;
        tool.description = self.description;
        tool.input_schema = self.input_schema;
        tool.definition = self.definition;
        tool.fingerprint = self.fingerprint;
        tool.warnings = self.warnings;
    }
}

/// The pending definition becomes the approved one.
pub(super) fn approve(tool: &mut Tool, now: DateTime<Utc>) {
    let pending = tool.pending_definition.take();
    let described = pending
        .and_then(|definition| RawValue::from_string(definition).ok())
        .and_then(|definition| Described::read(&definition));
    if let Some(described) = described {
        described.describe(tool);
    }
    clear_pending(tool);
    tool.rejected_fingerprint = None;
    tool.paused = false;
    tool.updated_at = now;
}

/// The approved definition stays, and the tool is paused for as long as its server offers the rejected one.
pub(super) fn reject(tool: &mut Tool, now: DateTime<Utc>) {
    if let Some(pending) = tool.pending_fingerprint.take() {
        tool.rejected_fingerprint = Some(pending);
    }
    clear_pending(tool);
    tool.paused = true;
    tool.updated_at = now;
}

fn clear_pending(tool: &mut Tool) {
    tool.pending_definition = None;
    tool.pending_fingerprint = None;
    tool.pending_detected_at = None;
}

fn differs(before: &Tool, after: &Tool) -> bool {
    before.available != after.available
        || before.paused != after.paused
        || before.definition != after.definition
        || before.pending_fingerprint != after.pending_fingerprint
        || before.rejected_fingerprint != after.rejected_fingerprint
        || before.warnings != after.warnings
}

/// JSON with sorted keys: a server may write an object's members in any order.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(items) => items.into_iter().map(without_nul).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key.replace('\0', ""), without_nul(value)))
            .collect(),
        other => other,
    }
}

/// Whether a code point is of a kind.
type IsKind = fn(u32) -> bool;

/// Letters that a person does not see and a model reads.
fn warnings(definition: &str) -> Vec<String> {
    // The text as the client sees it: escapes hide nothing there.
    let text = serde_json::from_str::<Value>(definition).map(|value| value.to_string());
    let text = text.unwrap_or_default();
    let kinds: [(&str, IsKind); 4] = [
        (
            "letters of the invisible Unicode tag block, which can carry a hidden message",
            |code| (0xE_0000..=0xE_007F).contains(&code),
        ),
        (
            "characters that reverse the direction in which text is shown",
            |code| matches!(code, 0x202A..=0x202E | 0x2066..=0x2069),
        ),
        ("characters of no width", |code| {
            matches!(code, 0x200B | 0x2060..=0x2064 | 0xFEFF | 0x00AD | 0x180E)
        }),
        (
            "variation selectors that belong to no emoji and can carry a hidden message",
            |code| (0xE_0100..=0xE_01EF).contains(&code),
        ),
    ];
    let mut warnings = Vec::new();
    for (kind, is_kind) in kinds {
        let found = text.chars().filter(|letter| is_kind(u32::from(*letter)));
        let count = found.count();
        if count > 0 {
            warnings.push(format!("its definition has {count} {kind}"));
        }
    }
    warnings
}
