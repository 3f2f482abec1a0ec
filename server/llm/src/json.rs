//! Reading facts out of JSON that may lack any field or hold another type than expected.

use serde_json::Value;

/// A count; whatever is not one (missing, negative, text) is zero.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    optional_count(value, pointer).unwrap_or_default()
}

pub(crate) fn optional_count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer)?.as_u64()
}

/// A text that is there and not empty.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}
