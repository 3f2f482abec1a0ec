//! Versions, and values in headers.
#![expect(clippy::unwrap_used, reason = "tests")]

use http::HeaderValue;
use serde_json::json;

use super::headers::{decode, encode, param_headers, param_value, routing_name};
use super::{Era, ProtocolVersion};
use crate::object::raw;

#[test]
fn versions_are_in_order_and_only_the_newest_is_stateless() {
    assert!(ProtocolVersion::ALL.is_sorted());
    for version in ProtocolVersion::ALL {
        assert_eq!(version.as_str().parse(), Ok(version));
        let is_newest = version == ProtocolVersion::LATEST;
        assert_eq!(version.era() == Era::Stateless, is_newest);
    }
    assert!("2027-01-01".parse::<ProtocolVersion>().is_err());
}

// The table of the specification, "Value Encoding".
#[test]
fn values_are_encoded_as_the_specification_shows() {
    for (value, encoded) in [
        ("us-west1", "us-west1"),
        ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (" padded ", "=?base64?IHBhZGRlZCA=?="),
        ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ("us west 1", "us west 1"),
        ("", ""),
    ] {
        assert_eq!(encode(value), encoded);
        assert_eq!(decode(&encode(value)).as_deref(), Some(value));
    }
    assert_eq!(
        decode(&HeaderValue::from_static("=?base64?SGVs!!!bG8=?=")),
        None
    );
    assert_eq!(
        decode(&HeaderValue::from_static("=?base64?SGVsbG8?=")),
        None
    );
    assert_eq!(
        decode(&HeaderValue::from_static("=?base64?abc")).as_deref(),
        Some("=?base64?abc")
    );
}

#[test]
fn three_methods_have_a_name_to_route_by() {
    let params = raw(&json!({ "name": "n", "uri": "u" }));
    let name = |method| routing_name(method, Some(&params));
    assert_eq!(name("tools/call").as_deref(), Some("n"));
    assert_eq!(name("prompts/get").as_deref(), Some("n"));
    assert_eq!(name("resources/read").as_deref(), Some("u"));
    assert_eq!(name("tools/list"), None);
}

#[test]
fn marked_parameters_are_found_along_properties_only() {
    let schema = json!({ "type": "object", "properties": {
        "region": { "type": "string", "x-mcp-header": "Region" },
        "nested": { "type": "object", "properties": { "n": { "type": "integer", "x-mcp-header": "N" } } },
        "plain": { "type": "string", "default": { "x-mcp-header": "no mark" } },
    }});
    let found = param_headers(&schema).unwrap();
    let names: Vec<_> = found.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["mcp-param-region", "mcp-param-n"]);
    let arguments = json!({ "region": "é", "nested": { "n": 42 } });
    let values: Vec<_> = found.iter().map(|h| param_value(&arguments, h)).collect();
    assert_eq!(values[0].as_ref().unwrap(), "=?base64?w6k=?=");
    assert_eq!(values[1].as_ref().unwrap(), "42");
    assert_eq!(param_value(&json!({ "region": null }), &found[0]), None);
}

#[test]
fn marks_that_are_not_allowed_are_refused() {
    let string = |mark: &str| json!({ "type": "string", "x-mcp-header": mark });
    for (what, property) in [
        ("an empty name", string("")),
        ("a space", string("a b")),
        ("a line break", string("a\r\nb")),
        ("not ASCII", string("é")),
        ("a number", json!({ "type": "number", "x-mcp-header": "A" })),
        ("an array", json!({ "type": "array", "items": string("A") })),
        ("a choice", json!({ "anyOf": [string("A")] })),
        ("no text", json!({ "type": "string", "x-mcp-header": 7 })),
    ] {
        let schema = json!({ "type": "object", "properties": { "p": property } });
        assert!(param_headers(&schema).is_err(), "{what}");
    }
    let twice = json!({ "properties": { "a": string("Same"), "b": string("SAME") } });
    assert!(param_headers(&twice).is_err());
    assert!(param_headers(&string("Root")).is_err());
}
