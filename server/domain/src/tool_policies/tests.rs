#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use db::tool_policies::{Kind, ToolPolicy};
use serde_json::json;

use super::*;

fn rules(kind: Kind, written: &[(Value, &str)]) -> ToolRules {
    let mut rules = ToolRules::default();
    for (conditions, action) in written {
        let row = ToolPolicy {
            id: Uuid::nil(),
            tool_id: Uuid::nil(),
            conditions: conditions.clone(),
            action: (*action).to_owned(),
            note: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        rules.add(kind, row);
    }
    rules
}

fn when(key: &str, operator: &str, value: &str) -> Value {
    json!([{ "key": key, "operator": operator, "value": value }])
}

const TRUSTED: Context<'static> = Context {
    untrusted: false,
    restrictive: false,
    external_agent_id: None,
    team_ids: &[],
};

fn untrusted() -> Context<'static> {
    Context {
        untrusted: true,
        ..TRUSTED
    }
}

fn is_refused(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refused { .. })
}

#[test]
fn a_matching_block_wins_over_a_matching_allowance_and_over_the_default() {
    let rules = rules(
        Kind::Invocation,
        &[
            (json!([]), "allow_when_context_is_untrusted"),
            (
                when("to", "endsWith", "@ours.example"),
                "allow_when_context_is_untrusted",
            ),
            (when("to", "startsWith", "ceo"), "block_always"),
        ],
    );
    let ceo = rules.judge(&json!({ "to": "ceo@ours.example" }), &TRUSTED);
    assert!(is_refused(&ceo), "{ceo:?}");
    let other = rules.judge(&json!({ "to": "ann@ours.example" }), &untrusted());
    assert_eq!(other, Verdict::Allowed);
}

#[test]
fn what_no_rule_speaks_of_is_refused_only_in_an_untrusted_context_of_a_restrictive_organization() {
    let rules = ToolRules::default();
    let restrictive = Context {
        restrictive: true,
        ..untrusted()
    };
    assert_eq!(rules.judge(&json!({}), &untrusted()), Verdict::Allowed);
    assert!(is_refused(&rules.judge(&json!({}), &restrictive)));
    let trusted = Context {
        untrusted: false,
        ..restrictive
    };
    assert_eq!(rules.judge(&json!({}), &trusted), Verdict::Allowed);
}

#[test]
fn a_rule_for_untrusted_contexts_leaves_trusted_ones_to_the_default() {
    let rules = rules(
        Kind::Invocation,
        &[
            (json!([]), "require_approval"),
            (
                when("path", "contains", ".."),
                "block_when_context_is_untrusted",
            ),
        ],
    );
    let arguments = json!({ "path": "../x" });
    assert_eq!(
        rules.judge(&arguments, &TRUSTED),
        Verdict::NeedsApproval { why: None }
    );
    assert!(is_refused(&rules.judge(&arguments, &untrusted())));
}

#[test]
fn each_operator_compares_texts_numbers_lists_and_what_is_not_there() {
    let team = Uuid::from_u128(7);
    let data = json!({ "a": { "b": "text" }, "n": 5, "tags": ["x", "y"], "rows": [{ "id": "r1" }, { "id": "r2" }], "dot.ted": "z" });
    for (key, operator, value, expected) in [
        ("a.b", "equal", "text", true),
        ("a.b", "notEqual", "text", false),
        ("n", "equal", "5", true),
        ("tags", "contains", "x", true),
        ("tags", "notContains", "x", false),
        ("tags.1", "equal", "y", true),
        ("rows[*].id", "startsWith", "r", true),
        ("rows[*].id", "equal", "r1", false),
        ("rows[*].gone", "notEqual", "r1", false),
        ("a.b", "regex", "^t.xt$", true),
        ("dot.ted", "endsWith", "z", true),
        ("gone", "notEqual", "x", false),
        ("context.teamIds", "contains", &team.to_string(), true),
        ("context.externalAgentId", "equal", "cli", true),
        ("context.externalAgentId", "notEqual", "cli", false),
    ] {
        let rules = rules(
            Kind::Invocation,
            &[(when(key, operator, value), "block_always")],
        );
        let context = Context {
            external_agent_id: Some("cli"),
            team_ids: &[team],
            ..TRUSTED
        };
        let verdict = rules.judge(&data, &context);
        assert_eq!(is_refused(&verdict), expected, "{key} {operator} {value}");
    }
}

#[test]
fn a_pattern_that_is_none_is_refused_with_its_fault() {
    let error = conditions(&when("to", "regex", "(")).unwrap_err();
    assert!(error.to_string().contains("unclosed group"), "{error}");
    let error = conditions(&when("to", "like", "x")).unwrap_err();
    assert!(error.to_string().contains("startsWith"), "{error}");
}

#[test]
fn a_result_is_blocked_trusted_or_not_by_what_is_in_it() {
    let rules = rules(
        Kind::Result,
        &[
            (json!([]), "mark_as_trusted"),
            (when("from", "notEqual", "us"), "mark_as_untrusted"),
            (when("from", "equal", "evil"), "block_always"),
        ],
    );
    let from = |who: &str| json!({ "content": [{ "type": "text", "text": json!({ "from": who }).to_string() }] });
    assert_eq!(rules.treat(&from("us"), false), Treatment::Trusted);
    assert_eq!(rules.treat(&from("them"), false), Treatment::Untrusted);
    assert!(matches!(
        rules.treat(&from("evil"), false),
        Treatment::Blocked { .. }
    ));
    let structured = json!({ "content": [], "structuredContent": { "value": { "from": "evil" } } });
    assert!(matches!(
        rules.treat(&structured, false),
        Treatment::Blocked { .. }
    ));
    let plain = json!({ "content": [{ "type": "text", "text": "hello" }] });
    assert_eq!(
        ToolRules::default().treat(&plain, true),
        Treatment::Untrusted
    );
}
