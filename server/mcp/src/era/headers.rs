//! HTTP headers of the Streamable HTTP transport, and the values that 2026-07-28 repeats in them.
//!
//! Source: specification 2026-07-28, basic/transports/streamable-http, "Request Metadata".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde_json::Value;
use serde_json::value::RawValue;

use super::method;
use crate::object::Object;

pub static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
pub static METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub static NAME: HeaderName = HeaderName::from_static("mcp-name");
pub static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// What precedes the name that a tool's schema gives with `x-mcp-header`.
pub const PARAM_PREFIX: &str = "mcp-param-";

const SENTINEL: (&str, &str) = ("=?base64?", "?=");

/// What `Mcp-Name` must say for a request, for the methods that have one.
pub fn routing_name(method: &str, params: Option<&RawValue>) -> Option<String> {
    let member = match method {
        method::TOOLS_CALL | method::PROMPTS_GET => "name",
        method::RESOURCES_READ => "uri",
        _ => return None,
    };
    Object::parse(params?)?.text(member)
}

/// A value as a header can carry it: as it is, or in Base64 between sentinels.
pub fn encode(value: &str) -> HeaderValue {
    let plain = value
        .bytes()
        .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
        && value.trim_matches([' ', '\t']) == value
        && !(value.starts_with(SENTINEL.0) && value.ends_with(SENTINEL.1));
    let text = if plain {
        value.to_owned()
    } else {
        format!("{}{}{}", SENTINEL.0, STANDARD.encode(value), SENTINEL.1)
    };
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The value that a header stands for; `None` when it is damaged.
pub fn decode(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let inner = text
        .strip_prefix(SENTINEL.0)
        .and_then(|rest| rest.strip_suffix(SENTINEL.1));
    match inner {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(text.to_owned()),
    }
}

/// A parameter that a tool wants to see in a header as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamHeader {
    pub name: HeaderName,
    /// The properties that lead to it from the arguments.
    pub path: Vec<String>,
}

/// The parameters that a tool's input schema marks with `x-mcp-header`, or why the schema may not do so.
pub fn param_headers(schema: &Value) -> Result<Vec<ParamHeader>, String> {
    let mut found = Vec::new();
    collect(schema, &mut Vec::new(), true, true, &mut found)?;
    for (at, header) in found.iter().enumerate() {
        if found[..at].iter().any(|other| other.name == header.name) {
            return Err(format!("`{}` is given twice", header.name));
        }
    }
    Ok(found)
}

/// Walks the whole schema, so that a mark where none may be is found, too.
fn collect(
    schema: &Value,
    path: &mut Vec<String>,
    reachable: bool,
    is_root: bool,
    found: &mut Vec<ParamHeader>,
) -> Result<(), String> {
    match schema {
        Value::Object(members) => {
            if let Some(mark) = members.get("x-mcp-header") {
                if !reachable || is_root {
                    return Err("`x-mcp-header` stands where no plain property leads to".to_owned());
                }
                found.push(ParamHeader {
                    name: header_name(mark, members.get("type"))?,
                    path: path.clone(),
                });
            }
            for (keyword, value) in members {
                match (keyword.as_str(), value) {
                    ("properties", Value::Object(properties)) => {
                        for (name, property) in properties {
                            path.push(name.clone());
                            collect(property, path, reachable, false, found)?;
                            path.pop();
                        }
                    }
                    // Values, not schemas.
                    ("default" | "const" | "enum" | "examples" | "x-mcp-header", _) => {}
                    _ => collect(value, path, false, false, found)?,
                }
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| collect(item, path, false, false, found)),
        _ => Ok(()),
    }
}

fn header_name(mark: &Value, kind: Option<&Value>) -> Result<HeaderName, String> {
    let Some(name) = mark.as_str() else {
        return Err("`x-mcp-header` is not a text".to_owned());
    };
    if name.is_empty() {
        return Err("`x-mcp-header` is empty".to_owned());
    }
    if !matches!(
        kind.and_then(Value::as_str),
        Some("string" | "integer" | "boolean")
    ) {
        return Err(format!(
            "`x-mcp-header: {name}` is not on a string, an integer or a boolean"
        ));
    }
    HeaderName::from_bytes(format!("{PARAM_PREFIX}{name}").as_bytes())
        .map_err(|_| format!("`x-mcp-header: {name:?}` is no header name"))
}

/// The header for one call's arguments; `None` where the call does not give the parameter.
pub fn param_value(arguments: &Value, header: &ParamHeader) -> Option<HeaderValue> {
    let mut value = arguments;
    for name in &header.path {
        value = value.get(name)?;
    }
    match value {
        Value::String(text) => Some(encode(text)),
        Value::Bool(flag) => Some(encode(if *flag { "true" } else { "false" })),
        Value::Number(number) => Some(encode(&number.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
