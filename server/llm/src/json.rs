//! Reading facts out of JSON that may lack any field or hold another type than expected.

use serde_json::{Map, Value};

/// A count; whatever is not one (missing, negative, other text) is zero.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    optional_count(value, pointer).unwrap_or_default()
}

pub(crate) fn optional_count(value: &Value, pointer: &str) -> Option<u64> {
    match value.pointer(pointer)? {
        Value::Number(number) => number.as_u64(),
        // Google's JSON writes 64-bit integers as text.
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// A text that is there and not empty.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The elements of an array field; none if it is missing or something else.
pub(crate) fn elements<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let array = value.pointer(pointer).and_then(Value::as_array);
    array.map_or(&[], Vec::as_slice)
}

/// The value as text: texts as they are, everything else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What an error body says, in the shapes the three vendors use: an `error` that is an object with
/// a message and a type, status or code, or that is just a text.
pub(crate) fn error_text(value: &Value) -> Option<String> {
    let error = match value {
        // Gemini's array form wraps the one error object.
        Value::Array(wrapped) => wrapped.first()?.get("error")?,
        other => other.get("error")?,
    };
    match error {
        Value::Null => None,
        Value::Object(_) => {
            let kind = ["/type", "/status", "/code"];
            let kind = kind.iter().find_map(|pointer| text(error, pointer));
            Some(match (kind, text(error, "/message")) {
                (Some(kind), Some(message)) => format!("{kind}: {message}"),
                (None, Some(message)) => message,
                (Some(kind), None) => kind,
                (None, None) => error.to_string(),
            })
        }
        other => Some(plain(other)),
    }
}

/// Appends to a text field, or sets it where it is no text yet.
pub(crate) fn append(object: &mut Map<String, Value>, field: &str, addition: &str) {
    if let Some(Value::String(text)) = object.get_mut(field) {
        text.push_str(addition);
    } else {
        object.insert(field.to_owned(), Value::from(addition));
    }
}

/// Pushes to an array field, or makes it one.
pub(crate) fn push(object: &mut Map<String, Value>, field: &str, addition: Value) {
    if let Some(Value::Array(array)) = object.get_mut(field) {
        array.push(addition);
    } else {
        object.insert(field.to_owned(), Value::Array(vec![addition]));
    }
}

/// Takes every field that says something; a null only where nothing is known yet.
pub(crate) fn set_known(object: &mut Map<String, Value>, field: String, value: Value) {
    if !value.is_null() || !object.contains_key(&field) {
        object.insert(field, value);
    }
}
