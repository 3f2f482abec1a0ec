use super::OpenaiEmbeddings;
use crate::dialect::{Dialect, RequestFacts};

#[test]
fn a_request_says_model_and_user_only() {
    let body = br#"{"input":["a","b"],"model":"text-embedding-3-small","user":"ada"}"#;
    let expected = RequestFacts {
        model: Some("text-embedding-3-small".to_owned()),
        user: Some("ada".to_owned()),
        ..RequestFacts::default()
    };
    assert_eq!(OpenaiEmbeddings.read_request(body), expected);
}

#[test]
fn a_body_cut_off_after_the_usage_is_not_complete_but_counted() {
    let facts = OpenaiEmbeddings.read_response(br#"{"usage":{"prompt_tokens":3},"data":[{"#);
    assert_eq!(facts.usage.map(|usage| usage.input), Some(3));
    assert!(!facts.complete);
}
