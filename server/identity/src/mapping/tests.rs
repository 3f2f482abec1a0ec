//! Rules as administrators write them.

use serde_json::{Value, json};

use super::*;

fn claims(value: &Value) -> Claims {
    value.as_object().cloned().unwrap_or_default()
}

fn mapping(value: &Value) -> RoleMapping {
    RoleMapping::deserialize(value).unwrap_or_default()
}

fn matches(expression: &str, value: &Value) -> bool {
    let rule = json!({ "rules": [{ "expression": expression, "role": "admin" }] });
    mapping(&rule).role(&claims(value)) == Role::Rule(1, "admin")
}

#[test]
fn a_rule_matches_if_it_renders_to_anything() {
    let admins = r#"{{#includes groups "admins"}}true{{/includes}}"#;
    assert!(matches(admins, &json!({ "groups": ["staff", "admins"] })));
    assert!(matches(admins, &json!({ "groups": "Admins" })));
    assert!(!matches(admins, &json!({ "groups": ["staff"] })));
    assert!(!matches(admins, &json!({})));
    assert!(matches(
        r#"{{equals title "CTO"}}"#,
        &json!({ "title": "CTO" })
    ));
    assert!(!matches(
        r#"{{equals title "CTO"}}"#,
        &json!({ "title": "CEO" })
    ));
    assert!(matches(
        r#"{{#if (and (equals a "1") (notEquals b "1"))}}yes{{/if}}"#,
        &json!({ "a": "1", "b": "2" })
    ));
    assert!(matches(
        r#"{{#or (contains mail "@corp") (exists boss)}}yes{{/or}}"#,
        &json!({ "boss": false })
    ));
    assert!(matches(
        r#"{{#each roles}}{{#equals this "root"}}x{{/equals}}{{/each}}"#,
        &json!({ "roles": ["user", "root"] })
    ));
}

#[test]
fn the_first_rule_that_matches_counts_and_strict_mode_refuses_the_rest() {
    let rules = json!([
        { "expression": "{{a}}", "role": "admin" },
        { "expression": "{{b}}", "role": "editor" },
    ]);
    let both = mapping(&json!({ "rules": rules, "defaultRole": "member" }));
    assert_eq!(
        both.role(&claims(&json!({ "a": 1, "b": 1 }))),
        Role::Rule(1, "admin")
    );
    assert_eq!(
        both.role(&claims(&json!({ "b": 1 }))),
        Role::Rule(2, "editor")
    );
    assert_eq!(both.role(&claims(&json!({}))), Role::Default("member"));
    let strict = mapping(&json!({ "rules": rules, "strictMode": true }));
    assert_eq!(strict.role(&claims(&json!({}))), Role::None);
    assert_eq!(
        RoleMapping::default().role(&claims(&json!({}))),
        Role::Default("member")
    );
}

#[test]
fn a_rule_that_cannot_be_read_is_named() {
    let broken = mapping(&json!({ "rules": [
        { "expression": "{{a}}", "role": "admin" },
        { "expression": "{{#if a}}", "role": "admin" },
    ] }));
    let text = broken
        .check()
        .map_or_else(|error| error.to_string(), |()| String::new());
    assert!(text.contains("rule 2"), "{text}");
}

#[test]
fn groups_come_from_an_expression_or_from_where_they_usually_are() {
    let with = |expression: &str, value: &Value| {
        let sync = TeamSync {
            enabled: None,
            groups_expression: Some(expression.to_owned()),
        };
        sync.groups(&claims(value)).unwrap_or_default()
    };
    let roles = json!({ "roles": [{ "name": "a & b" }, { "name": "c" }] });
    assert_eq!(
        with(r#"{{json (pluck roles "name")}}"#, &roles),
        ["a & b", "c"]
    );
    assert_eq!(
        with("{{#each roles}}{{name}}, {{/each}}", &roles),
        ["a & b", "c"]
    );
    assert_eq!(with("", &json!({ "groups": ["x"] })), ["x"]);
    let usual = TeamSync::default();
    assert_eq!(
        usual.groups(&claims(&json!({ "memberOf": "x, y" }))),
        Ok(vec!["x".into(), "y".into()])
    );
    assert_eq!(usual.groups(&claims(&json!({}))), Ok(vec![]));
}
