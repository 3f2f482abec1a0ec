use super::*;

#[test]
fn an_admin_may_do_everything_and_an_unknown_role_nothing() {
    for resource in RESOURCES {
        for action in ACTIONS {
            assert!(role_allows("admin", resource, action));
            assert!(!role_allows("nobody", resource, action));
        }
    }
}

#[test]
fn a_member_reads_but_does_not_change_agents_and_prices() {
    assert!(role_allows("member", Resource::Profile, Action::Read));
    assert!(!role_allows("member", Resource::Profile, Action::Update));
    assert!(!role_allows("member", Resource::TokenPrice, Action::Create));
    assert!(!role_allows(
        "editor",
        Resource::Organization,
        Action::Update
    ));
}
