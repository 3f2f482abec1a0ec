use super::*;

#[test]
fn a_prompt_is_as_long_as_what_is_said_in_it() {
    let chat = r#"{"model":"m","messages":[{"role":"user","content":"12345678"}],"tools":[{"name":"long"}]}"#;
    assert_eq!(estimated_tokens(chat.as_bytes()), 3, "user + 8 letters");
    let gemini = r#"{"contents":[{"parts":[{"text":"\u4f60\u597d"}]}],"systemInstruction":{"parts":[{"text":"1234"}]}}"#;
    assert_eq!(estimated_tokens(gemini.as_bytes()), 3);
    assert_eq!(estimated_tokens(br#"{"input":"12345"}"#), 2);
    assert_eq!(estimated_tokens(b"not json"), 0);
}

#[test]
fn another_model_leaves_every_other_byte_as_it_was() {
    let body = br#"{ "messages": [{"model":"inner"}], "model" : "gpt-4o" , "n":1.50 }"#;
    assert_eq!(
        with_model(body, "gpt-4o-mini").as_deref(),
        Some(&br#"{ "messages": [{"model":"inner"}], "model" : "gpt-4o-mini" , "n":1.50 }"#[..])
    );
    // Providers take the last one, so none may stay.
    assert_eq!(
        with_model(br#"{"model":"a","model":"b"}"#, "c\"").as_deref(),
        Some(&br#"{"model":"c\"","model":"c\""}"#[..])
    );
    assert_eq!(with_model(b"{}", "c"), None);
}

#[test]
fn a_path_names_another_model_where_it_named_a_listed_one() {
    let path = "v1beta/models/gemini-2.5-pro:generateContent";
    let changed = path_with_model(path, "gemini-2.5-flash");
    assert_eq!(
        changed.as_deref(),
        Some("v1beta/models/gemini-2.5-flash:generateContent")
    );
    assert_eq!(
        path_with_model("tunedModels/mine:generateContent", "m"),
        None
    );
    assert_eq!(path_with_model(path, "../m"), None);
}
