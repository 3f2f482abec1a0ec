#![expect(clippy::unwrap_used, reason = "tests")]

use tauri::Url;

use super::{Way, way};
use crate::page::Action;

fn led(url: &str, shows_own_page: bool) -> Way {
    let server = Url::parse("http://localhost:3000").unwrap().origin();
    way(&Url::parse(url).unwrap(), shows_own_page, Some(&server))
}

#[test]
fn the_servers_pages_open_here_and_nobody_elses() {
    assert_eq!(led("http://localhost:3000/logs", false), Way::Here);
    assert_eq!(led("blob:http://localhost:3000/1b2c-3d", false), Way::Here);
    assert_eq!(led("http://localhost:9000/metrics", false), Way::Browser);
    assert_eq!(led("https://docs.example.com/", false), Way::Browser);
    assert_eq!(led("mailto:a@example.com", false), Way::Browser);
}

#[test]
fn nothing_but_web_and_mail_is_handed_to_the_system() {
    assert_eq!(led("file:///etc/passwd", false), Way::Nowhere);
    assert_eq!(led("ssh://example.com", false), Way::Nowhere);
    assert_eq!(led("javascript:alert(1)", false), Way::Nowhere);
}

#[test]
fn the_shells_buttons_work_on_its_own_page_only() {
    let retry = "tauri://localhost/do/retry";
    assert_eq!(led(retry, true), Way::Do(Action::Retry));
    assert_eq!(led(retry, false), Way::Nowhere);
    assert_eq!(
        led("http://tauri.localhost/do/quit", true),
        Way::Do(Action::Quit)
    );
    assert_eq!(led("tauri://localhost/index.html", true), Way::Here);
}
