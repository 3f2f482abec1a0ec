use serde_json::json;

use super::*;

fn tool(annotations: &Value) -> Known {
    let definition = json!({ "annotations": annotations });
    Known::new("id".to_owned(), "s__t".to_owned(), definition, false)
}

#[test]
fn tools_ask_as_the_conversation_wants_it() {
    let reads = tool(&json!({ "readOnlyHint": true, "destructiveHint": true }));
    let destroys = tool(&json!({ "destructiveHint": true }));
    let says_nothing = tool(&json!({}));
    let table = [
        (ApprovalMode::Destructive, [false, true, false]),
        (ApprovalMode::Always, [false, true, true]),
        (ApprovalMode::Never, [false, false, false]),
    ];
    for (mode, expected) in table {
        let asks = [&reads, &destroys, &says_nothing].map(|tool| mode.asks(tool, &[]));
        assert_eq!(asks, expected, "{mode:?}");
        assert!(
            mode.asks(&reads, &["s__t".to_owned()]),
            "the agent's own list wins"
        );
    }
}

#[test]
fn names_fit_every_provider_and_stay_apart() {
    assert_eq!(wire_name("server__tool-1"), "server__tool-1");
    let (one, other) = (wire_name("server__a.b"), wire_name("server__a/b"));
    assert_ne!(one, other);
    assert!(one.starts_with("server__a_b_"));
    let long = wire_name(&"x".repeat(100));
    assert_eq!(long.len(), LONGEST_NAME);
    assert_ne!(long, wire_name(&"x".repeat(101)));
}
