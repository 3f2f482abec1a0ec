//! Keys in errors, whole and in pieces.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn mask(authorization: &str, target: &str) -> Option<Mask> {
    let request = Request::get(target).header("authorization", authorization);
    SentKeys::of(&request.body(()).unwrap()).mask()
}

#[test]
fn a_key_is_blackened_wherever_an_error_is_cut() {
    let error = b"bad key sk-c4n4ry and sk-c4n4ry, not sk-c4n";
    for first in 0..error.len() {
        for second in first..error.len() {
            let mut mask = mask("Bearer sk-c4n4ry", "/v1?key=qu3ry-c4n4ry").unwrap();
            let mut said = Vec::new();
            for piece in [&error[..first], &error[first..second], &error[second..]] {
                said.extend_from_slice(&mask.pass(piece, false));
            }
            said.extend(mask.rest().unwrap_or_default());
            assert_eq!(said, b"bad key ********* and *********, not sk-c4n");
        }
    }
}

#[test]
fn a_key_of_the_query_is_hidden_as_it_reads() {
    let mut mask = mask("", "/v1beta/models?alt=sse&key=a%2Fb%2B12345").unwrap();
    assert_eq!(mask.pass(b"a/b+12345!", true), "*********!");
    assert_eq!(mask.rest(), None);
}

#[test]
fn a_word_that_serves_for_a_key_hides_nothing() {
    assert!(mask("Bearer ollama", "/v1/models").is_none());
}
