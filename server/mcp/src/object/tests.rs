//! Members are replaced without a change to the others.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Object, raw};

#[test]
fn a_member_is_replaced_where_it_stands_and_the_others_stay_as_they_were() {
    let text = r#"{"name":"a__b","arguments":{ "x" : 1.0 },"\u0061":"é"}"#.to_owned();
    let whole = RawValue::from_string(text).unwrap();
    let mut object = Object::parse(&whole).unwrap();
    object.set_value("name", "b");
    object.set("new", Cow::Owned(raw(&[1, 2])));
    assert_eq!(
        object.to_raw().get(),
        r#"{"name":"b","arguments":{ "x" : 1.0 },"a":"é","new":[1,2]}"#
    );
    assert_eq!(object.text("a").as_deref(), Some("é"));
    assert_eq!(
        object.object("arguments").unwrap().read::<f64>("x"),
        Some(1.0)
    );
    object.remove("arguments");
    assert_eq!(object.members().count(), 3);
}

#[test]
fn what_is_no_object_is_none() {
    for text in ["[]", "1", "null", "\"{}\""] {
        let whole = RawValue::from_string(text.to_owned()).unwrap();
        assert!(Object::parse(&whole).is_none(), "{text}");
        assert!(Object::parse_or_empty(Some(&whole)).is_empty());
    }
}
