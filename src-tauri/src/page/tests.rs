use super::{Action, Page};
use crate::failure::Failure;
use crate::ports::{Listener, Moved};

#[test]
fn every_button_leads_to_an_action() {
    let failure = Failure {
        title: "It broke",
        cause: "Because.".to_owned(),
        fix: "Mend it.".to_owned(),
    };
    for page in [
        Page::Failed(failure),
        Page::PortsMoved(Vec::new()),
        Page::InTray,
    ] {
        let layout = page.layout();
        assert!(!layout.buttons.is_empty(), "{page:?}");
        for button in layout.buttons {
            assert!(Action::from_path(button.path).is_some(), "{button:?}");
        }
    }
}

#[test]
fn moved_ports_are_named_with_the_old_and_the_new_one() {
    let page = Page::PortsMoved(vec![Moved {
        listener: Listener::Api,
        from: 9000,
        to: 9001,
    }]);
    let script = page.script();
    assert!(script.contains("localhost:9001 (usually 9000)"), "{script}");
}

#[test]
fn an_error_text_cannot_become_script() {
    let failure = Failure {
        title: "It broke",
        cause: "\"}); alert(1); ({\"".to_owned(),
        fix: String::new(),
    };
    let script = Page::Failed(failure).script();
    assert!(script.contains(r#"\"}); alert(1); ({\""#), "{script}");
}
