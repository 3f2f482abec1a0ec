#![expect(clippy::unwrap_used, reason = "tests")]

use mcp::object::raw;
use serde_json::json;

use super::{CacheScope, completed, event, with_cache};

#[test]
fn an_older_result_is_completed_without_touching_what_it_says() {
    let result =
        serde_json::value::RawValue::from_string(r#"{ "content" :[1.0, 2] }"#.to_owned()).unwrap();
    assert_eq!(
        completed(result).get(),
        r#"{"resultType":"complete", "content" :[1.0, 2] }"#
    );
    assert_eq!(
        completed(raw(&json!({}))).get(),
        r#"{"resultType":"complete"}"#
    );
    let cached = with_cache(raw(&json!({})), CacheScope::Private);
    assert_eq!(
        cached.get(),
        r#"{"resultType":"complete","ttlMs":60000,"cacheScope":"private"}"#
    );
}

#[test]
fn an_event_is_one_line_of_data() {
    assert_eq!(event(b"{\"a\":\n1}"), "event: message\ndata: {\"a\":1}\n\n");
}
