//! Envelopes: read without touching what is inside, refused with a reason.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use serde_json::value::RawValue;

use super::{Batch, Id, Message, ParseError, RpcError, code, id_of, parse, parse_batch};

type Judge = fn(&ParseError) -> bool;

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

#[test]
fn params_stay_the_bytes_they_were() {
    let text = br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{ "b" : 1.0, "a":1e2 , "b":"\u00e9"}}"#;
    let Message::Request { id, method, params } = parse(text).unwrap() else {
        panic!("no request");
    };
    assert_eq!((id, method.as_ref()), (Id::Number(7), "tools/call"));
    assert_eq!(
        params.unwrap().get(),
        r#"{ "b" : 1.0, "a":1e2 , "b":"\u00e9"}"#
    );
}

#[test]
fn an_id_comes_back_as_it_came() {
    for id in [
        "1",
        "-5",
        "\"a\"",
        "\"7\"",
        "1.5",
        "18446744073709551615",
        "1e3",
        "\"\\u0061\\n\"",
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let Message::Request { id: read, .. } = parse(text.as_bytes()).unwrap() else {
            panic!("no request");
        };
        let answer = super::response(&read, &raw("{}"));
        let Message::Response { id: again, .. } = parse(&answer).unwrap() else {
            panic!("no response");
        };
        assert_eq!(again, Some(read), "{id}");
    }
}

#[test]
fn a_null_result_is_a_result() {
    let Message::Response { outcome, .. } =
        parse(br#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap()
    else {
        panic!("no response");
    };
    assert_eq!(outcome.unwrap().get(), "null");
}

#[test]
fn what_is_no_message_is_refused_with_its_fault() {
    #[rustfmt::skip]
    let faults: &[(&[u8], Judge)] = &[
        (b"", |error| matches!(error, ParseError::NotJson(_))),
        (b"{", |error| matches!(error, ParseError::NotJson(_))),
        (b"hello", |error| matches!(error, ParseError::NotJson(_))),
        (b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", |error| matches!(error, ParseError::NotJson(_) | ParseError::NotAnObject(_))),
        (b"7", |error| matches!(error, ParseError::NotAnObject(_))),
        (br#"["2.0",1,"ping",{}]"#, |error| matches!(error, ParseError::NotAnObject(_))),
        (b"[]", |error| matches!(error, ParseError::NotAnObject(_))),
        (b"{}", |error| *error == ParseError::Version),
        (br#"{"jsonrpc":"1.0","method":"a"}"#, |error| *error == ParseError::Version),
        (br#"{"jsonrpc":"2.0"}"#, |error| *error == ParseError::Neither),
        (br#"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#, |error| *error == ParseError::Neither),
        (br#"{"jsonrpc":"2.0","id":1,"method":"a","result":1}"#, |error| *error == ParseError::Neither),
        (br#"{"jsonrpc":"2.0","id":null,"method":"a"}"#, |error| *error == ParseError::Id),
        (br#"{"jsonrpc":"2.0","id":true,"method":"a"}"#, |error| *error == ParseError::Id),
        (br#"{"jsonrpc":"2.0","id":{},"method":"a"}"#, |error| *error == ParseError::Id),
        (br#"{"jsonrpc":"2.0","result":1}"#, |error| *error == ParseError::Id),
        (br#"{"jsonrpc":"2.0","id":1,"method":"a","params":"x"}"#, |error| *error == ParseError::Params),
        (br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#, |error| matches!(error, ParseError::NotAnObject(_))),
        (br#"{"jsonrpc":"2.0","id":1,"method":7}"#, |error| matches!(error, ParseError::NotAnObject(_))),
    ];
    for (text, is_fault) in faults {
        let shown = String::from_utf8_lossy(text);
        let error = parse(text).expect_err(&shown);
        assert!(is_fault(&error), "{shown}: {error}");
    }
    assert_eq!(parse(b"{").unwrap_err().rpc().code, code::PARSE);
    assert_eq!(parse(b"{}").unwrap_err().rpc().code, code::INVALID_REQUEST);
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let text = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{deep}}}"#);
    assert!(parse(text.as_bytes()).is_ok());
}

#[test]
fn an_error_in_any_form_is_an_error_in_words() {
    for (text, code) in [
        (r#"{"code":-32001,"message":"gone","data":[1]}"#, -32_001),
        (r#"{"code":-32001}"#, -32_001),
        (r#""broken""#, code::INTERNAL),
        ("null", code::INTERNAL),
        (r#"{"code":"x","message":"y"}"#, code::INTERNAL),
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":null,"error":{text}}}"#);
        let Message::Response { id, outcome } = parse(text.as_bytes()).unwrap() else {
            panic!("no response");
        };
        assert_eq!(id, None);
        assert_eq!(outcome.unwrap_err().code, code, "{text}");
    }
}

#[test]
fn a_batch_keeps_its_good_messages_beside_the_bad_ones() {
    let text = br#"[{"jsonrpc":"2.0","id":1,"method":"a"},7,{"jsonrpc":"2.0","method":"b"}]"#;
    let Batch::Many(messages) = parse_batch(text).unwrap() else {
        panic!("no batch");
    };
    assert_eq!(messages.len(), 3);
    assert!(messages[0].is_ok() && messages[1].is_err() && messages[2].is_ok());
    assert_eq!(parse_batch(b"[]").unwrap_err(), ParseError::EmptyBatch);
    assert!(matches!(
        parse_batch(br#" {"jsonrpc":"2.0","method":"b"}"#).unwrap(),
        Batch::One(_)
    ));
}

#[test]
fn errors_are_written_with_and_without_an_id() {
    let error = RpcError::new(code::PARSE, "no").with_data(raw("{\"a\": 1}"));
    let without = super::error(None, &error);
    assert_eq!(
        String::from_utf8(without.to_vec()).unwrap(),
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no","data":{"a": 1}}}"#
    );
    let with = super::error(Some(&Id::String("x\"y".to_owned())), &error);
    assert!(with.starts_with(br#"{"jsonrpc":"2.0","id":"x\"y","#));
    assert_eq!(id_of(&with), Some(Id::String("x\"y".to_owned())));
}
