use super::Fields;

#[test]
fn only_the_fields_asked_for_are_kept() {
    let fields = Fields::read(br#"{"a":1,"b":{"c":[1,2]},"d":"x"}"#, &["b", "d"]);
    assert!(fields.raw("a").is_none());
    assert_eq!(
        fields.raw("b").map(serde_json::value::RawValue::get),
        Some(r#"{"c":[1,2]}"#)
    );
    assert_eq!(fields.text("d").as_deref(), Some("x"));
}

#[test]
fn the_last_of_two_fields_of_one_name_counts() {
    let fields = Fields::read(br#"{"model":"a","model":"b"}"#, &["model"]);
    assert_eq!(fields.text("model").as_deref(), Some("b"));
}

#[test]
fn fields_before_a_fault_are_kept() {
    for body in [
        &br#"{"model":"m","messages":[{"role":"us"#[..],
        &b"{\"model\":\"m\",\"messages\":\"\xff\xfe\" x"[..],
        &br#"{"model":"m"] trailing"#[..],
    ] {
        let fields = Fields::read(body, &["model", "stream"]);
        assert_eq!(fields.text("model").as_deref(), Some("m"));
        assert!(fields.get::<bool>("stream").is_none());
    }
}

#[test]
fn names_and_texts_with_escapes_are_read() {
    let fields = Fields::read(br#"{"mod\u0065l":"caf\u00e9"}"#, &["model"]);
    assert_eq!(fields.text("model").as_deref(), Some("caf\u{e9}"));
}

#[test]
fn a_field_of_another_type_is_as_good_as_missing() {
    let fields = Fields::read(
        br#"{"model":5,"stream":"yes","tools":{}}"#,
        &["model", "stream", "tools"],
    );
    assert!(fields.text("model").is_none());
    assert!(fields.get::<bool>("stream").is_none());
    assert!(fields.objects("tools", &["name"]).is_empty());
}

#[test]
fn what_is_not_an_object_has_no_fields() {
    for body in [&b""[..], b"[]", b"null", b"\"text\"", b"\xff", b"{"] {
        assert!(Fields::read(body, &["model"]).raw("model").is_none());
    }
}
