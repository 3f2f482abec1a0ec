//! Which words of an error are hidden.

#![expect(clippy::unwrap_used, reason = "tests")]

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};

use super::*;

fn outgoing(authorization: &str, body: &'static str) -> Outgoing {
    let mut headers = HeaderMap::new();
    let mut value = HeaderValue::try_from(authorization).unwrap();
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(CONTENT_TYPE, form);
    Outgoing {
        method: Method::POST,
        url: "https://a.example/token".parse().unwrap(),
        headers,
        body: Bytes::from_static(body.as_bytes()),
    }
}

#[test]
fn what_proved_a_request_is_not_in_the_words_of_its_refusal() {
    let pair = STANDARD.encode("me:s%2Fcret");
    let body = "grant_type=refresh_token&refresh_token=r%2B1234&client_id=me";
    let sent = Sent::with(&outgoing(&format!("Basic {pair}"), body));
    let said = format!("no refresh_token r+1234 of me with s/cret, {pair}");
    assert_eq!(sent.hidden_in(&said), "no refresh_token … of me with …, …");
}

#[test]
fn other_words_stay_as_they_are() {
    let sent = Sent::with(&outgoing("Bearer t0ken", "code=abc&scope=files"));
    let said = "the scope files has no code abc";
    assert!(matches!(sent.hidden_in(said), Cow::Borrowed(_)));
    assert_eq!(sent.hidden_in("bad t0ken"), "bad …");
}
