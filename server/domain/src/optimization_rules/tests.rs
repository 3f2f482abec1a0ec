#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use serde_json::{Value, json};

use super::*;

fn rule(conditions: Value, enabled: bool) -> Option<OptimizationRule> {
    OptimizationRule::from_row(Row {
        id: Uuid::nil(),
        entity_type: "organization".to_owned(),
        entity_id: "o".to_owned(),
        provider: "openai".to_owned(),
        target_model: "gpt-4o-mini".to_owned(),
        conditions,
        enabled,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    })
}

fn prompt(length: u64, has_tools: bool) -> Prompt {
    Prompt { length, has_tools }
}

#[test]
fn every_condition_has_to_hold() {
    let both = rule(json!([{ "maxLength": 100 }, { "hasTools": false }]), true).unwrap();
    assert!(both.fits(prompt(100, false)));
    assert!(!both.fits(prompt(101, false)));
    assert!(!both.fits(prompt(1, true)));
    assert!(rule(json!([]), true).unwrap().fits(prompt(9, true)));
}

#[test]
fn a_rule_that_is_off_or_not_understood_chooses_nothing() {
    assert!(rule(json!([]), false).is_none());
    assert!(rule(json!([{ "maxLength": "long" }]), true).is_none());
}
