//! What a request asks a model, roughly: how long it is. And the same request for another model.
//!
//! Only rules that send calls to another model need this; without one no request is read.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::Value;

use crate::fields::Fields;

/// Where the dialects keep messages and instructions.
const SAID: &[&str] = &[
    "messages",
    "input",
    "prompt",
    "contents",
    "system",
    "instructions",
    "systemInstruction",
    "system_instruction",
];

/// How long messages and instructions are, in tokens as an estimate: four ASCII characters make one, any other
/// character is one. A picture or a file counts as the text that it is sent as, which is far more than it costs.
pub fn estimated_tokens(body: &[u8]) -> u64 {
    let fields = Fields::read(body, SAID);
    let said = fields.iter();
    let quarters: u64 = said
        .filter_map(|(_, raw)| serde_json::from_str(raw.get()).ok())
        .map(|value: Value| quarters(&value))
        .sum();
    quarters.div_ceil(4)
}

fn quarters(value: &Value) -> u64 {
    match value {
        Value::String(text) => text
            .chars()
            .map(|one| if one.is_ascii() { 1 } else { 4 })
            .sum(),
        Value::Array(items) => items.iter().map(quarters).sum(),
        Value::Object(members) => members.values().map(quarters).sum(),
        _ => 0,
    }
}

/// The body with another model in it, and otherwise byte for byte. None if it names none.
pub fn with_model(body: &[u8], model: &str) -> Option<Bytes> {
    let fields = Fields::read(body, &["model"]);
    let name = Value::from(model).to_string();
    let mut changed = Vec::with_capacity(body.len() + name.len());
    let mut rest = 0;
    for (_, raw) in fields.iter() {
        // It borrows from the body.
        let start = raw.get().as_ptr().addr() - body.as_ptr().addr();
        changed.extend_from_slice(&body[rest..start]);
        changed.extend_from_slice(name.as_bytes());
        rest = start + raw.get().len();
    }
    if rest == 0 {
        return None;
    }
    changed.extend_from_slice(&body[rest..]);
    Some(Bytes::from(changed))
}

/// A path that names the model (`v1beta/models/{model}:generateContent`), for another one. None if it names none of the
/// listed ones.
pub fn path_with_model(path: &str, model: &str) -> Option<String> {
    let (resource, verb) = path.rsplit_once(':')?;
    let (collection, _) = resource.rsplit_once('/')?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    let fits = collection.ends_with("models") && model.chars().all(is_plain);
    fits.then(|| format!("{collection}/{model}:{verb}"))
}
