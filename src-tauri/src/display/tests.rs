use app::config::Environment;

use super::{NoDisplay, names_a_screen, names_dark_theme};

fn environment(name: &str, value: &str) -> Environment {
    Environment::from_pairs([(name.to_owned(), value.to_owned())])
}

#[test]
fn either_kind_of_screen_will_do() {
    assert!(names_a_screen(&environment("DISPLAY", ":0")));
    assert!(names_a_screen(&environment("WAYLAND_DISPLAY", "wayland-0")));
    assert!(!names_a_screen(&environment("DISPLAY", "")));
}

#[test]
fn without_a_screen_the_way_without_one_is_named() {
    assert!(NoDisplay("why").to_string().contains("archestra serve"));
}

#[test]
fn dark_themes_are_known_by_their_names() {
    assert!(names_dark_theme("Adwaita:dark"));
    assert!(names_dark_theme("Yaru-dark"));
    assert!(!names_dark_theme("Adwaita"));
}
