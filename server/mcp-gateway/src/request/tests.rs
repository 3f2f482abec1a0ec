#![expect(clippy::unwrap_used, reason = "tests")]

use http::HeaderMap;
use mcp::jsonrpc::Id;
use serde_json::value::RawValue;

use super::{Request, Speech, speech};
use crate::error::Failure;

const META: &str = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn request(method: &str, params: &str) -> Request {
    Request {
        id: Id::Number(1),
        method: method.to_owned(),
        params: Some(RawValue::from_string(params.to_owned()).unwrap()),
    }
}

fn heard(headers: &[(&'static str, &str)], method: &str, params: &str) -> Result<Speech, Failure> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    speech(&map, &request(method, params))
}

#[test]
fn without_header_and_meta_a_request_is_of_the_old_era() {
    assert!(matches!(heard(&[], "tools/list", "{}"), Ok(Speech::Legacy)));
    let header = [("mcp-protocol-version", "2025-06-18")];
    assert!(matches!(
        heard(&header, "tools/list", "{}"),
        Ok(Speech::Legacy)
    ));
}

#[test]
fn a_stateless_request_says_what_it_is() {
    let headers = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "  a  "),
    ];
    let params = format!(r#"{{"name":"a","_meta":{META}}}"#);
    assert!(matches!(
        heard(&headers, "tools/call", &params),
        Ok(Speech::Stateless(_))
    ));
}

#[test]
fn headers_that_say_something_else_than_the_body_are_refused() {
    let params = format!(r#"{{"name":"a","_meta":{META}}}"#);
    for headers in [
        vec![("mcp-method", "tools/call"), ("mcp-name", "a")],
        vec![("mcp-protocol-version", "2026-07-28"), ("mcp-name", "a")],
        vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "TOOLS/CALL"),
            ("mcp-name", "a"),
        ],
        vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
        ],
        vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "b"),
        ],
        vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "=?base64?!!?="),
        ],
    ] {
        let refused = heard(&headers, "tools/call", &params);
        assert!(
            matches!(refused, Err(Failure::HeaderMismatch(_))),
            "{headers:?}"
        );
    }
}

#[test]
fn what_meta_lacks_is_named() {
    let headers = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "server/discover"),
    ];
    for params in [
        "{}",
        r#"{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}"#,
        r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#,
    ] {
        let refused = heard(&headers, "server/discover", params);
        assert!(matches!(refused, Err(Failure::MetaMissing(_))), "{params}");
    }
}

#[test]
fn a_version_that_is_not_spoken_is_named_back() {
    let params = META.replace("2026-07-28", "v999");
    let params = format!(r#"{{"_meta":{params}}}"#);
    let headers = [
        ("mcp-protocol-version", "v999"),
        ("mcp-method", "server/discover"),
    ];
    let refused = heard(&headers, "server/discover", &params).unwrap_err();
    let error = refused.rpc();
    assert_eq!(error.code, -32022);
    assert_eq!(
        error.data.unwrap().get(),
        r#"{"supported":["2026-07-28"],"requested":"v999"}"#
    );
    assert_eq!(refused.status(true), 400);
}
