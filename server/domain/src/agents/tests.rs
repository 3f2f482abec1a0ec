use super::*;

#[test]
fn a_slug_is_readable_and_ends_with_a_part_of_the_id() {
    let id = Uuid::from_u128(0xabc_def0);
    assert_eq!(slug("Ops & Billing  (EU)", id), "ops-billing-eu-bcdef0");
    assert_eq!(slug("日本", id), "agent-bcdef0");
    assert_eq!(slug("", id), "agent-bcdef0");
    assert!(slug(&"x".repeat(300), id).len() <= 55);
}
