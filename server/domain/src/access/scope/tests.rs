use super::*;

const OURS: [Uuid; 1] = [Uuid::from_u128(1)];
const OTHERS: [Uuid; 1] = [Uuid::from_u128(2)];

fn viewer(role: &str) -> Viewer<'static> {
    Viewer {
        user_id: "ann",
        grants: Grants::of_predefined(role).unwrap_or_default(),
        teams: &OURS,
    }
}

#[test]
fn what_has_no_team_is_everybodys_and_all_else_its_teams() {
    let ann = viewer("member");
    assert!(ann.sees(Resource::Profile, Belongs::of("org", &[], None)));
    assert!(ann.sees(Resource::Profile, Belongs::of("org", &OURS, None)));
    assert!(!ann.sees(Resource::Profile, Belongs::of("org", &OTHERS, None)));
    assert!(!ann.sees(Resource::Profile, Belongs::of("team", &[], None)));
}

#[test]
fn what_is_personal_is_its_persons_alone() {
    let ann = viewer("member");
    let of = |person| Belongs::of("personal", &OURS, person);
    assert!(ann.sees(Resource::Profile, of(Some("ann"))));
    assert!(!ann.sees(Resource::Profile, of(Some("bob"))));
    assert!(!ann.sees(Resource::Profile, of(None)));
}

#[test]
fn whoever_looks_after_everybodys_sees_all() {
    let of_others = Belongs::Teams(&OTHERS);
    assert!(viewer("admin").sees(Resource::Profile, of_others));
    assert!(!viewer("editor").sees(Resource::Profile, of_others));
    assert!(!viewer("admin").is_theirs(of_others));
}
