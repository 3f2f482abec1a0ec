#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn role(name: &str) -> Grants {
    Grants::of_predefined(name).unwrap_or_default()
}

#[test]
fn an_admin_may_do_all_there_is_and_an_unknown_role_is_none() {
    for resource in RESOURCES {
        for action in ACTIONS {
            let there_is = resource.actions().contains(&action);
            assert_eq!(role("admin").allows(resource, action), there_is);
        }
    }
    assert_eq!(Grants::of_predefined("nobody"), None);
    assert_eq!(role("nobody").to_map()["profile"], json!([]));
}

#[test]
fn each_predefined_role_has_what_the_lesser_one_has() {
    assert!(role("admin").lacks(&role("editor")).is_empty());
    assert!(role("editor").lacks(&role("member")).is_empty());
    let more = role("member").lacks(&role("editor"));
    assert!(more.contains(&"profile:update".to_owned()), "{more:?}");
}

#[test]
fn a_member_reads_but_does_not_change_agents_and_prices() {
    use Action::{Create, Delete, Read, Update};
    let member = role("member");
    assert!(member.allows(Resource::Profile, Read));
    assert!(!member.allows(Resource::Profile, Update));
    assert!(!member.allows(Resource::TokenPrice, Create));
    assert!(member.allows(Resource::McpServer, Delete));
    assert!(!member.allows(Resource::McpServer, Update));
    assert!(!role("editor").allows(Resource::Organization, Update));
}

#[test]
fn a_map_comes_back_as_it_was_read() {
    let map = json!({ "profile": ["read", "update"], "invitation": ["cancel"] });
    let grants = Grants::from_map(&map).unwrap_or_default();
    assert_eq!(grants.to_map()["profile"], json!(["read", "update"]));
    assert_eq!(grants.to_map()["invitation"], json!(["cancel"]));
    assert_eq!(grants.to_map()["team"], json!([]));
}

#[test]
fn what_does_not_exist_is_named_together_with_what_does() {
    let fault = |map| Grants::from_map(&map).map_err(|error| error.to_string());
    let resource = fault(json!({ "spaceship": [] })).unwrap_err();
    assert!(resource.contains("\"spaceship\"; there are profile, tool"));
    let action = fault(json!({ "mcpToolCall": ["delete"] })).unwrap_err();
    assert!(action.contains("mcpToolCall has no action \"delete\"; it has read"));
    assert_eq!(Grants::from_map(&json!([])), Err(Unknown::Shape));
}

#[test]
fn two_sets_have_in_common_what_both_have() {
    let one = Grants::from_map(&json!({ "team": ["read", "update"], "tool": ["read"] }));
    let both = one.unwrap_or_default().and(&role("editor"));
    assert_eq!(both.to_map()["team"], json!(["read"]));
    assert_eq!(both.to_map()["tool"], json!(["read"]));
    assert_eq!(both.to_map()["profile"], json!([]));
}
