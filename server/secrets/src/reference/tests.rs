#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_reference_is_a_path_and_a_key() {
    let reference = Reference::parse(" /secret/data/team/openai#api_key ").unwrap();
    assert_eq!(reference.path, "secret/data/team/openai");
    assert_eq!(reference.key, "api_key");
    assert_eq!(reference.to_string(), "secret/data/team/openai#api_key");
}

#[test]
fn what_names_no_value_or_more_than_it_shows_is_refused() {
    let refused = [
        "", "#", "a", "a#", "#b", "a#b#c", "a/../b#c", "./a#b", "a//b#c", "a\nb#c",
    ];
    for text in refused {
        let error = Reference::parse(text).unwrap_err().to_string();
        assert!(
            error.contains("secret/data/team/openai"),
            "{text:?}: {error}"
        );
    }
}
